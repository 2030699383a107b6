using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Records;

/// <summary>One signature of an envelope. The key id is a hint for finding the key and is itself not signed.</summary>
/// <param name="KeyId">May be empty.</param>
/// <param name="Signature">DER for ECDSA, as sigstore, cosign and openssl write it.</param>
public sealed record DsseSignature(string KeyId, byte[] Signature);

/// <summary>A DSSE v1 envelope (github.com/secure-systems-lab/dsse, protocol.md and envelope.md). Immutable.</summary>
public sealed record DsseEnvelope(string PayloadType, byte[] Payload, IReadOnlyList<DsseSignature> Signatures)
{
    /// <summary>Largest envelope that is read. Those in the ledger are bounded further, by the entry bundle's 65,535 bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxSignatures = 16;

    /// <summary>What is signed: <c>"DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload</c>.</summary>
    public static byte[] PreAuthenticationEncoding(string payloadType, ReadOnlySpan<byte> payload)
    {
        byte[] prefix = Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} ");
        byte[] encoded = new byte[prefix.Length + payload.Length];
        prefix.CopyTo(encoded, 0);
        payload.CopyTo(encoded.AsSpan(prefix.Length));
        return encoded;
    }

    /// <summary>Signs the payload once, with ES256; the signature is written in DER.</summary>
    public static async ValueTask<DsseEnvelope> SignAsync(
        string payloadType, byte[] payload, string keyId, SignDigest sign, CancellationToken cancellationToken = default)
    {
        byte[] digest = SHA256.HashData(PreAuthenticationEncoding(payloadType, payload));
        byte[] signature = await EcdsaSignature.SignAsync(sign, digest, cancellationToken);
        return new DsseEnvelope(payloadType, payload, [new DsseSignature(keyId, EcdsaSignature.ToDer(signature))]);
    }

    /// <summary>
    /// Whether at least one signature is by a trusted key. Signatures by unknown keys are ignored; a signature that names a trusted key
    /// and does not verify fails the envelope. Codes: <c>signature_key_unknown</c>, <c>signature_invalid</c>. Null when it verifies.
    /// </summary>
    public VerificationFailure? Verify(JsonWebKeySet keys)
    {
        byte[] encoded = PreAuthenticationEncoding(PayloadType, Payload);
        bool verified = false;
        foreach (DsseSignature signature in Signatures)
        {
            if (!keys.TryFind(signature.KeyId, JwsAlgorithms.ES256, out JsonWebKey? key)) continue;
            if (!key.VerifyDer(encoded, signature.Signature)) return new VerificationFailure("signature_invalid", "The record's signature does not verify.");
            verified = true;
        }
        return verified ? null : new VerificationFailure("signature_key_unknown", "No signature of the record is by a trusted key.");
    }

    /// <summary>Reads an envelope. Unknown members are ignored (envelope.md). Code: <c>envelope_malformed</c>.</summary>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> utf8Json)
    {
        const string code = "envelope_malformed", what = "The envelope";
        JsonElement json = StrictJson.ParseObject(utf8Json, MaxBytes, code, what);
        if (!json.TryGetProperty("signatures", out JsonElement signatures) || signatures.ValueKind != JsonValueKind.Array || signatures.GetArrayLength() is 0 or > MaxSignatures)
            throw new LedgerFormatException(code, $"{what} needs 1 to {MaxSignatures} \"signatures\".");
        var read = new List<DsseSignature>();
        foreach (JsonElement signature in signatures.EnumerateArray())
        {
            if (signature.ValueKind != JsonValueKind.Object) throw new LedgerFormatException(code, $"{what}: a signature must be an object.");
            read.Add(new DsseSignature(StrictJson.OptionalString(signature, "keyid", code, what) ?? "", Bytes(signature, "sig")));
        }
        return new DsseEnvelope(StrictJson.RequiredString(json, "payloadType", code, what), Bytes(json, "payload"), read);

        // envelope.md lets producers use either alphabet of base64.
        static byte[] Bytes(JsonElement json, string name)
        {
            string text = StrictJson.RequiredString(json, name, code, what);
            return StrictBase64.TryDecode(text, out byte[]? bytes) || StrictBase64.TryDecodeUrl(text.TrimEnd('='), out bytes)
                ? bytes
                : throw new LedgerFormatException(code, $"{what}: \"{name}\" is not base64.");
        }
    }

    /// <summary>The envelope as canonical JSON (RFC 8785): the bytes of its ledger entry.</summary>
    public byte[] ToCanonicalJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBase64String("payload", Payload);
            writer.WriteString("payloadType", PayloadType);
            writer.WriteStartArray("signatures");
            foreach (DsseSignature signature in Signatures)
            {
                writer.WriteStartObject();
                writer.WriteString("keyid", signature.KeyId);
                writer.WriteBase64String("sig", signature.Signature);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return CanonicalJson.Canonicalize(buffer.WrittenSpan, MaxBytes * 2);
    }
}
