using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Approvals.Conformance.Judges;

/// <summary>The gate's public keys as its JWKS has them, and the three formats that they verify. Written from the specifications, not from the product.</summary>
internal sealed class GateKeys
{
    private readonly Dictionary<string, ECDsa> keys = new(StringComparer.Ordinal);

    public GateKeys(JsonElement jwks)
    {
        foreach (JsonElement key in jwks.GetProperty("keys").EnumerateArray())
        {
            Assert.Equal(("EC", "P-256", "ES256"), (key.GetProperty("kty").GetString(), key.GetProperty("crv").GetString(), key.GetProperty("alg").GetString()));
            Assert.False(key.TryGetProperty("d", out _)); // the private half
            keys.Add(key.GetProperty("kid").GetString()!, ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = FromBase64Url(key.GetProperty("x").GetString()!), Y = FromBase64Url(key.GetProperty("y").GetString()!) },
            }));
        }

        Assert.NotEmpty(keys);
    }

    /// <summary>The in-toto statement in a DSSE envelope (DSSE v1, protocol "Pre-Authentication Encoding"), whose signature must verify.</summary>
    public JsonElement Statement(string envelope)
    {
        JsonElement json = JsonDocument.Parse(envelope).RootElement;
        string type = json.GetProperty("payloadType").GetString()!;
        byte[] payload = Convert.FromBase64String(json.GetProperty("payload").GetString()!);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} "), .. payload];
        Assert.Equal("application/vnd.in-toto+json", type);
        Assert.Contains(json.GetProperty("signatures").EnumerateArray(), signature =>
            keys.TryGetValue(signature.GetProperty("keyid").GetString()!, out ECDsa? key)
            && key.VerifyData(signed, Convert.FromBase64String(signature.GetProperty("sig").GetString()!), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        JsonElement statement = JsonDocument.Parse(payload).RootElement;
        Assert.Equal("https://in-toto.io/Statement/v1", statement.GetProperty("_type").GetString());
        Assert.Equal(Canonical.Write(statement), Encoding.UTF8.GetString(payload));
        return statement;
    }

    /// <summary>The claims of a release token (RFC 7515, RFC 7518 section 3.4), whose signature must verify.</summary>
    public JsonElement Claims(string token)
    {
        string[] parts = token.Split('.');
        JsonElement header = JsonDocument.Parse(FromBase64Url(parts[0])).RootElement;
        Assert.Equal("ES256", header.GetProperty("alg").GetString());
        ECDsa key = keys[header.GetProperty("kid").GetString()!];
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), FromBase64Url(parts[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        return JsonDocument.Parse(FromBase64Url(parts[1])).RootElement;
    }

    /// <summary>A checkpoint (C2SP tlog-checkpoint in a signed note), whose signature must verify.</summary>
    public Checkpoint Checkpoint(string note)
    {
        int end = note.IndexOf("\n\n", StringComparison.Ordinal);
        string text = note[..(end + 1)];
        string[] lines = text.Split('\n');
        bool isSigned = note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(line =>
        {
            string[] parts = line.Split(' ');
            if (parts is not ["—", var name, var encoded] || name != lines[0]) return false;
            byte[] signature = Convert.FromBase64String(encoded);
            return keys.Values.Any(key => SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 4).SequenceEqual(signature.AsSpan(0, 4))
                && key.VerifyData(Encoding.UTF8.GetBytes(text), signature.AsSpan(4), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        });
        Assert.True(isSigned, "A checkpoint is not signed by a key of the JWKS:\n" + note);
        return new Checkpoint(lines[0], long.Parse(lines[1]), Convert.FromBase64String(lines[2]));
    }

    public static byte[] FromBase64Url(string text) => Base64Url.DecodeFromChars(text);
}

internal sealed record Checkpoint(string Origin, long Size, byte[] Root);
