using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Audit;

/// <summary>How reviewers vote, for auditors and admins. Read from the votes themselves: nothing about anybody is kept besides.</summary>
public static class ReviewerHandlers
{
    private const int PageSize = 200;

    /// <summary>So many of the newest actions are read at most.</summary>
    private const int MaxActions = 2_000;

    private static readonly int[] Windows = [7, 30, 90];

    /// <summary><c>GET /audit/reviewers</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        var query = new QueryParameters(exchange.Request, "days");
        if (!exchange.Caller.SeesAll) throw new ProblemException(ProblemTypes.Forbidden, "This page is for auditors and admins.");
        int days = query.Integer("days", 1, 366) ?? 30;
        DateTimeOffset since = exchange.Now - TimeSpan.FromDays(days);
        (List<ActionDocument> actions, bool isCut) = await ReadAsync(exchange, since);
        return await PageRenderer.RenderAsync<ReviewersPage>(exchange.Http, new ReviewersPageModel(
            ReviewerHabits.Of(actions, since),
            days,
            Windows,
            isCut ? actions.Count : null,
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>())));
    });

    private static async Task<(List<ActionDocument> Actions, bool IsCut)> ReadAsync(Exchange exchange, DateTimeOffset since)
    {
        var actions = new List<ActionDocument>();
        string? cursor = null;
        do
        {
            ActionPage page = await exchange.Index.ListAsync(new ActionQuery(Limit: PageSize, Cursor: cursor), exchange.Aborted);
            actions.AddRange(page.Actions.Where(action => action.Review is not null));
            cursor = page.NextCursor;
            if (page.Actions.Count == 0 || page.Actions[^1].Request.RequestedAt < since - exchange.Options.MaximumExpiry) return (actions, false);
        }
        while (cursor is not null && actions.Count < MaxActions);

        return (actions, cursor is not null);
    }
}

/// <summary>What the page of reviewers shows.</summary>
/// <param name="ReadOnly">How many actions were read when there are more in the time asked for; otherwise <see langword="null"/>.</param>
public sealed record ReviewersPageModel(
    IReadOnlyList<ReviewerHabits> Reviewers, int Days, IReadOnlyList<int> Windows, int? ReadOnly, DateTimeOffset Now, SignedIn Person);
