using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;

namespace Approvals.Notifications.Slack;

/// <summary>Slack's web API: a method, a JSON body, an answer that says <c>ok</c>. Calls may overlap.</summary>
public sealed class SlackApi(SlackOptions options, OutboundHttp http)
{
    private const int MaxErrorLength = 64;

    /// <summary>What Slack may say again differently in a moment: https://docs.slack.dev/reference/methods/chat.postMessage#errors</summary>
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "timeout",
    };

    /// <summary>Calls a method. The answer is there exactly when the call was <see cref="DeliveryOutcome.Delivered"/>.</summary>
    public async Task<(Delivery Delivery, JsonElement Answer)> CallAsync(string method, JsonObject body, CancellationToken cancellationToken)
    {
        string token = options.Token.Read();
        OutboundAnswer answer = await http.PostAsync(
            new Uri(options.Api, method),
            JsonSerializer.SerializeToUtf8Bytes(body),
            "application/json; charset=utf-8",
            headers => headers.Authorization = new("Bearer", token),
            cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess) return (answer.ToDelivery(), default);
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer.Body, new JsonDocumentOptions { MaxDepth = 64 });
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("ok", out JsonElement ok) && ok.ValueKind == JsonValueKind.True) return (Delivery.Delivered(), root.Clone());
            string error = root.TryGetProperty("error", out JsonElement named) ? Word(named.GetString()) : "unknown";
            return (Passing.Contains(error) ? Delivery.TryLater("slack_" + error, answer.RetryAfter) : Delivery.Refused("slack_" + error), default);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return (Delivery.TryLater("slack_malformed_answer"), default);
        }
    }

    /// <summary>The leading part of an error that may stand in a history.</summary>
    private static string Word(string? error) =>
        string.Concat((error ?? "unknown").TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_').Take(MaxErrorLength));
}
