using Approvals.Policy;
using Approvals.Web.BreakGlass;
using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Reviews;

/// <summary>
/// One reviewer before one open review, however they came in (a personal link, or signed in): shows the page and takes its form.
/// </summary>
/// <param name="Purpose">What the form is bound to: this link, or this session, action, round and stage of the review.</param>
internal sealed record ReviewSeat(
    ActionDocument Document, Principal Reviewer, Assurance Assurance, string Purpose, string Url, string ResultUrl, SignedIn? Person)
{
    private const int MaxProof = 2_000;

    private string ReadingPurpose => Purpose + ":reading";

    /// <summary>
    /// The review page, or one part of it when the view is long. <c>?seen=</c> is the proof that the page before gave of what was read so
    /// far; <c>&amp;part=</c> goes back to a part that was read.
    /// </summary>
    public async Task<IResult> ShowAsync(Exchange exchange)
    {
        var query = new QueryParameters(exchange.Request, "seen", "part");
        Reading? reading = query.Text("seen", MaxProof) is { } proof && exchange.Service<FormGuard>().Read(exchange.Http, proof, ReadingPurpose) is { } text
            ? Reading.Parse(text)
            : null;
        return await ShowAsync(exchange, reading, query.Integer("part", 1, ViewLayout.MaxLines), "", null);
    }

    /// <summary>Takes the form of the page.</summary>
    /// <param name="shown">What the guard says that the page showed.</param>
    public async Task<IResult> DecideAsync(Exchange exchange, IFormCollection form, string shown)
    {
        Reading reading = Reading.Parse(shown);
        string justification = form["justification"].ToString();
        if (justification.Length > Ballot.MaxJustification)
            return await AgainAsync(justification[..Ballot.MaxJustification], new ProblemException(ProblemTypes.InvalidValue, $"Shorten the justification to {Ballot.MaxJustification:N0} characters."));
        if (!SnakeCase.TryParse(form["verdict"].ToString(), out Verdict verdict))
            return await AgainAsync(justification, new ProblemException(ProblemTypes.InvalidValue, "Choose to approve or to deny."));
        if (form["viewDigest"].ToString() != reading.ViewDigest)
            return await AgainAsync(justification, new ProblemException(ProblemTypes.OtherView, "The form named another view than the page showed. Read the request again."));

        // INVARIANT: nobody approves what was not shown whole (promise 10).
        if (verdict == Verdict.Approve && (!reading.IsWhole || ViewLayout.Of(Document.View!).IsTooLong))
            return await AgainAsync(justification, new ProblemException(ProblemTypes.OtherView, "Read every part of the request before you approve it."));
        if (verdict == Verdict.Approve && reading.Parts > 1 && form["seenAll"].ToString() != "yes")
            return await AgainAsync(justification, new ProblemException(ProblemTypes.OtherView, "Confirm that you have read all parts of the request before you approve it."));

        try
        {
            var choice = new Choice(verdict, justification, reading.ViewDigest) { SecondsRead = reading.Seconds(exchange.Now) };
            (ActionDocument document, bool isCounted) = await exchange.Service<Ballot>().CastAsync(Document, Reviewer, Assurance, choice, exchange.Aborted);
            if (!isCounted)
                return await PageRenderer.RenderAsync<QueuedPage>(exchange.Http, new QueuedPageModel(document, ResultUrl, Person), StatusCodes.Status202Accepted);
        }
        catch (ProblemException refused) when (refused.Type == ProblemTypes.JustificationTooShort || refused.Type == ProblemTypes.TicketMissing || refused.Type == ProblemTypes.OtherView)
        {
            return await AgainAsync(justification, refused);
        }

        return Page.SeeOther(ResultUrl);

        Task<IResult> AgainAsync(string typed, ProblemException error) => ShowAsync(exchange, reading, Math.Max(1, reading.Seen), typed, error);
    }

    /// <param name="earlier">What was read before this page.</param>
    /// <param name="wanted">The part that is asked for; the next unread one when none is.</param>
    /// <param name="justification">What was typed before, when there is an error.</param>
    private async Task<IResult> ShowAsync(Exchange exchange, Reading? earlier, int? wanted, string justification, ProblemException? error)
    {
        // INVARIANT: where policy wants more than a link, the page tells nothing before that sign-in.
        if (Assurance < Document.Review!.Stage.MinimumAssurance) throw ReviewHandlers.SignInFirst();

        RedactedView view = Document.View!;
        ReviewPageModel.RequireIntact(view);
        ViewLayout layout = ViewLayout.Of(view);
        int parts = layout.Parts.Count;
        Reading reading = earlier?.For(view, parts, exchange.Now) ?? Reading.Begin(view, parts, exchange.Now);

        // INVARIANT: no part is shown before the one in front of it, so a proof of the last is a proof of all.
        int next = Math.Min(reading.Seen + 1, parts);
        int part = Math.Min(wanted ?? next, next);
        reading = reading.With(part);

        var forms = exchange.Service<FormGuard>();
        var form = new ReviewForm(
            Url,
            forms.Issue(exchange.Http, Purpose, reading.Write()),
            parts > 1 ? forms.Issue(exchange.Http, ReadingPurpose, reading.Write()) : "",
            justification,
            error?.Message);
        bool mayBreakGlass = exchange.CallerOrNull is { } caller && Emergency.MayConsent(Document, caller, exchange.Now);
        ReviewPageModel model = ReviewPageModel.Create(Document, Reviewer, exchange.Now, layout, part, reading, form, Person, mayBreakGlass);
        return await PageRenderer.RenderAsync<ReviewPage>(exchange.Http, model, error?.Type.Status ?? StatusCodes.Status200OK);
    }
}

/// <summary>What the page of a vote shows whose effect was not seen yet.</summary>
public sealed record QueuedPageModel(ActionDocument Document, string ResultUrl, SignedIn? Person);
