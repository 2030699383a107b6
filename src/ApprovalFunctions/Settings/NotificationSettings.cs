using Approvals.Notifications;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Secrets;
using Approvals.Notifications.Slack;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Principals;

namespace ApprovalFunctions.Settings;

/// <summary>
/// Who is told, and how: what <c>notifications</c> and <c>callbacks</c> of <c>approvals.yaml</c> are on one machine. Secrets are named as
/// <c>env:NAME</c>, the name of an app setting, which in Azure is a Key Vault reference. docs/notifications.md tells what each is for.
/// </summary>
public sealed class NotificationSettings
{
    /// <summary><c>slack</c>, <c>teams</c>, <c>teamsBot</c>: the first is used, the others stand in; empty is all there are.</summary>
    public IReadOnlyList<string> Order { get; set; } = [];

    public SlackSettings? Slack { get; set; }

    /// <summary>The Workflows webhook of each reviewer group's channel, or of <c>*</c>.</summary>
    public Dictionary<string, string> TeamsChannels { get; set; } = [];

    public TeamsBotSettings? TeamsBot { get; set; }

    public IReadOnlyList<WebhookSettings> Webhooks { get; set; } = [];

    public IReadOnlyList<string> CallbackHosts { get; set; } = [];

    public IReadOnlyList<string> CallbackSecrets { get; set; } = [];

    /// <exception cref="FormatException">Names the setting and the remedy; repeats no value.</exception>
    public NotificationOptions ToOptions()
    {
        string[] channels =
        [
            .. Slack is null ? [] : (string[])[SlackChannel.ChannelName],
            .. TeamsChannels.Count == 0 ? [] : (string[])[TeamsChannel.ChannelName],
            .. TeamsBot is null ? [] : (string[])[TeamsBotChannel.ChannelName],
        ];
        if (Order.Except(channels).Any() || Order.Distinct().Count() != Order.Count)
            throw Wrong("Order", "name each channel once, and only those that are set: slack, teams, teamsBot.");
        if (Webhooks.DistinctBy(webhook => webhook.Name).Count() != Webhooks.Count || Webhooks.Any(webhook => !IsName(webhook.Name)))
            throw Wrong("Webhooks", "each needs a Name of its own, of lower-case letters, digits and dashes.");
        if (CallbackHosts.Any(host => Uri.CheckHostName(host) == UriHostNameType.Unknown)) throw Wrong("CallbackHosts", "set host names alone, e.g. hooks.example.com.");
        return new NotificationOptions
        {
            Order = Order.Count > 0 ? Order : channels,
            Slack = Slack?.ToOptions(),
            Teams = TeamsChannels.Count == 0 ? null : new TeamsOptions(TeamsChannels.ToDictionary(channel => channel.Key, channel => Secret(channel.Value, "TeamsChannels"))),
            TeamsBot = TeamsBot?.ToOptions(),
            Webhooks = [.. Webhooks.Select(webhook => new WebhookOptions(webhook.Name, Url(webhook.Url, "Webhooks"), Secrets(webhook.Secrets, "Webhooks")))],
            Callbacks = CallbackHosts.Count == 0 ? null : new CallbackEndpoint(CallbackHosts, Secrets(CallbackSecrets, "CallbackSecrets")),
        };
    }

    internal static SecretReference Secret(string? text, string setting)
    {
        try
        {
            return SecretReference.Parse(text ?? "");
        }
        catch (FormatException wrong)
        {
            throw Wrong(setting, wrong.Message);
        }
    }

    internal static FormatException Wrong(string setting, string remedy) => new($"{GateSettings.Section}:Notifications:{setting}: {remedy}");

    private static SecretReference[] Secrets(IReadOnlyList<string> texts, string setting) => texts.Count is 1 or 2
        ? [.. texts.Select(text => Secret(text, setting))]
        : throw Wrong(setting, "set one secret that signs what is sent, and a second one while it is being replaced, each as env:NAME.");

    internal static Uri Url(Uri? url, string setting) => url is { IsAbsoluteUri: true } && OutboundHttp.IsAllowed(url) ? url : throw Wrong(setting, "set an https Url.");

    private static bool IsName(string name) => name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

public sealed class WebhookSettings
{
    public string Name { get; set; } = "";

    public Uri? Url { get; set; }

    public IReadOnlyList<string> Secrets { get; set; } = [];
}

public sealed class SlackSettings
{
    public string Team { get; set; } = "";

    public string? Token { get; set; }

    public string? SigningSecret { get; set; }

    /// <summary>Channel id by reviewer group, or <c>*</c>.</summary>
    public Dictionary<string, string> Channels { get; set; } = [];

    /// <summary>Who a Slack user id is: the subject of one of <see cref="GateSettings.People"/>.</summary>
    public Dictionary<string, string> People { get; set; } = [];

    public Uri? Api { get; set; }

    internal SlackOptions ToOptions()
    {
        if (Team.Length == 0) throw NotificationSettings.Wrong("Slack:Team", "set the workspace's id, T….");
        var options = new SlackOptions(
            Team,
            NotificationSettings.Secret(Token, "Slack:Token"),
            NotificationSettings.Secret(SigningSecret, "Slack:SigningSecret"),
            Channels,
            People.ToDictionary(person => person.Key, person => new PrincipalId(Principal.LocalIssuer, person.Value)));
        if (Api is null) return options;
        return OutboundHttp.IsAllowed(Api) ? options with { Api = Api } : throw NotificationSettings.Wrong("Slack:Api", "set an https URL that ends with a slash.");
    }
}

public sealed class TeamsBotSettings
{
    public string? App { get; set; }

    public string? Tenant { get; set; }

    public string? Secret { get; set; }

    public Uri? Service { get; set; }

    /// <summary>Conversation id by reviewer group, or <c>*</c>.</summary>
    public Dictionary<string, string> Conversations { get; set; } = [];

    /// <summary>Who a user's object id is: the subject of one of <see cref="GateSettings.People"/>.</summary>
    public Dictionary<string, string> People { get; set; } = [];

    internal TeamsBotOptions ToOptions()
    {
        try
        {
            return TeamsBotOptions.Create(
                App,
                Tenant,
                NotificationSettings.Secret(Secret, "TeamsBot:Secret"),
                NotificationSettings.Url(Service, "TeamsBot:Service"),
                Conversations,
                People.ToDictionary(person => person.Key, person => new PrincipalId(Principal.LocalIssuer, person.Value)));
        }
        catch (FormatException wrong) when (!wrong.Message.StartsWith(GateSettings.Section, StringComparison.Ordinal))
        {
            throw NotificationSettings.Wrong("TeamsBot", wrong.Message);
        }
    }
}
