using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Approvals.Ledger.Json;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Log;

/// <summary>One signature line of a note.</summary>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature);

/// <summary>A note in the format of C2SP signed-note: text that ends in a newline, an empty line, signature lines.</summary>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Largest note that is read, in characters.</summary>
    public const int MaxLength = 64 * 1024;

    private const int MaxSignatures = 64; // the specification asks for at least 16
    private const string LinePrefix = "\u2014 ";

    /// <summary>Signs a text, which must end in a newline and hold no other control characters.</summary>
    public static async ValueTask<SignedNote> SignAsync(string text, NoteKey key, SignDigest sign, CancellationToken cancellationToken = default)
    {
        if (!IsValidText(text)) throw new LedgerFormatException("note_malformed", "The text of a note must end in a newline and hold no other control characters.");
        byte[] signature = await EcdsaSignature.SignAsync(sign, SHA256.HashData(Encoding.UTF8.GetBytes(text)), cancellationToken);
        return new SignedNote(text, [new NoteSignature(key.Name, key.KeyId, EcdsaSignature.ToDer(signature))]);
    }

    /// <summary>Reads a note, verifying nothing. Code: <c>note_malformed</c>.</summary>
    public static SignedNote Parse(string note)
    {
        // The signatures begin after the last empty line.
        int split = note.Length <= MaxLength ? note.LastIndexOf("\n\n", StringComparison.Ordinal) : -1;
        if (split < 0 || split + 2 == note.Length || !note.EndsWith('\n') || !IsValidText(note)) throw Malformed();
        string[] lines = note[(split + 2)..^1].Split('\n');
        if (lines.Length > MaxSignatures) throw Malformed();
        return new SignedNote(note[..(split + 1)], [.. lines.Select(ParseLine)]);
    }

    private static NoteSignature ParseLine(string line)
    {
        string[] parts = line.StartsWith(LinePrefix, StringComparison.Ordinal) ? line[LinePrefix.Length..].Split(' ') : [];
        return parts.Length == 2 && NoteKey.IsValidName(parts[0]) && StrictBase64.TryDecode(parts[1], out byte[]? bytes) && bytes.Length > 4
            ? new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4..])
            : throw Malformed();
    }

    /// <summary>
    /// Whether a trusted key signed the note. Unknown keys are ignored; a signature by a known key that does not verify fails the note.
    /// Codes: <c>note_key_unknown</c>, <c>note_signature_invalid</c>. Null when it verifies.
    /// </summary>
    public VerificationFailure? Verify(IEnumerable<NoteKey> keys)
    {
        byte[] text = Encoding.UTF8.GetBytes(Text);
        bool verified = false;
        foreach (NoteKey key in keys)
        {
            foreach (NoteSignature signature in Signatures.Where(s => s.Name == key.Name && s.KeyId == key.KeyId))
            {
                if (!key.Key.VerifyDer(text, signature.Signature)) return new VerificationFailure("note_signature_invalid", "The checkpoint's signature does not verify.");
                verified = true;
            }
        }
        return verified ? null : new VerificationFailure("note_key_unknown", "No signature of the checkpoint is by a trusted key.");
    }

    /// <summary>The whole note.</summary>
    public override string ToString()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach (NoteSignature signature in Signatures)
        {
            byte[] bytes = new byte[4 + signature.Signature.Length];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, signature.KeyId);
            signature.Signature.CopyTo(bytes, 4);
            note.Append(LinePrefix).Append(signature.Name).Append(' ').Append(Convert.ToBase64String(bytes)).Append('\n');
        }
        return note.ToString();
    }

    private static bool IsValidText(string text) => text.EndsWith('\n') && !text.Any(c => c < ' ' && c != '\n') && IsUnicode(text);

    private static bool IsUnicode(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            // A lone surrogate is enumerated as U+FFFD; the real one is legal but nothing here writes it.
            if (rune == Rune.ReplacementChar) return false;
        }
        return true;
    }

    private static LedgerFormatException Malformed() =>
        new("note_malformed", "The checkpoint is not a signed note: text, an empty line, then lines of \"\u2014 name base64\".");
}
