using Approvals.Web.BreakGlass;
using Approvals.Web.Callers;
using Approvals.Web.Inbox;
using Approvals.Web.Notifications;
using Approvals.Web.Pages;
using Approvals.Web.Pages.Parts;
using Approvals.Web.Requests;
using Approvals.Web.Reviews;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Actions;

/// <summary>An action's own page for signed-in people, and their way to vote on it.</summary>
public static class ActionPageHandlers
{
    /// <summary>The page is for an overview; the review page and the API have the whole of a longer view.</summary>
    private const int MaxLines = 1_000;

    /// <summary><c>GET /actions/{id}</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        Caller caller = exchange.Caller;
        bool mayVote = caller.Has(Role.Reviewer) && !document.IsTerminal && document.Review?.CheckVoter(caller.Principal, exchange.Now) is null && document.Review is not null;
        DateTimeOffset now = exchange.Now;
        bool isLive = !Timeline.IsOver(document, now);
        List<JsonLine> lines = Lines(document, out bool isCut);
        ActionNotices notices = await ActionNotices.LoadAsync(exchange, document);
        var model = new ActionPageModel(
            document, TargetText.Of(document), Timeline.Of(document, notices, now), Timeline.StampOf(document, notices, now), isLive, lines, isCut, mayVote, now, Person(exchange))
        {
            MayBreakGlass = Emergency.MayConsent(document, caller, now),
            MayFollowUp = caller.Has(Role.Reviewer) && FollowUpDesk.Check(document, caller.Principal) is null,
        };
        return await PageRenderer.RenderAsync<TimelinePage>(exchange.Http, model, isLive: isLive);
    });

    /// <summary><c>GET /actions/{id}/review</c></summary>
    public static Task<IResult> ReviewAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        ReviewSeat seat = await SeatAsync(exchange);
        if (IsOver(seat, exchange)) return Page.SeeOther(ActionUrl(seat.Document));
        return await seat.ShowAsync(exchange);
    });

    /// <summary><c>POST /actions/{id}/review</c></summary>
    public static Task<IResult> DecideAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        ReviewSeat seat = await SeatAsync(exchange);
        IFormCollection form = await RequestBody.ReadFormAsync(exchange.Request, exchange.Aborted);
        string shown = exchange.Service<FormGuard>().Check(exchange.Http, form, seat.Purpose);
        if (IsOver(seat, exchange)) return Page.SeeOther(ActionUrl(seat.Document));
        return await seat.DecideAsync(exchange, form, shown);
    });

    /// <summary><c>GET /actions/{id}/result</c></summary>
    public static Task<IResult> ResultAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        return Ballot.Find(document, exchange.Caller.Principal) is { } vote
            ? await PageRenderer.RenderAsync<ResultPage>(
                exchange.Http, new ResultPageModel(document, vote, exchange.Now, await ReviewQueue.OfAsync(exchange, document.Id), Person(exchange)))
            : Page.SeeOther(ActionUrl(document));
    });

    private static async Task<ReviewSeat> SeatAsync(Exchange exchange)
    {
        ActionDocument document = await exchange.FindActionAsync(Visibility.MaySee);
        string url = ActionUrl(document);
        return new ReviewSeat(
            document,
            exchange.Caller.Principal,
            exchange.Caller.Assurance,
            $"session:{exchange.Caller.CredentialId}:{document.Id}:{document.Review?.Round}.{document.Review?.StageIndex}",
            url + "/review",
            url + "/result",
            Person(exchange));
    }

    /// <summary>Whether there is nothing to decide; refuses who may not decide.</summary>
    private static bool IsOver(ReviewSeat seat, Exchange exchange)
    {
        if (seat.Document.IsTerminal || seat.Document.Review is not { } review) return true;
        if (!exchange.Caller.Has(Role.Reviewer)) throw Ballot.Refused(VoteRefusal.NotEligible, review);
        return review.CheckVoter(seat.Reviewer, exchange.Now) switch
        {
            null => false,
            VoteRefusal.AlreadyVoted or VoteRefusal.ReviewClosed or VoteRefusal.DeadlinePassed => true,
            { } refusal => throw Ballot.Refused(refusal, review),
        };
    }

    private static List<JsonLine> Lines(ActionDocument document, out bool isCut)
    {
        isCut = false;
        return document.View is { } view ? JsonLines.Of(view.Content, "", view.Findings, MaxLines, out isCut) : [];
    }

    private static SignedIn Person(Exchange exchange) => SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>());

    private static string ActionUrl(ActionDocument document) => "/actions/" + document.Id;
}

/// <summary>What an action's page shows.</summary>
/// <param name="Stamp">Of the timeline, as the feed of the action has it.</param>
/// <param name="IsLive">Whether something may still happen.</param>
/// <param name="IsCut">Whether the request has more lines than these.</param>
public sealed record ActionPageModel(
    ActionDocument Document,
    string? Target,
    IReadOnlyList<TimelineEntry> Timeline,
    string Stamp,
    bool IsLive,
    IReadOnlyList<JsonLine> Lines,
    bool IsCut,
    bool MayVote,
    DateTimeOffset Now,
    SignedIn Person)
{
    /// <summary>Whether this person may consent to going past the review.</summary>
    public bool MayBreakGlass { get; init; }

    /// <summary>Whether this person may review the broken glass.</summary>
    public bool MayFollowUp { get; init; }
}
