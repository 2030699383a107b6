using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Tokens;

/// <summary>Compact JSON Web Signatures (RFC 7515 §7.1). Pure and thread-safe.</summary>
/// <remarks>
/// Follows RFC 8725: the key decides the algorithm, the token's <c>alg</c> must agree with it; <c>none</c> has no key and never verifies;
/// keys and URLs inside a header (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>) are never used; <c>crit</c> is refused, because no extension is understood,
/// and so are <c>b64</c> (RFC 7797) and <c>zip</c> even where <c>crit</c> does not name them: they would change what the payload is.
/// </remarks>
public static class Jws
{
    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Signs the payload with ES256. <paramref name="type"/> becomes <c>typ</c> (RFC 8725 §3.11), the key id <c>kid</c>.</summary>
    public static async ValueTask<string> SignAsync(
        ReadOnlyMemory<byte> payload, string type, string keyId, SignDigest sign, CancellationToken cancellationToken = default)
    {
        string signingInput = Base64Url.EncodeToString(Header(type, keyId)) + "." + Base64Url.EncodeToString(payload.Span);
        byte[] signature = await EcdsaSignature.SignAsync(sign, SHA256.HashData(Encoding.ASCII.GetBytes(signingInput)), cancellationToken);
        string token = signingInput + "." + Base64Url.EncodeToString(signature);
        return token.Length <= MaxLength
            ? token
            : throw new LedgerFormatException("jws_too_large", $"The token would be longer than {MaxLength} characters; put less into it.");
    }

    /// <summary>
    /// Verifies the signature with the one key of the set that the header names. The payload is handed out only when it verifies.
    /// Codes: <c>jws_too_large</c>, <c>jws_malformed</c>, <c>jws_crit_unsupported</c>, <c>jws_algorithm_refused</c>, <c>jws_kid_missing</c>,
    /// <c>jws_kid_unknown</c> (the only one for which fetching the issuer's keys anew can help), <c>jws_type_mismatch</c>, <c>jws_signature_invalid</c>.
    /// </summary>
    /// <param name="compact">The token.</param>
    /// <param name="keys">The keys trusted for this issuer and purpose.</param>
    /// <param name="requiredType">The <c>typ</c> that the token must have; null when any will do.</param>
    /// <param name="payload">The verified payload; empty otherwise.</param>
    /// <param name="failure">Why it does not verify.</param>
    public static bool TryVerify(
        string compact, JsonWebKeySet keys, string? requiredType, out ReadOnlyMemory<byte> payload, [NotNullWhen(false)] out VerificationFailure? failure) =>
        TryVerifyAnyOf(compact, keys, requiredType is null ? null : [requiredType], out payload, out failure);

    /// <inheritdoc cref="TryVerify"/>
    /// <param name="acceptedTypes">The values of <c>typ</c> that will do, <see langword="null"/> among them for its absence; <see langword="null"/> itself for any.</param>
    internal static bool TryVerifyAnyOf(
        string compact, JsonWebKeySet keys, IReadOnlyList<string?>? acceptedTypes, out ReadOnlyMemory<byte> payload, [NotNullWhen(false)] out VerificationFailure? failure)
    {
        payload = default;
        if (!TryParse(compact, out JwsParts? parts, out failure)) return false;
        failure = CheckHeader(parts.Header, acceptedTypes, out string algorithm, out string? keyId) ?? FindKey(keys, algorithm, keyId, out JsonWebKey? key)
            ?? (key!.VerifyJws(Encoding.ASCII.GetBytes(compact, 0, parts.SigningInputLength), parts.Signature)
                ? null
                : new VerificationFailure("jws_signature_invalid", "The token's signature does not verify."));
        if (failure is not null) return false;
        payload = parts.Payload;
        return true;
    }

    /// <summary>
    /// The payload of a well-formed token, NOT verified: good only for choosing the issuer whose keys are then passed to
    /// <see cref="TryVerify"/>. Null when malformed.
    /// </summary>
    public static ReadOnlyMemory<byte>? PeekUnverified(string compact) => TryParse(compact, out JwsParts? parts, out _) ? parts.Payload : null;

    private static readonly VerificationFailure Malformed =
        new("jws_malformed", "The token is not a compact JWS: three parts of unpadded base64url with a JSON header.");

    private sealed record JwsParts(JsonElement Header, byte[] Payload, byte[] Signature, int SigningInputLength);

    private static bool TryParse(string compact, [NotNullWhen(true)] out JwsParts? parts, [NotNullWhen(false)] out VerificationFailure? failure)
    {
        parts = null;
        failure = Malformed;
        if (compact.Length > MaxLength)
        {
            failure = new VerificationFailure("jws_too_large", $"The token is longer than {MaxLength} characters.");
            return false;
        }
        int first = compact.IndexOf('.');
        int last = compact.LastIndexOf('.');
        if (first <= 0 || last <= first || compact.AsSpan(first + 1, last - first - 1).Contains('.')) return false;
        if (!StrictBase64.TryDecodeUrl(compact.AsSpan(0, first), out byte[]? header)
            || !StrictBase64.TryDecodeUrl(compact.AsSpan(first + 1, last - first - 1), out byte[]? payload)
            || !StrictBase64.TryDecodeUrl(compact.AsSpan(last + 1), out byte[]? signature)) return false;
        try
        {
            parts = new JwsParts(StrictJson.ParseObject(header, MaxLength, "jws_malformed", "The header"), payload, signature, last);
            failure = null;
            return true;
        }
        catch (LedgerFormatException)
        {
            failure = Malformed;
            return false;
        }
    }

    private static VerificationFailure? CheckHeader(JsonElement header, IReadOnlyList<string?>? acceptedTypes, out string algorithm, out string? keyId)
    {
        algorithm = "";
        keyId = null;
        string? type;
        try
        {
            algorithm = StrictJson.RequiredString(header, "alg", "jws_malformed", "The header");
            keyId = StrictJson.OptionalString(header, "kid", "jws_malformed", "The header");
            type = StrictJson.OptionalString(header, "typ", "jws_malformed", "The header");
        }
        catch (LedgerFormatException e)
        {
            return new VerificationFailure(e.Code, e.Message);
        }
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _) || header.TryGetProperty("zip", out _))
            return new VerificationFailure("jws_crit_unsupported", "The token asks for header extensions, and none are supported.");
        // Media types compare without regard to case, "application/" may be left out (RFC 7515 §4.1.9).
        if (acceptedTypes is not null && !acceptedTypes.Any(accepted => SameType(type, accepted))) return new VerificationFailure("jws_type_mismatch", "The token is of another type than the one asked for here.");
        return null;
    }

    private static bool SameType(string? type, string? accepted)
    {
        const string prefix = "application/";
        if (type is null || accepted is null) return type is null && accepted is null;
        if (type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) type = type[prefix.Length..];
        return string.Equals(type, accepted, StringComparison.OrdinalIgnoreCase);
    }

    private static VerificationFailure? FindKey(JsonWebKeySet keys, string algorithm, string? keyId, out JsonWebKey? key)
    {
        key = null;
        if (algorithm is not (JwsAlgorithms.ES256 or JwsAlgorithms.ES384 or JwsAlgorithms.RS256 or JwsAlgorithms.PS256))
            return new VerificationFailure("jws_algorithm_refused", "The token's algorithm is not one of ES256, ES384, RS256, PS256.");
        if (keyId is null)
        {
            // Without a kid there must be nothing to choose.
            if (keys.Keys.Count != 1) return new VerificationFailure("jws_kid_missing", "The token names no key (\"kid\").");
            key = keys.Keys[0];
            return key.Algorithm == algorithm ? null : new VerificationFailure("jws_algorithm_refused", "The key does not allow the token's algorithm.");
        }
        if (keys.TryFind(keyId, algorithm, out key)) return null;
        return keys.Contains(keyId)
            ? new VerificationFailure("jws_algorithm_refused", "The key does not allow the token's algorithm.")
            : new VerificationFailure("jws_kid_unknown", "The token is signed by a key that is not in the key set.");
    }

    private static byte[] Header(string type, string keyId)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", JwsAlgorithms.ES256);
            writer.WriteString("kid", keyId);
            writer.WriteString("typ", type);
            writer.WriteEndObject();
        }
        return CanonicalJson.Canonicalize(buffer.WrittenSpan);
    }
}
