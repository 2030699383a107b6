using Approvals.Durable;
using Approvals.Notifications.Outbox;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Notifications;

/// <summary>What could not be delivered to people and machines, and another try.</summary>
public static class NotificationHandlers
{
    private const int MaxLimit = 200;
    private const int MaxId = 200;

    /// <summary><c>GET /api/notifications</c>: notices that wait for their next attempt, and dead letters that wait for an admin.</summary>
    public static Task<IResult> ListAsync(HttpContext context) => Api.CallerAsync(context, [Role.Admin, Role.Auditor], async exchange =>
    {
        var query = new QueryParameters(exchange.Request, "limit", "cursor");
        return Answer.Ok(await ListAsync(exchange, query.Integer("limit", 1, MaxLimit) ?? 50, query.Text("cursor", 4_000)));
    });

    /// <summary><c>POST /api/notifications/{outboxId}/replay</c>: tries everything of one outbox again, now.</summary>
    public static Task<IResult> ReplayAsync(HttpContext context) => Api.CallerAsync(context, [Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        await ReplayAsync(exchange, exchange.RouteValue("outboxId", MaxId));
        return Results.Accepted();
    });

    internal static async Task<UndeliveredList> ListAsync(Exchange exchange, int limit, string? cursor)
    {
        UndeliveredPage page = await exchange.Service<IDurableClient>().UndeliveredAsync(limit, cursor, exchange.Aborted);
        return new UndeliveredList([.. page.Outboxes.SelectMany(UndeliveredDocument.Of)], page.NextCursor);
    }

    internal static async Task ReplayAsync(Exchange exchange, string outboxId)
    {
        if (outboxId.Length > MaxId || !await exchange.Service<IDurableClient>().ReplayAsync(outboxId, exchange.Now, exchange.Aborted)) throw Exchange.NotFound();
    }
}

public sealed record UndeliveredList(IReadOnlyList<UndeliveredDocument> Notifications, string? NextCursor);

/// <summary>One notice that did not get through.</summary>
/// <param name="OutboxId">For a replay, of everything in the same outbox.</param>
/// <param name="State"><c>retrying</c>, or <c>dead</c>: no more attempts until somebody asks for one.</param>
/// <param name="Code">What the last attempt came to.</param>
/// <param name="At">Of the next attempt, or when it was given up.</param>
public sealed record UndeliveredDocument(
    string OutboxId, string ActionId, string Channel, NoticeKind Kind, string State, string Code, int Attempts, DateTimeOffset At)
{
    internal static IEnumerable<UndeliveredDocument> Of(Undelivered outbox)
    {
        OutboxStatus status = outbox.Status;
        if (status.Retrying is { } trouble)
            yield return new UndeliveredDocument(outbox.OutboxId, status.ActionId, trouble.Channel, trouble.Kind, "retrying", trouble.Code, trouble.Attempts, trouble.NextAttemptAt);
        foreach (DeadLetter letter in status.Dead)
            yield return new UndeliveredDocument(outbox.OutboxId, status.ActionId, letter.Channel, letter.Notice.Kind, "dead", letter.Code, letter.Attempts, letter.At);
    }
}
