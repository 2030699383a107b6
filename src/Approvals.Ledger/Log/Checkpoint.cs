using System.Globalization;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Log;

/// <summary>A tree head in the text form of C2SP tlog-checkpoint. <paramref name="Origin"/> names the log and is also its key name.</summary>
public sealed record Checkpoint(string Origin, long Size, MerkleHash Root)
{
    /// <summary>The text that is signed: origin, size and root, one per line.</summary>
    public string ToText() => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Root}\n";

    /// <summary>
    /// Signs the checkpoint with the log's key, whose name must be the origin.
    /// INVARIANT of the caller: every checkpoint ever signed is consistent with the ones before, so a size is signed once, after its tiles are durable.
    /// </summary>
    public async ValueTask<string> SignAsync(NoteKey key, SignDigest sign, CancellationToken cancellationToken = default)
    {
        if (key.Name != Origin) throw new LedgerFormatException("checkpoint_malformed", "The log's key must have the origin as its name.");
        return (await SignedNote.SignAsync(ToText(), key, sign, cancellationToken)).ToString();
    }

    /// <summary>Reads the text of a note as a checkpoint; extension lines are allowed and ignored. Code: <c>checkpoint_malformed</c>.</summary>
    public static Checkpoint Parse(SignedNote note)
    {
        string[] lines = note.Text[..^1].Split('\n');
        return lines.Length >= 3 && lines.All(l => l.Length > 0)
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            && lines[1] == size.ToString(CultureInfo.InvariantCulture)
            && MerkleHash.TryParse(lines[2], out MerkleHash root)
                ? new Checkpoint(lines[0], size, root)
                : throw new LedgerFormatException("checkpoint_malformed", "A checkpoint must have an origin, a decimal size and a base64 root hash, one per line.");
    }
}
