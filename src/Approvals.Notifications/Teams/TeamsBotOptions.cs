using Approvals.Notifications.Secrets;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Teams;

/// <summary>One bot in one tenant of Microsoft 365. Off unless configured.</summary>
/// <param name="AppId">The bot's application id in Entra ID: the audience of every call from Microsoft.</param>
/// <param name="TenantId">Whose people use it: calls about anybody else's are refused. Also where the bot gets its tokens, so the app is registered there.</param>
/// <param name="Secret">The application's client secret.</param>
/// <param name="Service">
/// The Bot Connector, e.g. <c>https://smba.trafficmanager.net/teams/</c>. The only one that is ever called, whatever a call from
/// outside names.
/// </param>
/// <param name="Conversations">Id of the channel or group chat of each reviewer group; <c>*</c> for groups that have none of their own. The bot is installed there.</param>
/// <param name="People">Who a user is here, by the object id that Entra ID has for them, in lower case.</param>
public sealed record TeamsBotOptions(
    string AppId,
    string TenantId,
    SecretReference Secret,
    Uri Service,
    IReadOnlyDictionary<string, string> Conversations,
    IReadOnlyDictionary<string, PrincipalId> People)
{
    public const string AllGroups = "*";

    public TeamsCloud Cloud { get; init; } = TeamsCloud.Public;

    /// <summary>Reads what a host's configuration says.</summary>
    /// <exception cref="FormatException">The message names the key and the remedy.</exception>
    public static TeamsBotOptions Create(
        string? app, string? tenant, SecretReference secret, Uri service, IReadOnlyDictionary<string, string> conversations, IReadOnlyDictionary<string, PrincipalId> people)
    {
        if (!service.AbsolutePath.EndsWith('/') || service.Query.Length > 0 || service.Fragment.Length > 0)
            throw new FormatException("service: the Bot Connector's address ends with a slash, e.g. https://smba.trafficmanager.net/teams/.");
        if (conversations.Count == 0)
            throw new FormatException("conversations: name the channel or group chat (19:…@thread.…) of each reviewer group, or of '*' for all.");
        if (conversations.Values.Any(id => id.Contains(';') || id.Any(char.IsWhiteSpace)))
            throw new FormatException("conversations: the id of a conversation is expected (19:…@thread.…), without ';messageid=…'.");
        var known = new Dictionary<string, PrincipalId>(StringComparer.Ordinal);
        foreach ((string user, PrincipalId person) in people)
        {
            if (!known.TryAdd(Id("people", user), person)) throw new FormatException("people: a user is there twice.");
        }

        return new TeamsBotOptions(Id("app", app), Id("tenant", tenant), secret, service, conversations, known);
    }

    /// <summary>An id of Entra ID in the form that tokens have it; without hyphens too, which names of settings on Linux may not hold.</summary>
    private static string Id(string key, string? text) => Guid.TryParseExact(text, "D", out Guid id) || Guid.TryParseExact(text, "N", out id)
        ? id.ToString("D")
        : throw new FormatException($"{key}: the id of Entra ID is expected (12345678-90ab-cdef-1234-567890abcdef), not a name.");
}

/// <summary>Where Microsoft's own services are, and what they call themselves.</summary>
/// <param name="Login">Gives the bot its tokens: <c>{Login}{tenant}/oauth2/v2.0/token</c>.</param>
/// <param name="Scope">What they are for.</param>
/// <param name="Issuer">Who signs the calls to the bot.</param>
/// <param name="Metadata">Its OpenID metadata.</param>
public sealed record TeamsCloud(Uri Login, string Scope, string Issuer, Uri Metadata)
{
    /// <summary>https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication</summary>
    public static TeamsCloud Public { get; } = new(
        new Uri("https://login.microsoftonline.com/"),
        "https://api.botframework.com/.default",
        "https://api.botframework.com",
        new Uri("https://login.botframework.com/v1/.well-known/openidconfiguration"));
}
