using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Actions;

internal enum ListScope
{
    /// <summary>What asks a group that the caller is in.</summary>
    Review,

    /// <summary>What the caller asked for.</summary>
    Mine,

    /// <summary>Everything; auditors and admins.</summary>
    All,
}

/// <summary>Which actions a list shows.</summary>
internal static class ActionLists
{
    public static ActionQuery Read(Exchange exchange)
    {
        var query = new QueryParameters(exchange.Request, "status", "type", "requester", "scope", "limit", "cursor");
        ListScope scope = query.Enumeration<ListScope>("scope") ?? Widest(exchange.Caller);
        Require(exchange.Caller, scope);
        return InScope(exchange.Caller, scope, new ActionQuery(
            query.Enumeration<ActionStatus>("status"),
            query.Text("type", SubmitBody.MaxType),
            query.Text("requester", 600) is { } requester ? PrincipalReference.Parse(requester) : null,
            query.Integer("limit", 1, 200) ?? 50,
            query.Text("cursor", 500)));
    }

    /// <summary>The query, limited to what the scope holds for this caller.</summary>
    public static ActionQuery InScope(Caller caller, ListScope scope, ActionQuery list) => scope switch
    {
        ListScope.All => list,
        ListScope.Review => list with { ReviewGroups = caller.Principal.Groups },
        _ => list.Actor is { } other && other != caller.Principal.Id
            ? throw QueryParameters.Invalid("requester", "Leave this out, or ask for scope=all as an auditor.")
            : list with { Actor = caller.Principal.Id },
    };

    public static async Task<ActionPage> FetchAsync(Exchange exchange, ActionQuery list)
    {
        try
        {
            return await exchange.Index.ListAsync(list, exchange.Aborted);
        }
        catch (Exception malformed) when (list.Cursor is not null && malformed is ArgumentException or FormatException)
        {
            throw QueryParameters.Invalid("cursor", "Send a cursor as an earlier page had it, or none for the first page.");
        }
    }

    /// <summary>What this caller may list, the most wanted first.</summary>
    public static IReadOnlyList<ListScope> ScopesOf(Caller caller) => [.. Enum.GetValues<ListScope>().Where(scope => IsAllowed(caller, scope))];

    public static void Require(Caller caller, ListScope scope)
    {
        if (!IsAllowed(caller, scope))
            throw new ProblemException(ProblemTypes.Forbidden, "Ask for a scope of your role: 'mine' for requesters, 'review' for reviewers, 'all' for auditors and admins.");
    }

    private static bool IsAllowed(Caller caller, ListScope scope) => scope switch
    {
        ListScope.All => caller.SeesAll,
        ListScope.Review => caller.Has(Role.Reviewer),
        _ => caller.Has(Role.Requester),
    };

    private static ListScope Widest(Caller caller)
    {
        if (caller.SeesAll) return ListScope.All;
        return caller.Has(Role.Requester) ? ListScope.Mine : ListScope.Review;
    }
}
