using Approvals.Policy;
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
/// <param name="Purpose">What the form is bound to: this link, or this session and action.</param>
internal sealed record ReviewSeat(
    ActionDocument Document, Principal Reviewer, Assurance Assurance, string Purpose, string Url, string ResultUrl, SignedIn? Person)
{
    /// <summary>The review page.</summary>
    /// <param name="whole">Whether a long view is to be shown whole.</param>
    /// <param name="justification">What was typed before, when there is an error.</param>
    public async Task<IResult> ShowAsync(Exchange exchange, bool whole, string justification, ProblemException? error)
    {
        ReviewStage stage = Document.Review!.Stage;

        // INVARIANT: where policy wants more than a link, the page tells nothing before that sign-in.
        if (Assurance < stage.MinimumAssurance)
            throw new ProblemException(ProblemTypes.AssuranceTooLow, "Policy wants you to sign in with your identity provider before you see this request. Sign in and open the link again.");

        RedactedView view = Document.View!;
        ReviewPageModel.RequireIntact(view);
        bool isWhole = whole || !ReviewPageModel.IsLong(view);
        var forms = exchange.Service<FormGuard>();
        string guard = forms.Issue(exchange.Http, Purpose, (isWhole ? "whole " : "part ") + view.Digest);
        var form = new ReviewForm(Url, guard, Url + "?whole=1", justification, error?.Message);
        ReviewPageModel model = ReviewPageModel.Create(Document, Reviewer, exchange.Now, isWhole, form, Person);
        return await PageRenderer.RenderAsync<ReviewPage>(exchange.Http, model, error?.Type.Status ?? StatusCodes.Status200OK);
    }

    /// <summary>Takes the form of the page.</summary>
    /// <param name="shown">What the guard says that the page showed.</param>
    public async Task<IResult> DecideAsync(Exchange exchange, IFormCollection form, string shown)
    {
        bool wasWhole = shown.StartsWith("whole ", StringComparison.Ordinal);
        string digest = shown[(shown.IndexOf(' ') + 1)..];
        string justification = form["justification"].ToString();
        if (!SnakeCase.TryParse(form["verdict"].ToString(), out Verdict verdict))
            return await ShowAsync(exchange, wasWhole, justification, new ProblemException(ProblemTypes.InvalidValue, "Choose to approve or to deny."));
        if (form["viewDigest"].ToString() != digest)
            return await ShowAsync(exchange, wasWhole, justification, new ProblemException(ProblemTypes.OtherView, "The form named another view than the page showed. Read the request again."));
        if (justification.Length > Ballot.MaxJustification)
            return await ShowAsync(exchange, wasWhole, justification[..Ballot.MaxJustification], new ProblemException(ProblemTypes.InvalidValue, $"Shorten the justification to {Ballot.MaxJustification:N0} characters."));

        // INVARIANT: nobody approves what was not shown whole (promise 10).
        if (verdict == Verdict.Approve && !wasWhole)
            return await ShowAsync(exchange, false, justification, new ProblemException(ProblemTypes.OtherView, "Show the whole request before you approve it."));

        try
        {
            await exchange.Service<Ballot>().CastAsync(Document, Reviewer, Assurance, new Choice(verdict, justification, digest), exchange.Aborted);
        }
        catch (ProblemException refused) when (refused.Type == ProblemTypes.JustificationTooShort || refused.Type == ProblemTypes.TicketMissing || refused.Type == ProblemTypes.OtherView)
        {
            return await ShowAsync(exchange, wasWhole, justification, refused);
        }

        return Page.SeeOther(ResultUrl);
    }
}
