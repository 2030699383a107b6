using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Tokens;

/// <summary>The public keys that a verifier trusts (RFC 7517 §5). Immutable and thread-safe.</summary>
public sealed class JsonWebKeySet
{
    /// <summary>Size limit of a JWKS document; those of large issuers, with certificates, are a tenth of it.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxKeys = 256;

    /// <summary>The keys in the order given.</summary>
    /// <exception cref="LedgerFormatException"><c>jwks_malformed</c>: too many keys, or two with the same id and algorithm.</exception>
    public JsonWebKeySet(IEnumerable<JsonWebKey> keys)
    {
        Keys = [.. keys.Take(MaxKeys + 1)];
        if (Keys.Count > MaxKeys) throw new LedgerFormatException("jwks_malformed", $"A key set may hold at most {MaxKeys} keys.");
        if (Keys.DistinctBy(k => (k.KeyId, k.Algorithm)).Count() != Keys.Count)
            throw new LedgerFormatException("jwks_malformed", "Two keys of the set have the same \"kid\" and algorithm; give each key its own \"kid\".");
    }

    public IReadOnlyList<JsonWebKey> Keys { get; }

    /// <summary>
    /// Reads a JWKS document. Keys of an unknown type, use, curve or algorithm are left out (RFC 7517 §5); a malformed, weak or private key
    /// fails the whole document.
    /// </summary>
    public static JsonWebKeySet Parse(ReadOnlyMemory<byte> utf8Json)
    {
        JsonElement json = StrictJson.ParseObject(utf8Json, MaxBytes, "jwks_malformed", "The key set");
        if (!json.TryGetProperty("keys", out JsonElement members) || members.ValueKind != JsonValueKind.Array)
            throw new LedgerFormatException("jwks_malformed", "The key set needs an array \"keys\".");
        if (members.GetArrayLength() > MaxKeys) throw new LedgerFormatException("jwks_malformed", $"A key set may hold at most {MaxKeys} keys.");
        var keys = new List<JsonWebKey>();
        foreach (JsonElement member in members.EnumerateArray())
        {
            try
            {
                keys.Add(JsonWebKey.Parse(member));
            }
            catch (LedgerFormatException e) when (e.Code == "jwk_unsupported")
            {
                // left out, see above
            }
        }
        return new JsonWebKeySet(keys);
    }

    /// <summary>The key with this id, if it may be used with this algorithm.</summary>
    public bool TryFind(string keyId, string algorithm, [NotNullWhen(true)] out JsonWebKey? key)
    {
        key = Keys.FirstOrDefault(k => k.KeyId == keyId && k.Algorithm == algorithm);
        return key is not null;
    }

    /// <summary>Whether any key has this id: tells an unknown key (refresh the set) from a wrong algorithm (do not).</summary>
    public bool Contains(string keyId) => Keys.Any(k => k.KeyId == keyId);

    /// <summary>The document for <c>/.well-known/jwks.json</c>, UTF-8.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys");
            foreach (JsonWebKey key in Keys) key.WriteTo(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
