using Approvals.Notifications.Slack;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Webhooks;

namespace Approvals.Notifications;

/// <summary>Who is told, and how. Holds references to secrets and no secret.</summary>
public sealed record NotificationOptions
{
    /// <summary>Channels for the people who are asked, the preferred one first; the others stand in while it is down. Empty tells nobody.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    public SlackOptions? Slack { get; init; }

    public TeamsOptions? Teams { get; init; }

    public TeamsBotOptions? TeamsBot { get; init; }

    /// <summary>Machines that are told of every review and decision.</summary>
    public IReadOnlyList<WebhookOptions> Webhooks { get; init; } = [];

    /// <summary>Who may be named by the <c>callbackUrl</c> of an action.</summary>
    public CallbackEndpoint? Callbacks { get; init; }
}
