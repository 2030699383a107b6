using Approvals.Notifications.Slack;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Pages.Parts;

/// <summary>Channels and what fails in them, in words.</summary>
internal static class ChannelWords
{
    public static string Of(string channel) => channel switch
    {
        SlackChannel.ChannelName => "Slack",
        TeamsChannel.ChannelName => "Microsoft Teams",
        TeamsBotChannel.ChannelName => "Microsoft Teams (bot)",
        CallbackChannel.ChannelName => "the requester's callback",
        "console" => "the gate's terminal",
        _ when channel.StartsWith("webhook:", StringComparison.Ordinal) => "webhook " + channel["webhook:".Length..],
        _ => channel,
    };

    public static string Of(NoticeKind kind) => kind switch
    {
        NoticeKind.Requested => "the request",
        NoticeKind.Reminder => "the reminder",
        NoticeKind.Escalated => "the escalation",
        _ => "the outcome",
    };

    public static string Attempts(int count) => count == 1 ? "one attempt" : $"{count} attempts";

    /// <summary>A code of a failed attempt; those without words of their own stand as they are, to be looked up.</summary>
    public static string Failure(string code) => code switch
    {
        "timeout" => "no answer in time",
        "unreachable" or "connection_error" or "name_resolution_error" => $"it cannot be reached ({code})",
        "nobody_to_tell" => "nobody who is asked can be reached by a channel that is configured",
        "channel_not_configured" => "the channel is not configured any more",
        _ when code.StartsWith("http_", StringComparison.Ordinal) => $"it answered HTTP {code["http_".Length..]}",
        _ when code.StartsWith("teams_token_http_", StringComparison.Ordinal) => $"Microsoft's sign-in refused the bot with HTTP {code["teams_token_http_".Length..]}",
        _ when code.StartsWith("slack_", StringComparison.Ordinal) => $"Slack said {code["slack_".Length..]}",
        _ => code,
    };
}
