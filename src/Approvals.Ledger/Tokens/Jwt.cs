using System.Diagnostics.CodeAnalysis;

namespace Approvals.Ledger.Tokens;

/// <summary>JSON Web Tokens of other issuers (RFC 7519): ID tokens of people, access tokens of workloads. Pure and thread-safe.</summary>
public static class Jwt
{
    /// <summary>
    /// Verifies the signature as <see cref="Jws"/> does, then type, issuer, audience and times. The claims are handed out only when all is well.
    /// Codes: those of <see cref="Jws"/> and <see cref="JwtClaims"/>.
    /// </summary>
    /// <param name="keys">The keys of the issuer that <paramref name="expectations"/> name, and of no other.</param>
    /// <param name="acceptedTypes">
    /// The values of <c>typ</c> that will do, <see langword="null"/> among them for its absence: tokens that the issuer makes for another purpose
    /// (<c>logout+jwt</c>, <c>secevent+jwt</c>, <c>dpop+jwt</c>) are not mistaken for this one (RFC 8725 §3.11).
    /// </param>
    public static bool TryVerify(
        string token, JsonWebKeySet keys, IReadOnlyList<string?> acceptedTypes, JwtExpectations expectations, DateTimeOffset now,
        [NotNullWhen(true)] out JwtClaims? claims, [NotNullWhen(false)] out VerificationFailure? failure)
    {
        claims = null;
        if (!Jws.TryVerifyAnyOf(token, keys, acceptedTypes, out ReadOnlyMemory<byte> payload, out failure)) return false;
        if (!JwtClaims.TryRead(payload, out JwtClaims? read, out failure)) return false;
        failure = read.Validate(expectations, now);
        if (failure is not null) return false;
        claims = read;
        return true;
    }
}
