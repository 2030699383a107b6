using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Tokens;

/// <summary>The claims of a release token: leave to run exactly one action once.</summary>
public sealed record ReleaseTokenClaims
{
    /// <summary>The gate's issuer name, exactly as configured.</summary>
    [JsonPropertyName("iss")] public required string Issuer { get; init; }

    /// <summary>The executor that may redeem it.</summary>
    [JsonPropertyName("aud")] public required string Audience { get; init; }

    /// <summary>Immutable subject of the actor who asked.</summary>
    [JsonPropertyName("sub")] public required string Subject { get; init; }

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("exp")] public required long ExpiresAt { get; init; }

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("nbf")] public required long NotBefore { get; init; }

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("iat")] public required long IssuedAt { get; init; }

    /// <summary>Redeemed at most once.</summary>
    [JsonPropertyName("jti")] public required string JwtId { get; init; }

    [JsonPropertyName("action_id")] public required string ActionId { get; init; }

    /// <summary><c>sha256:</c>… of the action binding.</summary>
    [JsonPropertyName("action_digest")] public required string ActionDigest { get; init; }

    /// <summary>Index of the decision record in the ledger.</summary>
    [JsonPropertyName("ledger_index")] public required long LedgerIndex { get; init; }

    /// <summary><c>sha256:</c>… of the decision record's envelope, byte for byte as in the ledger.</summary>
    [JsonPropertyName("record_digest")] public required string RecordDigest { get; init; }
}

/// <summary>Release tokens: compact JWS, ES256, canonical JSON payload.</summary>
public static class ReleaseToken
{
    /// <summary>The <c>typ</c> header: keeps any other JWT of the same key from being taken for a release (RFC 8725 §3.11).</summary>
    public const string Type = "approvals-release+jwt";

    public static ValueTask<string> SignAsync(ReleaseTokenClaims claims, string keyId, SignDigest sign, CancellationToken cancellationToken = default) =>
        Jws.SignAsync(CanonicalJson.Serialize(claims, TokenJson.Default.ReleaseTokenClaims), Type, keyId, sign, cancellationToken);

    /// <summary>
    /// Verifies signature, type, issuer, audience and times. Whether the token was redeemed before is the caller's to know.
    /// Codes: those of <see cref="Jws.TryVerify"/>, <see cref="JwtClaims"/>, and <c>release_token_malformed</c>.
    /// </summary>
    public static bool TryVerify(
        string token, JsonWebKeySet keys, JwtExpectations expectations, DateTimeOffset now,
        [NotNullWhen(true)] out ReleaseTokenClaims? claims, [NotNullWhen(false)] out VerificationFailure? failure)
    {
        claims = null;
        if (!Jws.TryVerify(token, keys, Type, out ReadOnlyMemory<byte> payload, out failure)) return false;
        if (!JwtClaims.TryRead(payload, out JwtClaims? jwt, out failure)) return false;
        failure = jwt.Validate(expectations, now);
        if (failure is not null) return false;
        try
        {
            claims = JsonSerializer.Deserialize(payload.Span, TokenJson.Default.ReleaseTokenClaims)!;
        }
        catch (JsonException)
        {
            failure = new VerificationFailure("release_token_malformed", "The token lacks a claim that a release token has.");
            return false;
        }
        if (Sha256Digest.IsValid(claims.ActionDigest) && Sha256Digest.IsValid(claims.RecordDigest) && claims.LedgerIndex >= 0) return true;
        claims = null;
        failure = new VerificationFailure("release_token_malformed", "The token's digests or ledger index are not well formed.");
        return false;
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReleaseTokenClaims))]
internal sealed partial class TokenJson : JsonSerializerContext;
