using Approvals.Ledger.Log;
using Approvals.Ledger.Records;

namespace Approvals.Ledger.Verification;

/// <summary>What came of verifying a whole log.</summary>
/// <param name="Failures">Empty when everything verifies; at most one hundred.</param>
/// <param name="Checkpoint">The checkpoint, when its signature verifies.</param>
/// <param name="Records">How many records were read, by predicate type.</param>
public sealed record LogVerification(IReadOnlyList<VerificationFailure> Failures, Checkpoint? Checkpoint, IReadOnlyDictionary<string, long> Records)
{
    public bool IsVerified => Failures.Count == 0;
}

/// <summary>Verifies a log from its files: every entry, tile and signature, and what must hold between entries.</summary>
public static class LogVerifier
{
    /// <summary>
    /// Reads every entry bundle, computes the tree anew and compares it with every tile that the checkpoint's tree has and with the
    /// checkpoint's root; verifies every record as <see cref="LedgerVerifier.VerifyRecord"/> does; and sees that each action has one
    /// decision, at most one redemption (after its approval, and naming it) and at most one receipt of each kind (after its redemption). Earlier
    /// checkpoints, if given, must be of prefixes of the log. Works on all cores. Memory grows with the number of actions, not with the size of entries.
    /// Codes besides those of the parts: <c>bundle_missing</c>, <c>tile_mismatch</c>, <c>root_mismatch</c>, <c>checkpoint_inconsistent</c>, <c>decision_duplicate</c>,
    /// <c>redemption_without_approval</c>, <c>redemption_duplicate</c>, <c>receipt_without_redemption</c>, <c>receipt_duplicate</c>.
    /// </summary>
    /// <param name="verifier">Keys and origin.</param>
    /// <param name="checkpoint">The signed note to verify against.</param>
    /// <param name="read">Reads tiles and bundles: a folder, a database, blobs.</param>
    /// <param name="earlier">Signed notes that somebody kept.</param>
    /// <param name="cancellationToken">Stops between bundles.</param>
    public static async ValueTask<LogVerification> VerifyAsync(
        LedgerVerifier verifier, string checkpoint, ReadTile read, IReadOnlyList<string>? earlier = null, CancellationToken cancellationToken = default)
    {
        var findings = new Findings();
        var history = new ActionHistory(findings);
        if (verifier.CheckCheckpoint(checkpoint, findings) is not { } head) return new LogVerification(findings.Failures, null, history.Counts);
        List<Checkpoint> kept = [.. (earlier ?? []).Select(note => verifier.CheckCheckpoint(note, findings)).OfType<Checkpoint>().OrderBy(c => c.Size)];

        TreeEdge edge = TreeEdge.Empty;
        for (long bundle = 0; edge.Size < head.Size; bundle++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TileId id = TileId.InTree(TileId.EntriesLevel, bundle, head.Size);
            IReadOnlyList<ReadOnlyMemory<byte>> entries = [];
            ReadOnlyMemory<byte>? bytes = await read(id, cancellationToken);
            if (bytes is null) findings.Note("bundle_missing", $"The log lacks {id.Path}.");
            else findings.Try(() => entries = EntryBundle.Decode(bytes.Value, id.Width), id.Path);
            if (entries.Count != id.Width) return new LogVerification(findings.Failures, head, history.Counts); // nothing after it can be placed

            // Each entry by itself, on all cores: signatures are what takes the time. What must hold between entries follows in their order.
            var leaves = new MerkleHash[entries.Count];
            var records = new CheckedRecord[entries.Count];
            Parallel.For(0, entries.Count, i => (leaves[i], records[i]) = (MerkleTree.HashLeaf(entries[i].Span), verifier.CheckRecord(entries[i])));
            CheckKept(kept, edge, leaves, findings);
            for (int i = 0; i < entries.Count; i++) history.Add(edge.Size + i, records[i]);
            LogAppend append = edge.Append(leaves);
            edge = append.Edge;
            foreach (TileWrite tile in append.Tiles.Where(t => t.Tile.Width == TileId.FullWidth)) await CompareAsync(tile, read, findings, cancellationToken);
        }
        foreach (TileId tile in TreeEdge.PartialTiles(edge.Size))
            await CompareAsync(new TileWrite(tile, edge.PartialTile(tile.Level)), read, findings, cancellationToken);

        if (edge.Root != head.Root) findings.Note("root_mismatch", "The entries do not give the checkpoint's root.");
        // Those of a size within the log were checked on the way.
        foreach (Checkpoint old in kept.Where(c => c.Size > head.Size || (c.Size == 0 && c.Root != MerkleTree.EmptyRoot)))
            findings.Note("checkpoint_inconsistent", $"An earlier checkpoint of size {old.Size} is not of a prefix of this log.");
        return new LogVerification(findings.Failures, head, history.Counts);
    }

    /// <summary>Checks the kept checkpoints whose size lies within this bundle.</summary>
    private static void CheckKept(List<Checkpoint> kept, TreeEdge edge, MerkleHash[] leaves, Findings findings)
    {
        foreach (Checkpoint old in kept.Where(c => c.Size > edge.Size && c.Size <= edge.Size + leaves.Length))
        {
            if (edge.Append(leaves.AsSpan(0, (int)(old.Size - edge.Size))).Edge.Root != old.Root)
                findings.Note("checkpoint_inconsistent", $"An earlier checkpoint of size {old.Size} is not of a prefix of this log.");
        }
    }

    private static async ValueTask CompareAsync(TileWrite expected, ReadTile read, Findings findings, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? stored = await read(expected.Tile, cancellationToken);
        if (stored is null)
            findings.Note("tile_missing", $"The log lacks {expected.Tile.Path}.");
        else if (!stored.Value.Span.StartsWith(expected.Bytes.Span))
            findings.Note("tile_mismatch", $"{expected.Tile.Path} does not follow from the entries.");
    }
}
