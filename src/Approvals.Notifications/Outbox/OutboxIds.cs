namespace Approvals.Notifications.Outbox;

/// <summary>The instance ids of outboxes and the event ids of notices: fit for a path segment and for a <c>webhook-id</c>.</summary>
internal static class OutboxIds
{
    public const string Prefix = "notices-";

    public static string People(string actionId) => $"{Prefix}people-{actionId}";

    public static string Webhook(string actionId, string channel) => $"{Prefix}{channel.Replace(':', '-')}-{actionId}";

    public static string Callback(string actionId) => $"{Prefix}callback-{actionId}";

    /// <summary>A webhook's id is signed between dots, so it has none.</summary>
    public static string Notice(string noticeId) => noticeId.Replace('.', '-');
}
