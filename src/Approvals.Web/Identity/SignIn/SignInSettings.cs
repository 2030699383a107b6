using Approvals.Web.Identity.Claims;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;

namespace Approvals.Web.Identity.SignIn;

/// <summary>How people sign in at an issuer, as a host's configuration has it.</summary>
public sealed class SignInSettings
{
    private const int MaxScopes = 20;

    public string ClientId { get; set; } = "";

    /// <summary>Never in a file that others read: the embedded host reads it from a file of mode 0600, Functions from a Key Vault reference.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Instead of a secret: the host's own managed identity, federated with the app registration. Functions alone.</summary>
    public bool UseManagedIdentity { get; set; }

    /// <summary>Beyond <c>openid</c>.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];

    public string Subject { get; set; } = "sub";

    public string? Person { get; set; }

    public bool AdmitUnlisted { get; set; }

    public ClaimMeaningSettings? Groups { get; set; }

    public ClaimMeaningSettings? Roles { get; set; }

    public IReadOnlyList<ClaimSettings> Mfa { get; set; } = [];

    /// <summary>Further parameters of the authorization request when a second factor is asked for.</summary>
    public IReadOnlyList<ParameterSettings> StepUp { get; set; } = [];

    internal SignInClient ToClient(Func<CancellationToken, ValueTask<string>>? assertion)
    {
        if (ClientId.Length is 0 or > 200) throw new FormatException("signIn.clientId: the id that the issuer gave this gate when it was registered there.");
        if (UseManagedIdentity && ClientSecret is not null) throw new FormatException("signIn.clientSecret: leave it out with useManagedIdentity.");
        if (UseManagedIdentity && assertion is null) throw new FormatException("signIn.useManagedIdentity: this host has no managed identity; use a client secret.");
        if (ClientSecret is { Length: 0 }) throw new FormatException("signIn.clientSecret: is empty; leave it out for a public client.");
        if (Scopes.Count > MaxScopes || Scopes.Any(scope => scope.Length == 0 || scope.Any(char.IsWhiteSpace))) throw new FormatException($"signIn.scopes: at most {MaxScopes}, without white space.");
        if (AdmitUnlisted && Groups is null && Roles is null) throw new FormatException("signIn.admitUnlisted: needs 'groups' or 'roles', which say who of the unlisted comes in.");
        var client = new SignInClient(ClientId)
        {
            ClientSecret = ClientSecret,
            Assertion = UseManagedIdentity ? assertion : null,
            Subject = IssuerSettings.Read("signIn.subject", () => ClaimPath.Parse(Subject)),
            Person = Person is null ? null : IssuerSettings.Read("signIn.person", () => ClaimPath.Parse(Person)),
            AdmitsUnlisted = AdmitUnlisted,
            Groups = Groups is null ? null : IssuerSettings.Read("signIn.groups", () => Groups.ToMeanings(name => name)),
            Roles = Roles is null ? null : IssuerSettings.Read("signIn.roles", () => Roles.ToMeanings(PersonAccount.ParseRole)),
            StepUp = StepUp.ToDictionary(parameter => parameter.Name, parameter => parameter.Value),
        };
        if (Scopes.Count > 0) client = client with { Scopes = [.. Scopes.Prepend("openid").Distinct()] };
        if (Mfa.Count > 0) client = client with { Mfa = IssuerSettings.Read("signIn.mfa", () => Mfa.Select(claim => ClaimCondition.Parse(claim.Claim, claim.Values)).ToArray()) };
        return client;
    }
}

/// <summary>A claim, and what its values must be.</summary>
public sealed class ClaimSettings
{
    public string Claim { get; set; } = "";

    public IReadOnlyList<string> Values { get; set; } = [];
}

public sealed class ParameterSettings
{
    public string Name { get; set; } = "";

    public string Value { get; set; } = "";
}

/// <summary>A claim, and what each of its values means.</summary>
public sealed class ClaimMeaningSettings
{
    private const int MaxMeanings = 1_000;

    public string Claim { get; set; } = "";

    public IReadOnlyList<MeaningSettings> Map { get; set; } = [];

    internal ClaimMeanings<T> ToMeanings<T>(Func<string, T> parse)
    {
        if (Map.Count is 0 or > MaxMeanings) throw new FormatException($"map: 1 to {MaxMeanings} values with what they mean; a value without a meaning means nothing.");
        if (Map.Select(meaning => meaning.Value).Distinct().Count() != Map.Count) throw new FormatException("map: a value is there twice.");
        return new ClaimMeanings<T>(
            ClaimPath.Parse(Claim),
            Map.ToDictionary(meaning => meaning.Value, IReadOnlyList<T> (meaning) => [.. meaning.Means.Select(parse)]));
    }
}

public sealed class MeaningSettings
{
    public string Value { get; set; } = "";

    public IReadOnlyList<string> Means { get; set; } = [];
}
