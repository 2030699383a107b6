using System.Text;
using Approvals.Ledger;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Ledger;

/// <summary>The latest checkpoint as it stands in the store.</summary>
/// <param name="Note">The signed note; <see langword="null"/> before the first entry.</param>
/// <param name="ETag">Of the checkpoint object; <see langword="null"/> when there is none.</param>
public sealed record LedgerHead(long Size, MerkleHash Root, string? Note, string? ETag)
{
    public static async Task<LedgerHead> ReadAsync(IObjectStore log, CancellationToken cancellationToken)
    {
        StoredObject? stored = await log.GetAsync(LedgerNames.Checkpoint, cancellationToken);
        if (stored is null) return new LedgerHead(0, MerkleTree.EmptyRoot, null, null);
        string note = Encoding.UTF8.GetString(stored.Content.Span);
        Checkpoint checkpoint = Checkpoint.Parse(SignedNote.Parse(note));
        return new LedgerHead(checkpoint.Size, checkpoint.Root, note, stored.ETag);
    }

    /// <summary>Refuses to build on a checkpoint that this gate did not sign.</summary>
    public async Task VerifyAsync(ISigner signer, string origin, CancellationToken cancellationToken)
    {
        if (Note is null) return;
        JsonWebKeySet keys = await signer.KeysAsync(cancellationToken);
        SignedNote note = SignedNote.Parse(Note);
        if (Checkpoint.Parse(note).Origin != origin || note.Verify(keys.Keys.Select(key => new NoteKey(origin, key))) is not null)
        {
            throw new LedgerFormatException(
                "checkpoint_unverifiable",
                "The ledger's checkpoint is not signed by a live key of this gate under its origin: enable the key version that signed it, or restore the ledger.");
        }
    }
}
