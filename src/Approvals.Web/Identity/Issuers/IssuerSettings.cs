using Approvals.Ledger;
using Approvals.Ledger.Tokens;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Identity.Workloads;

namespace Approvals.Web.Identity.Issuers;

/// <summary>
/// One issuer as a host's configuration has it (<c>approvals.yaml</c>, or settings under <c>Approvals:Issuers</c>). Lists and not maps, because
/// claim names may hold the colon that .NET configuration keys are parted by. docs/identity.md tells what each is for.
/// </summary>
public sealed class IssuerSettings
{
    private const int MaxName = 40;
    private const int MaxUrl = 300;
    private const int MaxTitle = 60;
    private const int MaxSkewSeconds = 300;

    public string Name { get; set; } = "";

    public string? Title { get; set; }

    /// <summary>The <c>iss</c> of its tokens, to the letter.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Where its metadata is, when not below the issuer.</summary>
    public string? Discovery { get; set; }

    /// <summary>A JWKS document, for an issuer that the gate cannot reach.</summary>
    public string? KeySet { get; set; }

    public int ClockSkewSeconds { get; set; } = 60;

    public SignInSettings? SignIn { get; set; }

    public WorkloadSettings? Workloads { get; set; }

    /// <param name="assertion">Makes client assertions of the host's own identity, where the settings ask for it and the host has one.</param>
    /// <exception cref="FormatException">The message names setting and remedy.</exception>
    public Issuer ToIssuer(Func<CancellationToken, ValueTask<string>>? assertion = null)
    {
        if (Name.Length is 0 or > MaxName || !Name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
            throw new FormatException($"name: 1 to {MaxName} lower-case letters, digits and hyphens; it stands in the address /sign-in/<name>.");
        Uri url = Address(Issuer, "issuer");
        if (url.Query.Length > 0) throw new FormatException("issuer: leave the query out.");
        if (Title is { Length: 0 or > MaxTitle }) throw new FormatException($"title: 1 to {MaxTitle} characters.");
        if (ClockSkewSeconds is < 0 or > MaxSkewSeconds) throw new FormatException($"clockSkewSeconds: 0 to {MaxSkewSeconds}.");
        if (SignIn is null && Workloads is null) throw new FormatException("an issuer needs 'signIn', 'workloads' or both; otherwise nobody comes in by it.");
        return new Issuer(Name, Issuer, Title ?? Name)
        {
            // OpenID Connect Discovery 1.0 section 4.1: a terminating slash goes first.
            Discovery = Address(Discovery ?? Issuer.TrimEnd('/') + "/.well-known/openid-configuration", "discovery"),
            Keys = KeySet is null ? null : ReadKeys(KeySet),
            ClockSkew = TimeSpan.FromSeconds(ClockSkewSeconds),
            SignIn = SignIn?.ToClient(assertion),
            Workloads = Workloads?.ToTrust(Issuer),
        };
    }

    /// <summary>One of the settings' values, with the place named when it is wrong.</summary>
    internal static T Read<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException error)
        {
            throw new FormatException($"{place}: {error.Message}", error);
        }
    }

    private static Uri Address(string text, string place) =>
        text.Length <= MaxUrl && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character) || character == '|')
        && Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && IssuerBackchannel.IsAllowed(url) && url.Fragment.Length == 0
            ? url
            : throw new FormatException($"{place}: an https address (http for this machine alone) of at most {MaxUrl} characters, e.g. https://login.example.com.");

    private static JsonWebKeySet ReadKeys(string json)
    {
        try
        {
            return JsonWebKeySet.Parse(System.Text.Encoding.UTF8.GetBytes(json));
        }
        catch (LedgerFormatException refused)
        {
            throw new FormatException($"keySet: {refused.Message}", refused);
        }
    }
}
