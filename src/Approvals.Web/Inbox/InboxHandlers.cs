using Approvals.Web.Actions;
using Approvals.Web.Pages;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Inbox;

/// <summary>The inbox: what waits for a person, what they asked for, or everything, a page at a time.</summary>
public static class InboxHandlers
{
    private const int PageSize = 25;

    /// <summary><c>GET /inbox</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        var query = new QueryParameters(exchange.Request, "scope", "status", "type", "group", "cursor");
        IReadOnlyList<ListScope> scopes = ActionLists.ScopesOf(exchange.Caller);
        ListScope scope = query.Enumeration<ListScope>("scope") ?? (scopes.Count > 0 ? scopes[0] : ListScope.Mine);
        ActionLists.Require(exchange.Caller, scope);
        string? group = scope == ListScope.Review ? query.Text("group", 200) : null;
        if (group is not null && !exchange.Caller.Principal.Groups.Contains(group)) throw QueryParameters.Invalid("group", "Name one of your own groups, or none.");

        // A reviewer comes for what is open; "any" is a choice that a filter makes.
        string? statusText = query.Text("status", 40);
        ActionStatus? status = statusText is null && scope == ListScope.Review ? ActionStatus.InReview
            : statusText is "any" ? null
            : query.Enumeration<ActionStatus>("status");
        bool isQueue = scope == ListScope.Review && status == ActionStatus.InReview;
        ActionQuery list = ActionLists.InScope(
            exchange.Caller, scope, new ActionQuery(status, query.Text("type", SubmitBody.MaxType), null, isQueue ? ReviewQueue.Size : PageSize, query.Text("cursor", 500)));
        if (group is not null) list = list with { ReviewGroups = [group] };

        ActionPage page = await ActionLists.FetchAsync(exchange, list);
        IEnumerable<InboxItem> items = page.Actions.Select(document => InboxItem.Of(document, exchange.Caller.Principal, exchange.Now));
        return await PageRenderer.RenderAsync<InboxPage>(exchange.Http, new InboxPageModel(
            [.. isQueue ? ReviewQueue.InOrder(items) : items],
            [.. scopes.Select(SnakeCase.Of)],
            SnakeCase.Of(scope),
            status is { } only ? SnakeCase.Of(only) : "any",
            list.Type,
            scope == ListScope.Review ? exchange.Caller.Principal.Groups : [],
            group,
            page.NextCursor,
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>()))
        {
            IsFiltered = statusText is not null and not "any" && !isQueue || list.Type is not null || group is not null,
        });
    });
}

/// <summary>What the inbox shows.</summary>
/// <param name="Groups">The person's own, to choose from; none where they do not matter.</param>
/// <param name="Group">The one that was chosen.</param>
public sealed record InboxPageModel(
    IReadOnlyList<InboxItem> Items,
    IReadOnlyList<string> Scopes,
    string Scope,
    string Status,
    string? Type,
    IReadOnlyList<string> Groups,
    string? Group,
    string? NextCursor,
    DateTimeOffset Now,
    SignedIn Person)
{
    internal static IEnumerable<string> Statuses => SnakeCase.Names<ActionStatus>();

    /// <summary>Whether the person asked for less than there is.</summary>
    public bool IsFiltered { get; init; }
}
