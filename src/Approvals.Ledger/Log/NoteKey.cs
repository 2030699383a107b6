using System.Buffers.Binary;
using System.Security.Cryptography;
using Approvals.Ledger.Json;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Log;

/// <summary>
/// A key that signs notes: a name and an ECDSA P-256 key, signature type 0x02 of C2SP signed-note. For this type the key id is the first four
/// bytes of the SHA-256 of the DER SubjectPublicKeyInfo, without name and type.
/// </summary>
public sealed record NoteKey
{
    /// <summary>Signature type byte of ECDSA with SHA-256.</summary>
    public const byte EcdsaType = 0x02;

    /// <summary>Names a P-256 key. Code: <c>note_key_malformed</c>.</summary>
    public NoteKey(string name, JsonWebKey key)
    {
        if (!IsValidName(name)) throw Malformed("its name must not be empty or hold white space or \"+\"");
        if (key.Algorithm != JwsAlgorithms.ES256) throw Malformed("it must be on P-256");
        Name = name;
        Key = key;
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(key.SubjectPublicKeyInfo.Span));
    }

    public string Name { get; }

    public JsonWebKey Key { get; }

    /// <summary>Finds the key, proves nothing.</summary>
    public uint KeyId { get; }

    /// <summary>The verifier key string: <c>name+hex key id+base64(type || SPKI)</c>, as Go's tlog tools take it.</summary>
    public override string ToString() => $"{Name}+{KeyId:x8}+{Convert.ToBase64String([EcdsaType, .. Key.SubjectPublicKeyInfo.Span])}";

    /// <summary>Reads a verifier key string. Code: <c>note_key_malformed</c>.</summary>
    public static NoteKey Parse(string verifierKey)
    {
        const int longest = 1024;
        string[] parts = verifierKey.Length <= longest ? verifierKey.Split('+', 3) : [];
        if (parts.Length != 3 || !StrictBase64.TryDecode(parts[2], out byte[]? bytes) || bytes.Length < 2 || bytes[0] != EcdsaType)
            throw Malformed("it must read name+keyid+base64, of type 2 (ECDSA)");
        using var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportSubjectPublicKeyInfo(bytes.AsSpan(1), out int read);
            if (read != bytes.Length - 1) throw Malformed("bytes follow the public key");
        }
        catch (CryptographicException e)
        {
            throw new LedgerFormatException("note_key_malformed", "The verifier key cannot be used: it holds no EC public key.", e);
        }
        var key = new NoteKey(parts[0], JsonWebKey.FromECDsa(ecdsa));
        return parts[1] == key.KeyId.ToString("x8") ? key : throw Malformed("its key id does not fit the key");
    }

    internal static bool IsValidName(string name) => name.Length is > 0 and <= 256 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    private static LedgerFormatException Malformed(string why) => new("note_key_malformed", $"The verifier key cannot be used: {why}.");
}
