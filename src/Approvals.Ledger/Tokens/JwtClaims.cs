using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Tokens;

/// <summary>What a token must say to be accepted.</summary>
/// <param name="Issuer">Compared exactly with <c>iss</c>, no trailing-slash or case mercy.</param>
/// <param name="Audience">Must be (one of) <c>aud</c>, exactly.</param>
public sealed record JwtExpectations(string Issuer, string Audience)
{
    /// <summary>Tolerance for clocks that differ, on <c>exp</c>, <c>nbf</c> and <c>iat</c>.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether <c>aud</c> may name nobody else: whoever else it is meant for could present it here.</summary>
    public bool IsSoleAudience { get; init; }
}

/// <summary>The registered claims of a JWT (RFC 7519 §4.1), read strictly; the rest is in <see cref="Json"/>.</summary>
public sealed class JwtClaims
{
    private const int MaxAudiences = 64;

    private JwtClaims(JsonElement json) => Json = json;

    /// <summary>The whole claims object.</summary>
    public JsonElement Json { get; }

    public string? Issuer { get; private init; }

    public string? Subject { get; private init; }

    public IReadOnlyList<string> Audiences { get; private init; } = [];

    public DateTimeOffset? ExpiresAt { get; private init; }

    public DateTimeOffset? NotBefore { get; private init; }

    public DateTimeOffset? IssuedAt { get; private init; }

    public string? JwtId { get; private init; }

    /// <summary>Reads the claims of a (verified) payload. Code: <c>jwt_malformed</c>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out JwtClaims? claims, [NotNullWhen(false)] out VerificationFailure? failure)
    {
        try
        {
            JsonElement json = StrictJson.ParseObject(payload, Jws.MaxLength, "jwt_malformed", "The claims set");
            claims = new JwtClaims(json)
            {
                Issuer = Text(json, "iss"),
                Subject = Text(json, "sub"),
                Audiences = ReadAudiences(json),
                ExpiresAt = Time(json, "exp"),
                NotBefore = Time(json, "nbf"),
                IssuedAt = Time(json, "iat"),
                JwtId = Text(json, "jti"),
            };
            failure = null;
            return true;
        }
        catch (LedgerFormatException e)
        {
            claims = null;
            failure = new VerificationFailure(e.Code, e.Message);
            return false;
        }
    }

    /// <summary>
    /// Checks issuer, audience and times. <c>exp</c> must be there; <c>nbf</c> and <c>iat</c> are checked when present.
    /// Codes: <c>jwt_issuer_mismatch</c>, <c>jwt_audience_mismatch</c>, <c>jwt_expiry_missing</c>, <c>jwt_expired</c>,
    /// <c>jwt_not_yet_valid</c>, <c>jwt_issued_in_future</c>. Null when all is well.
    /// </summary>
    public VerificationFailure? Validate(JwtExpectations expectations, DateTimeOffset now)
    {
        if (Issuer is null || Issuer != expectations.Issuer) return new VerificationFailure("jwt_issuer_mismatch", "The token comes from another issuer.");
        if (!Audiences.Contains(expectations.Audience) || (expectations.IsSoleAudience && Audiences.Any(audience => audience != expectations.Audience)))
            return new VerificationFailure("jwt_audience_mismatch", "The token is meant for another audience.");
        if (ExpiresAt is not { } expiresAt) return new VerificationFailure("jwt_expiry_missing", "The token never expires (\"exp\" is missing).");
        // RFC 7519 §4.1.4: on or after exp the token is dead.
        if (now - expectations.ClockSkew >= expiresAt) return new VerificationFailure("jwt_expired", "The token has expired.");
        if (NotBefore is { } notBefore && now + expectations.ClockSkew < notBefore) return new VerificationFailure("jwt_not_yet_valid", "The token is not valid yet.");
        if (IssuedAt is { } issuedAt && now + expectations.ClockSkew < issuedAt) return new VerificationFailure("jwt_issued_in_future", "The token was issued in the future; compare the clocks.");
        return null;
    }

    private static string? Text(JsonElement json, string name) => StrictJson.OptionalString(json, name, "jwt_malformed", "The claims set");

    private static string[] ReadAudiences(JsonElement json)
    {
        if (!json.TryGetProperty("aud", out JsonElement audience)) return [];
        if (audience.ValueKind == JsonValueKind.String) return [Text(json, "aud")!];
        if (audience.ValueKind != JsonValueKind.Array || audience.GetArrayLength() > MaxAudiences || audience.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String))
            throw new LedgerFormatException("jwt_malformed", $"The claims set: \"aud\" must be a string or at most {MaxAudiences} strings.");
        try
        {
            return [.. audience.EnumerateArray().Select(a => a.GetString()!)];
        }
        catch (InvalidOperationException)
        {
            throw new LedgerFormatException("jwt_malformed", "The claims set: \"aud\" is not valid Unicode.");
        }
    }

    /// <summary>NumericDate (RFC 7519 §2): seconds since 1970, may have a fraction.</summary>
    private static DateTimeOffset? Time(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out JsonElement member)) return null;
        double last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out double seconds) && seconds >= 0 && seconds <= last
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : throw new LedgerFormatException("jwt_malformed", $"The claims set: \"{name}\" must be a time in seconds since 1970.");
    }
}
