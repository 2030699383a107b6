using System.Text.Json;
using Approvals.Ledger.Tokens;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Identity.Workloads;

namespace Approvals.Web.Identity.Issuers;

/// <summary>Somebody whose word on identities is taken: an OpenID provider, a CI system, a cluster. Made by <see cref="IssuerSettings"/>.</summary>
/// <param name="Name">Short, stable, in addresses: <c>/sign-in/{name}</c>. Lower-case letters, digits and hyphens.</param>
/// <param name="Url">The <c>iss</c> of its tokens, compared exactly; also the issuer of the principals it vouches for.</param>
/// <param name="Title">What people call it.</param>
public sealed record Issuer(string Name, string Url, string Title)
{
    /// <summary>Where its metadata is (OpenID Connect Discovery 1.0, RFC 8414).</summary>
    public required Uri Discovery { get; init; }

    /// <summary>Its keys, where they are configured and not fetched.</summary>
    public JsonWebKeySet? Keys { get; init; }

    /// <summary>Which keys of its set may sign for this gate, by their JWK; <see langword="null"/> for all.</summary>
    public Func<JsonElement, bool>? MaySign { get; init; }

    /// <summary>How far its clock may be off.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How people sign in there; <see langword="null"/> when they do not.</summary>
    public SignInClient? SignIn { get; init; }

    /// <summary>Which of its workloads may call; <see langword="null"/> when none.</summary>
    public WorkloadTrust? Workloads { get; init; }
}
