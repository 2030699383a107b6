using System.Globalization;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;

namespace ApprovalFunctions.Releases;

/// <summary>
/// A decision as a message: CloudEvents 1.0 in binary mode. The attributes are application properties <c>cloudEvents_*</c> (CloudEvents AMQP
/// binding 1.0.2 section 3.1.3), so subscriptions filter by them. Says what was decided and where it stands; never what was asked, and never the token.
/// </summary>
/// <param name="Id">The action's id, which is its decision record's too: there is one. Duplicate detection and receivers go by it.</param>
/// <param name="Subject">The action type.</param>
public sealed record ReleaseMessage(string Id, string Subject, byte[] Body, IReadOnlyDictionary<string, object> Properties)
{
    public const string ContentType = "application/json";
    public const string EventType = "dev.approvals.action.decided.v1";

    /// <param name="source">The gate's name.</param>
    /// <param name="traceParent">W3C trace context of this announcement, so that the receiver's trace goes on from the request's.</param>
    public static ReleaseMessage Of(ActionDocument document, string source, string? traceParent)
    {
        Decision decision = document.Decision ?? throw new ArgumentException("Only a decided action is announced.", nameof(document));
        var properties = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["cloudEvents_specversion"] = "1.0",
            ["cloudEvents_id"] = document.Id,
            ["cloudEvents_source"] = source,
            ["cloudEvents_type"] = EventType,
            ["cloudEvents_subject"] = document.Id,
            ["cloudEvents_time"] = decision.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["outcome"] = Word(decision.Outcome),
            ["by"] = Word(decision.By),
            ["actionType"] = document.Request.Type,
        };
        if (traceParent is not null) properties["cloudEvents_traceparent"] = traceParent;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new Data(document.Id, document.Request.Type, Word(decision.Outcome), Word(decision.By), document.Request.ActionDigest, document.LedgerIndex),
            DurableJson.Options);
        return new ReleaseMessage(document.Id, document.Request.Type, body, properties);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>Wire format, the same as of the embedded host's callbacks.</summary>
    private sealed record Data(string Id, string Type, string Status, string By, string ActionDigest, long? LedgerIndex);
}
