using System.Diagnostics;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Inbox;
using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Reviews;

/// <summary>
/// The review page behind a personal link, its form, and the page that says what became of it.
/// INVARIANT: GET and HEAD change nothing (promise 9): chat and mail scanners follow links.
/// </summary>
public static class ReviewHandlers
{
    /// <summary><c>GET /review/{token}</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        HidePath();
        Opened opened = await OpenAsync(exchange);
        return opened.Dead is null ? await SeatOf(exchange, opened).ShowAsync(exchange) : await GoneAsync(exchange, opened);
    });

    /// <summary><c>POST /review/{token}</c></summary>
    public static Task<IResult> DecideAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        HidePath();
        Opened opened = await OpenAsync(exchange);
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        var forms = exchange.Service<FormGuard>();
        ReviewSeat seat = SeatOf(exchange, opened);
        string shown = forms.Check(exchange.Http, form, seat.Purpose);
        if (opened.Dead is DeadLink.Voted) return Page.SeeOther(seat.ResultUrl);
        if (opened.Dead is not null) return await GoneAsync(exchange, opened);
        return await seat.DecideAsync(exchange, form, shown);
    });

    /// <summary><c>GET /review/{token}/result</c>: what became of the recipient's vote.</summary>
    public static Task<IResult> ResultAsync(HttpContext context) => Page.AnybodyAsync(context, async exchange =>
    {
        HidePath();
        _ = new QueryParameters(exchange.Request);
        Opened opened = await OpenAsync(exchange);
        if (opened.Dead is null) return Page.SeeOther("/review/" + exchange.RouteValue("token", ReviewLinks.MaxTokenLength));
        if (opened.Dead is not DeadLink.Voted) return await GoneAsync(exchange, opened);
        return await PageRenderer.RenderAsync<ResultPage>(
            exchange.Http, new ResultPageModel(opened.Document, Ballot.Find(opened.Document, opened.Recipient!)!, exchange.Now, [], null));
    });

    /// <summary>Says no more than that: who holds a link may not be its recipient.</summary>
    internal static ProblemException SignInFirst() => new(
        ProblemTypes.AssuranceTooLow, "Policy wants you to sign in with your identity provider before you see this request. Sign in, then open the link again or take the request from your inbox.");

    /// <summary>
    /// The token and what it stands for now. Tampered tokens and unknown actions look the same. Refuses, before anything is told, who is
    /// signed in as somebody else, and who has less than the assurance that the link's stage asks for: also when the link is dead.
    /// </summary>
    private static async Task<Opened> OpenAsync(Exchange exchange)
    {
        string token = exchange.RouteValue("token", int.MaxValue); // as long as the server takes paths: one answer for all that is no token
        if (!exchange.Service<ReviewLinks>().TryRead(token, out ReviewLinkTarget? target)
            || await exchange.Index.GetAsync(target.ActionId, exchange.Aborted) is not { } document)
            throw new ProblemException(ProblemTypes.NotFound, "This is not a review link of this gate. Copy the whole link from the message that you got.");

        // INVARIANT: a forwarded link authorizes nobody who is known to be somebody else.
        Caller? session = exchange.CallerOrNull;
        if (session is not null && session.Principal.Id != target.Recipient)
            throw new ProblemException(ProblemTypes.OtherRecipient, "You are signed in as somebody else than the one this link was made for. Use your own link or your inbox, or sign out first.");

        Assurance assurance = session is not null && session.Assurance > Assurance.Link ? session.Assurance : Assurance.Link;
        if (LinkState.MinimumAssurance(target, document) > assurance) throw SignInFirst();

        Principal? recipient = await exchange.Service<IDirectory>().FindAsync(target.Recipient, exchange.Aborted);
        if (recipient is not null) recipient = await exchange.Service<Deputies>().WithLentAsync(recipient, exchange.Aborted);
        return new Opened(token, document, recipient, assurance, LinkState.Find(target, document, recipient, exchange.Now));
    }

    /// <summary>The recipient's seat, with the assurance of the link, or with that of their own session when it is stronger.</summary>
    private static ReviewSeat SeatOf(Exchange exchange, Opened opened)
    {
        string url = "/review/" + opened.Token;
        return new ReviewSeat(opened.Document, opened.Recipient!, opened.Assurance, "review:" + opened.Token, url, url + "/result", null);
    }

    private static async Task<IResult> GoneAsync(Exchange exchange, Opened opened)
    {
        Vote? own = opened.Recipient is null ? null : Ballot.Find(opened.Document, opened.Recipient);
        return await PageRenderer.RenderAsync<GonePage>(
            exchange.Http, new GonePageModel(opened.Document, opened.Dead!.Value, own, exchange.Now), StatusCodes.Status410Gone);
    }

    /// <summary>The token is in the path: traces get the pattern instead.</summary>
    private static void HidePath()
    {
        if (Activity.Current is not { } activity) return;
        foreach (string tag in (string[])["url.path", "url.full", "http.target", "http.url"])
        {
            if (activity.GetTagItem(tag) is not null) activity.SetTag(tag, "/review/{token}");
        }
    }

    private sealed record Opened(string Token, ActionDocument Document, Principal? Recipient, Assurance Assurance, DeadLink? Dead);
}

/// <summary>What the result page shows.</summary>
/// <param name="Queue">What else waits for a signed-in person, the most urgent first.</param>
public sealed record ResultPageModel(ActionDocument Document, Vote Vote, DateTimeOffset Now, IReadOnlyList<InboxItem> Queue, SignedIn? Person);

/// <summary>What the page of a dead link shows.</summary>
/// <param name="Own">The recipient's own vote, if there is one.</param>
public sealed record GonePageModel(ActionDocument Document, DeadLink Why, Vote? Own, DateTimeOffset Now);
