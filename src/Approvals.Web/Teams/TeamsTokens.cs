using System.Text.Json;
using Approvals.Notifications.Teams;
using Approvals.Web.Identity.Issuers;

namespace Approvals.Web.Teams;

/// <summary>
/// The Bot Connector's tokens: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication, step 4. The activity that
/// a token came with is compared with it elsewhere. Calls may overlap.
/// </summary>
internal sealed class TeamsTokens(TeamsBotOptions bot, IssuerRegistry issuers, IssuerBackchannel backchannel, TimeProvider time) : IDisposable
{
    /// <summary>The claim that must be the activity's <c>serviceUrl</c>; the documentation writes it so too, the tokens do not.</summary>
    public const string ServiceUrlClaim = "serviceurl";

    private static readonly string?[] Types = [null, "JWT"];

    private readonly IssuerKeys keys = new(
        new Issuer("teams", bot.Cloud.Issuer, "Microsoft Teams") { Discovery = bot.Cloud.Metadata, ClockSkew = TimeSpan.FromMinutes(5), MaySign = IsEndorsed },
        backchannel,
        time);

    /// <exception cref="Problems.ProblemException"><c>issuer_unavailable</c>.</exception>
    public ValueTask<VerifiedToken> VerifyAsync(string token, CancellationToken cancellationToken) =>
        issuers.VerifyAsync(keys, token, Types, bot.AppId, cancellationToken);

    public void Dispose() => keys.Dispose();

    /// <summary>RS256, and where a key says for which channels it signs, Teams is among them.</summary>
    private static bool IsEndorsed(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || (jwk.TryGetProperty("alg", out JsonElement algorithm) && !Is(algorithm, "RS256"))) return false;
        if (!jwk.TryGetProperty("kty", out JsonElement type) || !Is(type, "RSA")) return false;
        return !jwk.TryGetProperty("endorsements", out JsonElement channels)
            || (channels.ValueKind == JsonValueKind.Array && channels.EnumerateArray().Any(channel => Is(channel, TeamsActivity.TeamsChannelId)));
    }

    private static bool Is(JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);
}
