using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Tokens;

/// <summary>
/// A public signature key (RFC 7517) with the one algorithm that it may be used with. Immutable and thread-safe.
/// Errors are <see cref="LedgerFormatException"/>: <c>jwk_malformed</c>, <c>jwk_unsupported</c>, <c>jwk_private</c>, <c>jwk_weak</c>.
/// </summary>
public sealed class JsonWebKey
{
    private const int MinRsaBits = 2048; // RFC 7518 §3.3
    private const int MaxRsaBits = 8192; // larger ones only cost the verifier time

    private readonly byte[] _subjectPublicKeyInfo;
    private readonly KeyValuePair<string, string>[] _parameters;
    // .NET's key objects are not documented as thread-safe; importing one costs more than verifying with it.
    private readonly ConcurrentBag<AsymmetricAlgorithm> _imported = [];

    private JsonWebKey(string algorithm, string? keyId, AsymmetricAlgorithm key, KeyValuePair<string, string>[] parameters)
    {
        Algorithm = algorithm;
        _subjectPublicKeyInfo = key.ExportSubjectPublicKeyInfo();
        _parameters = parameters;
        Thumbprint = ComputeThumbprint(parameters);
        KeyId = keyId ?? Thumbprint;
        _imported.Add(key);
    }

    /// <summary>The only JWS algorithm this key verifies: ES256, ES384, RS256 or PS256.</summary>
    public string Algorithm { get; }

    /// <summary><c>kid</c>; the RFC 7638 thumbprint where the key names none.</summary>
    public string KeyId { get; }

    /// <summary>RFC 7638 SHA-256 thumbprint, base64url.</summary>
    public string Thumbprint { get; }

    /// <summary>DER SubjectPublicKeyInfo, what openssl and signed notes use.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _subjectPublicKeyInfo;

    /// <summary>The public half of an ECDSA key on P-256 (ES256) or P-384 (ES384). The key passed in stays the caller's.</summary>
    public static JsonWebKey FromECDsa(ECDsa key, string? keyId = null) => FromEC(key.ExportParameters(includePrivateParameters: false), keyId);

    /// <summary>The public half of an RSA key, for RS256 or PS256. The key passed in stays the caller's.</summary>
    public static JsonWebKey FromRsa(RSA key, string algorithm = JwsAlgorithms.RS256, string? keyId = null) =>
        FromRsa(key.ExportParameters(includePrivateParameters: false), algorithm, keyId);

    /// <summary>
    /// Reads one JWK. An EC key's algorithm follows from its curve. An RSA key without <c>alg</c> is bound to RS256, the default of
    /// OpenID Connect. Private parameters are refused: who publishes them has lost the key.
    /// </summary>
    public static JsonWebKey Parse(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object) throw Malformed("a JWK must be a JSON object");
        string? keyId = StrictJson.OptionalString(jwk, "kid", "jwk_malformed", "JWK");
        if (keyId is { Length: 0 or > 256 }) throw Malformed("\"kid\" must have 1 to 256 characters");
        string? algorithm = StrictJson.OptionalString(jwk, "alg", "jwk_malformed", "JWK");
        if (jwk.TryGetProperty("d", out _)) throw new LedgerFormatException("jwk_private", "The JWK holds a private key; publish the public parameters only and replace the key.");
        if (StrictJson.OptionalString(jwk, "use", "jwk_malformed", "JWK") is not (null or "sig")) throw Unsupported("its \"use\" is not \"sig\"");
        if (jwk.TryGetProperty("key_ops", out JsonElement operations) && !Allows(operations, "verify")) throw Unsupported("its \"key_ops\" lacks \"verify\"");

        JsonWebKey key;
        switch (StrictJson.RequiredString(jwk, "kty", "jwk_malformed", "JWK"))
        {
            case "EC":
                ECCurve curve = StrictJson.RequiredString(jwk, "crv", "jwk_malformed", "JWK") switch
                {
                    "P-256" => ECCurve.NamedCurves.nistP256,
                    "P-384" => ECCurve.NamedCurves.nistP384,
                    _ => throw Unsupported("its curve is neither P-256 nor P-384"),
                };
                key = FromEC(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } }, keyId);
                break;
            case "RSA":
                key = FromRsa(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") }, algorithm ?? JwsAlgorithms.RS256, keyId);
                break;
            default:
                throw Unsupported("its \"kty\" is neither EC nor RSA");
        }
        return algorithm is null || algorithm == key.Algorithm ? key : throw Unsupported("its \"alg\" is not one of ES256, ES384, RS256, PS256 that fits the key");
    }

    /// <summary>Verifies a JWS signature (r||s for EC) over the data, with this key's algorithm.</summary>
    public bool VerifyJws(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => Verify(data, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Verifies a DER signature over the data (as DSSE and signed notes carry it), with this key's algorithm.</summary>
    public bool VerifyDer(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => Verify(data, signature, DSASignatureFormat.Rfc3279DerSequence);

    private bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        if (!_imported.TryTake(out AsymmetricAlgorithm? key)) key = Import();
        try
        {
            return key switch
            {
                ECDsa ec => ec.VerifyData(data, signature, Algorithm == JwsAlgorithms.ES384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256, format),
                RSA rsa => rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, Algorithm == JwsAlgorithms.PS256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false; // a signature whose form the platform refuses to look at
        }
        finally
        {
            _imported.Add(key);
        }
    }

    /// <summary>Writes the public JWK with <c>alg</c>, <c>kid</c> and <c>use</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("alg", Algorithm);
        writer.WriteString("kid", KeyId);
        foreach ((string name, string value) in _parameters) writer.WriteString(name, value);
        writer.WriteString("use", "sig");
        writer.WriteEndObject();
    }

    private static JsonWebKey FromEC(ECParameters parameters, string? keyId)
    {
        ECDsa key;
        try
        {
            key = ECDsa.Create(parameters); // refuses a point that is not on the curve
        }
        catch (CryptographicException e)
        {
            throw new LedgerFormatException("jwk_malformed", "JWK: the point is not on the curve.", e);
        }
        (string algorithm, string curve, int size) = key.KeySize switch
        {
            256 when IsCurve(parameters, "1.2.840.10045.3.1.7", "nistP256", "ECDSA_P256") => (JwsAlgorithms.ES256, "P-256", 32),
            384 when IsCurve(parameters, "1.3.132.0.34", "nistP384", "ECDSA_P384") => (JwsAlgorithms.ES384, "P-384", 48),
            _ => throw Unsupported("its curve is neither P-256 nor P-384"),
        };
        // RFC 7518 §6.2.1.2: coordinates have the full width of the field.
        if (parameters.Q.X?.Length != size || parameters.Q.Y?.Length != size) throw Malformed("a coordinate has the wrong length");
        return new JsonWebKey(algorithm, keyId, key,
            [new("crv", curve), new("kty", "EC"), new("x", Encode(parameters.Q.X)), new("y", Encode(parameters.Q.Y))]);
    }

    private static bool IsCurve(ECParameters parameters, string oid, params ReadOnlySpan<string> names) =>
        parameters.Curve.Oid?.Value == oid || (parameters.Curve.Oid?.FriendlyName is { } name && names.Contains(name));

    private static JsonWebKey FromRsa(RSAParameters parameters, string algorithm, string? keyId)
    {
        if (algorithm is not (JwsAlgorithms.RS256 or JwsAlgorithms.PS256)) throw Unsupported("an RSA key's \"alg\" must be RS256 or PS256");
        byte[] modulus = parameters.Modulus!, exponent = parameters.Exponent!;
        // RFC 7518 §2: Base64urlUInt has no leading zero octet.
        if (modulus.Length == 0 || modulus[0] == 0 || exponent.Length is 0 or > 4 || exponent[0] == 0) throw Malformed("the RSA parameters are not minimal integers");
        if (modulus.Length * 8 > MaxRsaBits || (exponent[^1] & 1) == 0 || exponent is [1]) throw new LedgerFormatException("jwk_weak", $"RSA keys must have an odd exponent above 1 and {MinRsaBits} to {MaxRsaBits} bits.");
        RSA key;
        try
        {
            key = RSA.Create(parameters);
        }
        catch (CryptographicException e)
        {
            throw new LedgerFormatException("jwk_malformed", "JWK: the RSA parameters are not a public key.", e);
        }
        if (key.KeySize < MinRsaBits) throw new LedgerFormatException("jwk_weak", $"RSA keys must have {MinRsaBits} to {MaxRsaBits} bits.");
        return new JsonWebKey(algorithm, keyId, key, [new("e", Encode(exponent)), new("kty", "RSA"), new("n", Encode(modulus))]);
    }

    private AsymmetricAlgorithm Import()
    {
        AsymmetricAlgorithm key = Algorithm is JwsAlgorithms.ES256 or JwsAlgorithms.ES384 ? ECDsa.Create() : RSA.Create();
        key.ImportSubjectPublicKeyInfo(_subjectPublicKeyInfo, out _);
        return key;
    }

    /// <summary>RFC 7638 §3: the required members in lexicographic order, without white space, hashed.</summary>
    private static string ComputeThumbprint(KeyValuePair<string, string>[] parameters) =>
        Encode(SHA256.HashData(Encoding.UTF8.GetBytes("{" + string.Join(',', parameters.Select(p => $"\"{p.Key}\":\"{p.Value}\"")) + "}")));

    private static bool Allows(JsonElement operations, string operation) =>
        operations.ValueKind == JsonValueKind.Array
        && operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.ValueEquals(operation));

    private static byte[] Bytes(JsonElement jwk, string name) =>
        StrictBase64.TryDecodeUrl(StrictJson.RequiredString(jwk, name, "jwk_malformed", "JWK"), out byte[]? bytes)
            ? bytes
            : throw Malformed($"\"{name}\" is not base64url without padding");

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static LedgerFormatException Malformed(string why) => new("jwk_malformed", $"JWK: {why}.");

    private static LedgerFormatException Unsupported(string why) => new("jwk_unsupported", $"The key cannot be used: {why}.");
}
