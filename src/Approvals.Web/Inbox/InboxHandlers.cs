using Approvals.Web.Actions;
using Approvals.Web.Pages;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Inbox;

/// <summary>The inbox: what waits for a person, what they asked for, or everything, a page at a time.</summary>
public static class InboxHandlers
{
    private const int PageSize = 25;

    /// <summary><c>GET /inbox</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        var query = new QueryParameters(exchange.Request, "scope", "status", "type", "cursor");
        IReadOnlyList<ListScope> scopes = ActionLists.ScopesOf(exchange.Caller);
        ListScope scope = query.Enumeration<ListScope>("scope") ?? (scopes.Count > 0 ? scopes[0] : ListScope.Mine);
        ActionLists.Require(exchange.Caller, scope);

        // A reviewer comes for what is open; "any" is a choice that a filter makes.
        string? statusText = query.Text("status", 40);
        ActionStatus? status = statusText is null && scope == ListScope.Review ? ActionStatus.InReview
            : statusText is "any" ? null
            : query.Enumeration<ActionStatus>("status");
        ActionQuery list = ActionLists.InScope(
            exchange.Caller, scope, new ActionQuery(status, query.Text("type", SubmitBody.MaxType), null, PageSize, query.Text("cursor", 500)));
        ActionPage page = await ActionLists.FetchAsync(exchange, list);
        InboxItem[] items = [.. page.Actions.Select(document => InboxItem.Of(document, exchange.Caller.Principal, exchange.Now))];
        return await PageRenderer.RenderAsync<InboxPage>(exchange.Http, new InboxPageModel(
            items,
            [.. scopes.Select(SnakeCase.Of)],
            SnakeCase.Of(scope),
            status is { } only ? SnakeCase.Of(only) : "any",
            list.Type,
            page.NextCursor,
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>())));
    });
}

/// <summary>What the inbox shows.</summary>
public sealed record InboxPageModel(
    IReadOnlyList<InboxItem> Items,
    IReadOnlyList<string> Scopes,
    string Scope,
    string Status,
    string? Type,
    string? NextCursor,
    DateTimeOffset Now,
    SignedIn Person)
{
    internal static IEnumerable<string> Statuses => SnakeCase.Names<ActionStatus>();
}

/// <summary>One action in the inbox.</summary>
/// <param name="IsForYou">Whether this person can vote on it now.</param>
public sealed record InboxItem(ActionDocument Document, string? Target, bool IsForYou)
{
    internal static InboxItem Of(ActionDocument document, Principal person, DateTimeOffset now) => new(
        document, TargetText.Of(document), !document.IsTerminal && document.Review is { } review && review.CheckVoter(person, now) is null);
}
