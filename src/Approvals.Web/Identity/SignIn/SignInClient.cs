using Approvals.Web.Identity.Claims;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Identity.SignIn;

/// <summary>This gate as a client of an OpenID provider, and what the provider's claims about a person mean here.</summary>
public sealed record SignInClient(string ClientId)
{
    /// <summary>For client authentication; <see langword="null"/> for a public client (PKCE alone) or when <see cref="Assertion"/> is there.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>
    /// Makes a client assertion (RFC 7523) instead of a secret, e.g. a token of the host's own managed identity. Calls may overlap.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Assertion { get; init; }

    /// <summary><c>openid</c> always among them.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary>The claim that never changes for a person: <c>sub</c>, or <c>oid</c> at Entra ID.</summary>
    public ClaimPath Subject { get; init; } = ClaimPath.Parse("sub");

    /// <summary>
    /// The claim that equals the subject of a person in the configuration; <see langword="null"/> when people are known by their listed
    /// identities alone. <c>email</c> counts only with <c>email_verified</c>.
    /// </summary>
    public ClaimPath? Person { get; init; }

    /// <summary>
    /// Whether somebody whom the configuration does not list comes in by the groups or roles that their claims mean here. At most one issuer
    /// does: a person who came in by two would be two principals, and vote twice.
    /// </summary>
    public bool AdmitsUnlisted { get; init; }

    public ClaimMeanings<string>? Groups { get; init; }

    public ClaimMeanings<Role>? Roles { get; init; }

    /// <summary>Any of these in the ID token makes the assurance <c>idp+mfa</c>.</summary>
    public IReadOnlyList<ClaimCondition> Mfa { get; init; } = [ClaimCondition.Parse("amr", ["mfa"])];

    /// <summary>Parameters of the authorization request that ask for a second factor, e.g. <c>acr_values</c> or <c>claims</c>.</summary>
    public IReadOnlyDictionary<string, string> StepUp { get; init; } = new Dictionary<string, string>();
}
