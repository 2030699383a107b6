using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Webhooks;

/// <summary>
/// Notices as CloudEvents 1.0 in structured JSON. They say what happened to which action and where to look; never what the action carries, not even
/// redacted. The same notice gives the same event at every attempt, so that a receiver may drop what it has by its id.
/// </summary>
/// <param name="source">The gate's name.</param>
public sealed class CloudEvents(string source, ReviewPages pages)
{
    public const string DecidedType = "dev.approvals.action.decided.v1";

    /// <summary>The decision of an action, for its <c>callbackUrl</c> and for webhooks.</summary>
    public byte[] Decided(string id, ActionDocument document)
    {
        Decision decision = document.Decision ?? throw new ArgumentException("Only a decided action is announced.", nameof(document));
        return Write(id, DecidedType, decision.At, document, new JsonObject
        {
            ["id"] = document.Id,
            ["type"] = document.Request.Type,
            ["status"] = Word(decision.Outcome),
            ["by"] = Word(decision.By),
            ["actionDigest"] = document.Request.ActionDigest,
            ["ledgerIndex"] = document.LedgerIndex,
        });
    }

    /// <summary>A review that asks people, still asks them, or asks more of them.</summary>
    public byte[] Review(Notice notice, ActionDocument document)
    {
        string type = notice.Kind switch
        {
            NoticeKind.Requested => "dev.approvals.review.requested.v1",
            NoticeKind.Reminder => "dev.approvals.review.reminder.v1",
            NoticeKind.Escalated => "dev.approvals.review.escalated.v1",
            _ => throw new ArgumentOutOfRangeException(nameof(notice), notice.Kind, "A closed review is announced by its decision."),
        };
        ReviewStage? stage = document.Policy?.Plan?.Stages.ElementAtOrDefault(notice.Stage);
        bool asksMore = notice.Kind == NoticeKind.Escalated && stage?.Escalation is not null;
        IEnumerable<string> groups = asksMore ? stage!.Groups.Union(stage.Escalation!.Groups) : stage?.Groups ?? [];
        return Write(notice.Id, type, notice.At, document, new JsonObject
        {
            ["id"] = document.Id,
            ["type"] = document.Request.Type,
            ["actionDigest"] = document.Request.ActionDigest,
            ["stage"] = stage?.Name,
            ["groups"] = new JsonArray([.. groups.Select(group => JsonValue.Create(group))]),
            ["quorum"] = stage?.Quorum,
            ["deadline"] = notice.Deadline is { } deadline ? Time(deadline) : null,
            ["reviewUrl"] = pages.Of(document.Id).AbsoluteUri,
        });
    }

    private byte[] Write(string id, string type, DateTimeOffset at, ActionDocument document, JsonObject data)
    {
        var cloudEvent = new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = id,
            ["source"] = source,
            ["type"] = type,
            ["subject"] = document.Id,
            ["time"] = Time(at),
            ["datacontenttype"] = "application/json",
            ["data"] = data,
        };
        if (document.Request.TraceParent is { } traceParent) cloudEvent["traceparent"] = traceParent;
        return JsonSerializer.SerializeToUtf8Bytes(cloudEvent);
    }

    /// <summary>RFC 3339.</summary>
    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
