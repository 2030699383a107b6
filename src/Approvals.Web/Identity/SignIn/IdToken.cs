using System.Text.Json;
using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Web.Identity.Claims;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Problems;

namespace Approvals.Web.Identity.SignIn;

/// <summary>The rules for an ID token of the authorization code flow (OpenID Connect Core 1.0 section 3.1.3.7).</summary>
internal static class IdToken
{
    private static readonly string?[] Types = [null, "JWT"];

    /// <summary>Verifies it as the answer to the one request that this nonce was made for.</summary>
    /// <exception cref="ProblemException"><c>id_token_invalid</c>, <c>issuer_unavailable</c>.</exception>
    public static async ValueTask<VerifiedIdToken> VerifyAsync(
        IssuerRegistry issuers, Issuer issuer, SignInClient client, string token, string nonce, CancellationToken cancellationToken)
    {
        VerifiedToken result = await issuers.VerifyAsync(issuers.Named(issuer.Name)!, token, Types, client.ClientId, cancellationToken);
        if (result.Claims is not { } claims) throw Invalid(issuer, result.Failure!.Code);
        if (Text(claims.Json, "nonce") != nonce) throw Invalid(issuer, "nonce_mismatch");
        if (claims.Json.TryGetProperty("azp", out _) && Text(claims.Json, "azp") != client.ClientId) throw Invalid(issuer, "azp_mismatch");
        if (claims.IssuedAt is null) throw Invalid(issuer, "iat_missing");
        if (claims.Subject is not { Length: > 0 and <= 255 }) throw Invalid(issuer, "sub_missing");
        return new VerifiedIdToken(claims.Json, claims.Json);
    }

    private static string? Text(JsonElement claims, string name) => ClaimPath.Parse(name).Value(claims);

    private static ProblemException Invalid(Issuer issuer, string reason) =>
        new(ProblemTypes.IdTokenInvalid, $"What {issuer.Title} says about you does not verify. Sign in again; if it stays so, give the reason '{reason}' to an operator.") { Reason = reason };
}

/// <summary>Claims about a person.</summary>
/// <param name="Signed">Of the ID token.</param>
/// <param name="All">With those of the UserInfo endpoint, where the ID token had to be completed.</param>
internal sealed record VerifiedIdToken(JsonElement Signed, JsonElement All)
{
    /// <summary>INVARIANT: how somebody signed in is read from the signed token alone.</summary>
    public Assurance AssuranceFor(SignInClient client) => client.Mfa.Any(condition => condition.Holds(Signed)) ? Assurance.IdpMfa : Assurance.Idp;

    /// <summary>Whether the UserInfo endpoint may know more of what the configuration reads.</summary>
    public bool Lacks(SignInClient client) =>
        new[] { client.Person, client.Groups?.Claim, client.Roles?.Claim }.Any(claim => claim is not null && claim.Find(Signed) is null);

    /// <summary>Completes the claims; those of the ID token win.</summary>
    /// <exception cref="ProblemException"><c>id_token_invalid</c>: about somebody else (OpenID Connect Core 1.0 section 5.3.2).</exception>
    public VerifiedIdToken With(JsonElement? userInfo, Issuer issuer)
    {
        if (userInfo is not { } more) return this;
        ClaimPath subject = ClaimPath.Parse("sub");
        if (subject.Value(more) is not { } about || about != subject.Value(Signed))
            throw new ProblemException(ProblemTypes.IdTokenInvalid, $"{issuer.Title} speaks of two different people. Sign in again; if it stays so, tell an operator.") { Reason = "userinfo_sub_mismatch" };
        var merged = new Dictionary<string, JsonElement>();
        foreach (JsonProperty claim in more.EnumerateObject()) merged[claim.Name] = claim.Value;
        foreach (JsonProperty claim in Signed.EnumerateObject()) merged[claim.Name] = claim.Value;
        return this with { All = JsonSerializer.SerializeToElement(merged) };
    }
}
