using Approvals.Notifications.Secrets;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Slack;

/// <summary>One Slack app in one workspace.</summary>
/// <param name="TeamId">The workspace, e.g. <c>T0123ABCD</c>: interactions of anybody else's users are refused.</param>
/// <param name="Token">The bot token; scopes <c>chat:write</c>, and <c>im:write</c> for direct messages.</param>
/// <param name="SigningSecret">Verifies what Slack sends.</param>
/// <param name="Channels">Channel id by reviewer group; <c>*</c> for groups that have none of their own.</param>
/// <param name="People">Who a Slack user id is here.</param>
public sealed record SlackOptions(
    string TeamId,
    SecretReference Token,
    SecretReference SigningSecret,
    IReadOnlyDictionary<string, string> Channels,
    IReadOnlyDictionary<string, PrincipalId> People)
{
    public const string AllGroups = "*";

    /// <summary>Slack's web API; GovSlack has another.</summary>
    public Uri Api { get; init; } = new("https://slack.com/api/");
}
