using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Actions;

internal enum ListScope
{
    /// <summary>What the caller asked for.</summary>
    Mine,

    /// <summary>What asks a group that the caller is in.</summary>
    Review,

    /// <summary>Everything; auditors and admins.</summary>
    All,
}

/// <summary>Which actions a list shows.</summary>
internal static class ActionLists
{
    public static ActionQuery Read(Exchange exchange)
    {
        var query = new QueryParameters(exchange.Request, "status", "type", "requester", "scope", "limit", "cursor");
        ListScope scope = query.Enumeration<ListScope>("scope") ?? Widest(exchange);
        Require(exchange, scope);
        var list = new ActionQuery(
            query.Enumeration<ActionStatus>("status"),
            query.Text("type", SubmitBody.MaxType),
            query.Text("requester", 600) is { } requester ? PrincipalReference.Parse(requester) : null,
            query.Integer("limit", 1, 200) ?? 50,
            query.Text("cursor", 500));
        return scope switch
        {
            ListScope.All => list,
            ListScope.Review => list with { ReviewGroups = exchange.Caller.Principal.Groups },

            _ => list.Actor is { } other && other != exchange.Caller.Principal.Id
                ? throw QueryParameters.Invalid("requester", "Leave this out, or ask for scope=all as an auditor.")
                : list with { Actor = exchange.Caller.Principal.Id },
        };
    }

    private static ListScope Widest(Exchange exchange)
    {
        if (exchange.Caller.SeesAll) return ListScope.All;
        return exchange.Caller.Has(Role.Requester) ? ListScope.Mine : ListScope.Review;
    }

    private static void Require(Exchange exchange, ListScope scope)
    {
        bool allowed = scope switch
        {
            ListScope.All => exchange.Caller.SeesAll,
            ListScope.Review => exchange.Caller.Has(Role.Reviewer),
            _ => exchange.Caller.Has(Role.Requester),
        };
        if (!allowed)
            throw new ProblemException(ProblemTypes.Forbidden, "Ask for a scope of your role: 'mine' for requesters, 'review' for reviewers, 'all' for auditors and admins.");
    }
}
