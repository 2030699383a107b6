using System.Numerics;

namespace Approvals.Ledger.Log;

/// <summary>
/// Makes proofs from tiles (RFC 6962 §2.1.1 and §2.1.2). Reads at most about one tile per level and side of the path, whatever the size of the
/// log. Calls may overlap. Codes: <c>proof_out_of_range</c>, <c>tile_missing</c>.
/// </summary>
public static class LogProofs
{
    /// <summary>PATH(index, D[size]): for <see cref="MerkleTree.VerifyInclusion"/>.</summary>
    public static ValueTask<IReadOnlyList<MerkleHash>> InclusionAsync(long index, long size, ReadTile read, CancellationToken cancellationToken = default) =>
        InclusionAsync(index, size, read, null, cancellationToken);

    /// <summary>The same, remembering what was computed.</summary>
    /// <param name="known">Of this log.</param>
    public static async ValueTask<IReadOnlyList<MerkleHash>> InclusionAsync(
        long index, long size, ReadTile read, SubtreeCache? known, CancellationToken cancellationToken = default)
    {
        if (index < 0 || index >= size) throw new LedgerFormatException("proof_out_of_range", "The index lies outside the tree; ask with a later checkpoint.");
        var siblings = new List<(long Start, long End)>();
        (long start, long end) = (0, size);
        while (end - start > 1)
        {
            long middle = start + SplitPoint(end - start);
            siblings.Add(index < middle ? (middle, end) : (start, middle));
            (start, end) = index < middle ? (start, middle) : (middle, end);
        }
        return await HashesAsync(siblings, new TileHashes(size, read, known), cancellationToken);
    }

    /// <summary>PROOF(first, D[second]): for <see cref="MerkleTree.VerifyConsistency"/>.</summary>
    public static async ValueTask<IReadOnlyList<MerkleHash>> ConsistencyAsync(long first, long second, ReadTile read, CancellationToken cancellationToken = default)
    {
        if (first < 0 || first > second) throw new LedgerFormatException("proof_out_of_range", "The first tree must not be larger than the second.");
        if (first == 0 || first == second) return [];
        var ranges = new List<(long Start, long End)>();
        (long start, long end) = (0, second);
        // SUBPROOF(m, D[start:end], b): b stays true while the range still begins the tree.
        while (first != end)
        {
            long middle = start + SplitPoint(end - start);
            ranges.Add(first <= middle ? (middle, end) : (start, middle));
            (start, end) = first <= middle ? (start, middle) : (middle, end);
        }
        if (start > 0) ranges.Add((start, end));
        return await HashesAsync(ranges, new TileHashes(second, read), cancellationToken);
    }

    /// <summary>Largest power of two below n.</summary>
    private static long SplitPoint(long n) => 1L << BitOperations.Log2((ulong)n - 1);

    /// <summary>Proofs run from the leaf up, the ranges were found from the root down.</summary>
    private static async ValueTask<IReadOnlyList<MerkleHash>> HashesAsync(List<(long Start, long End)> ranges, TileHashes hashes, CancellationToken cancellationToken)
    {
        var proof = new MerkleHash[ranges.Count];
        for (int i = 0; i < proof.Length; i++)
            proof[^(i + 1)] = await hashes.RangeAsync(ranges[i].Start, ranges[i].End, cancellationToken);
        return proof;
    }
}
