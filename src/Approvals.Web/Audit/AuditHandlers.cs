using Approvals.Web.Actions;
using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Audit;

/// <summary>Decisions and where the ledger has them, for auditors and admins.</summary>
public static class AuditHandlers
{
    private const int PageSize = 50;

    /// <summary><c>GET /audit</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        var query = new QueryParameters(exchange.Request, "status", "type", "cursor");
        if (!exchange.Caller.SeesAll) throw new ProblemException(ProblemTypes.Forbidden, "The audit page is for auditors and admins.");
        string? status = query.Text("status", 40);
        var list = new ActionQuery(
            status is null or "any" ? null : query.Enumeration<ActionStatus>("status"), query.Text("type", SubmitBody.MaxType), null, PageSize, query.Text("cursor", 500));
        ActionPage page = await ActionLists.FetchAsync(exchange, list);
        return await PageRenderer.RenderAsync<AuditPage>(exchange.Http, new AuditPageModel(
            page.Actions,
            page.NextCursor,
            await exchange.Service<ILedger>().ReadCheckpointAsync(exchange.Aborted),
            status ?? "any",
            list.Type,
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>())));
    });
}

/// <summary>What the audit page shows.</summary>
public sealed record AuditPageModel(
    IReadOnlyList<ActionDocument> Actions, string? NextCursor, string Checkpoint, string Status, string? Type, DateTimeOffset Now, SignedIn Person)
{
    internal static IEnumerable<string> Statuses => SnakeCase.Names<ActionStatus>();
}
