using System.Text.RegularExpressions;
using Approvals.Embedded.Notifications;
using Approvals.Notifications;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Secrets;
using Approvals.Notifications.Slack;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Principals;
using YamlDotNet.RepresentationModel;

namespace Approvals.Embedded.Configuration;

/// <summary>Reads <c>notifications</c> and <c>callbacks</c> of <c>approvals.yaml</c>; docs/notifications.md tells what each key is for.</summary>
internal sealed class NotificationsReader(YamlValues yaml)
{
    private const int MaximumEntries = 100;
    private const int MaximumPeople = 10_000;
    private const int MaximumSecrets = 2;

    private static readonly Regex WebhookName = new("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.NonBacktracking);
    private static readonly Regex SlackId = new("^[A-Z][A-Z0-9]{2,30}$", RegexOptions.NonBacktracking);

    public NotificationOptions Read(YamlNode? notifications, YamlNode? callbacks)
    {
        NotificationOptions options = notifications switch
        {
            null => new NotificationOptions(),
            YamlScalarNode => yaml.Scalar(notifications) switch
            {
                "console" => new NotificationOptions { Order = [ConsoleChannel.ChannelName] },
                "none" => new NotificationOptions(),
                _ => throw yaml.Invalid(notifications.Start, "notifications is 'console' or 'none', or a mapping with order, slack, teams, teamsBot, webhooks."),
            },
            _ => Sections(notifications),
        };
        return options with { Callbacks = callbacks is null ? null : Callbacks(callbacks) };
    }

    private NotificationOptions Sections(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "order", "slack", "teams", "teamsBot", "webhooks");
        SlackOptions? slack = keys.TryGetValue("slack", out YamlNode? slackNode) ? Slack(slackNode) : null;
        TeamsOptions? teams = keys.TryGetValue("teams", out YamlNode? teamsNode) ? Teams(teamsNode) : null;
        TeamsBotOptions? bot = keys.TryGetValue("teamsBot", out YamlNode? botNode) ? TeamsBot(botNode) : null;
        string[] channels =
        [
            .. slack is null ? [] : (string[])[SlackChannel.ChannelName],
            .. teams is null ? [] : (string[])[TeamsChannel.ChannelName],
            .. bot is null ? [] : (string[])[TeamsBotChannel.ChannelName],
        ];
        string[] order = keys.TryGetValue("order", out YamlNode? orderNode) ? [.. yaml.Items(orderNode, MaximumEntries).Select(yaml.Scalar)] : channels;
        string[] usable = [.. channels, ConsoleChannel.ChannelName];
        if (order.Except(usable).FirstOrDefault() is { } unknown)
            throw yaml.Invalid(orderNode!.Start, $"'{unknown}' cannot be used: it needs a section of its own here; there are {string.Join(", ", usable)}.");
        if (order.Distinct().Count() != order.Length) throw yaml.Invalid(orderNode!.Start, "name each channel once.");
        WebhookOptions[] webhooks = keys.TryGetValue("webhooks", out YamlNode? webhooksNode) ? [.. yaml.Items(webhooksNode, MaximumEntries).Select(Webhook)] : [];
        if (webhooks.DistinctBy(webhook => webhook.Name).Count() != webhooks.Length) throw yaml.Invalid(webhooksNode!.Start, "two webhooks have the same name.");
        return new NotificationOptions { Order = order, Slack = slack, Teams = teams, TeamsBot = bot, Webhooks = webhooks };
    }

    private SlackOptions Slack(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "team", "token", "signingSecret", "channels", "people", "api");
        var options = new SlackOptions(
            Id(Required(node, keys, "team"), keys["team"]),
            Secret(node, keys, "token"),
            Secret(node, keys, "signingSecret"),
            keys.TryGetValue("channels", out YamlNode? channels) ? yaml.Entries(channels).ToDictionary(entry => entry.Key, entry => Id(yaml.Scalar(entry.Value), entry.Value)) : [],
            People(keys).ToDictionary(person => Id(person.Key, keys["people"]), person => person.Value));
        return keys.TryGetValue("api", out YamlNode? api) ? options with { Api = Url(api) } : options;
    }

    private TeamsOptions Teams(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "channels");
        Dictionary<string, YamlNode> channels = keys.TryGetValue("channels", out YamlNode? entries) ? yaml.Entries(entries) : [];
        return channels.Count > 0
            ? new TeamsOptions(channels.ToDictionary(entry => entry.Key, entry => Secret(entry.Value)))
            : throw yaml.Invalid(node.Start, "teams needs 'channels': the webhook URL of each reviewer group, or of '*' for all, as env:NAME or file:/path.");
    }

    private TeamsBotOptions TeamsBot(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "app", "tenant", "secret", "service", "conversations", "people");
        if (!keys.TryGetValue("service", out YamlNode? service)) throw yaml.Invalid(node.Start, "'service' is missing here: the Bot Connector, e.g. https://smba.trafficmanager.net/teams/.");
        try
        {
            return TeamsBotOptions.Create(
                Required(node, keys, "app"),
                Required(node, keys, "tenant"),
                Secret(node, keys, "secret"),
                Url(service),
                keys.TryGetValue("conversations", out YamlNode? conversations) ? yaml.Entries(conversations).ToDictionary(entry => entry.Key, entry => yaml.Scalar(entry.Value)) : [],
                People(keys));
        }
        catch (FormatException error)
        {
            throw yaml.Invalid(node.Start, error.Message);
        }
    }

    private Dictionary<string, PrincipalId> People(Dictionary<string, YamlNode> keys)
    {
        if (!keys.TryGetValue("people", out YamlNode? node)) return [];
        Dictionary<string, YamlNode> entries = yaml.Entries(node);
        return entries.Count <= MaximumPeople
            ? entries.ToDictionary(entry => entry.Key, entry => Person(yaml.Scalar(entry.Value)))
            : throw yaml.Invalid(node.Start, $"at most {MaximumPeople} entries.");
    }

    private WebhookOptions Webhook(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "name", "url", "secrets");
        string name = Required(node, keys, "name");
        if (!WebhookName.IsMatch(name)) throw yaml.Invalid(keys["name"].Start, "a webhook's name is made of lower-case letters, digits and dashes.");
        if (!keys.TryGetValue("url", out YamlNode? url)) throw yaml.Invalid(node.Start, "'url' is missing here.");
        return new WebhookOptions(name, Url(url), Secrets(node, keys));
    }

    private CallbackEndpoint? Callbacks(YamlNode node)
    {
        Dictionary<string, YamlNode> keys = yaml.Mapping(node, "hosts", "secrets");
        if (!keys.TryGetValue("hosts", out YamlNode? list)) return null;
        string[] hosts =
        [
            .. yaml.Items(list, MaximumEntries).Select(yaml.Scalar).Select(host => Uri.CheckHostName(host) != UriHostNameType.Unknown
                ? host.ToLowerInvariant()
                : throw yaml.Invalid(list.Start, "a callback host is a host name and nothing else: hooks.example.com.")),
        ];
        return hosts.Length == 0 ? null : new CallbackEndpoint(hosts, Secrets(node, keys));
    }

    private SecretReference[] Secrets(YamlNode node, Dictionary<string, YamlNode> keys)
    {
        SecretReference[] secrets = keys.TryGetValue("secrets", out YamlNode? list) ? [.. yaml.Items(list, MaximumSecrets).Select(Secret)] : [];
        return secrets.Length > 0
            ? secrets
            : throw yaml.Invalid(node.Start, "'secrets' is missing here: one secret that signs what is sent, and a second one while it is being replaced, each as env:NAME or file:/path.");
    }

    private SecretReference Secret(YamlNode node, Dictionary<string, YamlNode> keys, string key) =>
        keys.TryGetValue(key, out YamlNode? value) ? Secret(value) : throw yaml.Invalid(node.Start, $"'{key}' is missing here: env:NAME or file:/path.");

    private SecretReference Secret(YamlNode node)
    {
        try
        {
            return SecretReference.Parse(yaml.Scalar(node));
        }
        catch (FormatException error)
        {
            throw yaml.Invalid(node.Start, error.Message);
        }
    }

    private Uri Url(YamlNode node) =>
        Uri.TryCreate(yaml.Scalar(node), UriKind.Absolute, out Uri? url) && OutboundHttp.IsAllowed(url)
            ? url
            : throw yaml.Invalid(node.Start, "an https URL is expected here, without user name or password; http only to localhost.");

    private string Required(YamlNode node, Dictionary<string, YamlNode> keys, string key) =>
        yaml.Text(keys, key) ?? throw yaml.Invalid(node.Start, $"'{key}' is missing here.");

    private string Id(string text, YamlNode node) =>
        SlackId.IsMatch(text) ? text : throw yaml.Invalid(node.Start, "Slack's own id is expected here (T… for a workspace, C… for a channel, U… for a person), not a name.");

    /// <summary>A subject of this file, or <c>issuer|subject</c>.</summary>
    private static PrincipalId Person(string text)
    {
        int bar = text.LastIndexOf('|');
        return bar > 0 ? new PrincipalId(text[..bar], text[(bar + 1)..]) : new PrincipalId(Principal.LocalIssuer, text);
    }
}
