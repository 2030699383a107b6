using System.Text.Json;
using Approvals.Web.Problems;

namespace Approvals.Web.Identity.Issuers;

/// <summary>What an issuer says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414). What only sign-in needs may be absent.</summary>
internal sealed record IssuerDocument
{
    public required Uri KeySet { get; init; }

    public Uri? Authorization { get; init; }

    public Uri? Token { get; init; }

    public Uri? UserInfo { get; init; }

    /// <summary>OpenID Connect RP-Initiated Logout 1.0.</summary>
    public Uri? EndSession { get; init; }

    /// <summary>How a client with a secret may show it; <c>client_secret_basic</c> when the issuer does not say.</summary>
    public bool TakesBasic { get; init; }

    /// <summary>RFC 9207: every authorization response carries <c>iss</c>.</summary>
    public bool NamesItself { get; init; }

    /// <exception cref="ProblemException"><c>issuer_unavailable</c>.</exception>
    public static IssuerDocument Read(Issuer issuer, JsonElement json)
    {
        // OpenID Connect Discovery 1.0 section 4.3: exactly the issuer that was asked for, or anybody's document would do for everybody.
        if (Text(json, "issuer") != issuer.Url) throw IssuerBackchannel.Unavailable(issuer, "calls itself otherwise in its metadata than the configuration does");
        return new IssuerDocument
        {
            KeySet = Address(issuer, json, "jwks_uri") ?? throw IssuerBackchannel.Unavailable(issuer, "names no jwks_uri"),
            Authorization = Address(issuer, json, "authorization_endpoint"),
            Token = Address(issuer, json, "token_endpoint"),
            UserInfo = Address(issuer, json, "userinfo_endpoint"),
            EndSession = Address(issuer, json, "end_session_endpoint"),
            TakesBasic = !json.TryGetProperty("token_endpoint_auth_methods_supported", out JsonElement methods) || Lists(methods, "client_secret_basic"),
            NamesItself = json.TryGetProperty("authorization_response_iss_parameter_supported", out JsonElement names) && names.ValueKind == JsonValueKind.True,
        };
    }

    private static bool Lists(JsonElement list, string value) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(value));

    private static Uri? Address(Issuer issuer, JsonElement json, string name)
    {
        if (Text(json, name) is not { } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && IssuerBackchannel.IsAllowed(url) && url.Fragment.Length == 0
            ? url
            : throw IssuerBackchannel.Unavailable(issuer, $"names a {name} that is no https address");
    }

    private static string? Text(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // not valid Unicode
        }
    }
}
