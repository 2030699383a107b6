using System.Numerics;

namespace Approvals.Ledger.Log;

/// <summary>Hashes of perfect subtrees, taken from tiles: first the tiles are read, then everything is computed.</summary>
internal sealed class TileHashes(long size, ReadTile read, SubtreeCache? known = null)
{
    private readonly Dictionary<TileId, ReadOnlyMemory<byte>> _tiles = [];

    /// <summary>The perfect subtree of 2^Height leaves whose first leaf is Index × 2^Height.</summary>
    public readonly record struct Subtree(int Height, long Index);

    /// <summary>The perfect subtrees that make up MTH(D[start:end]), from left to right. Start must be a multiple of the largest of them.</summary>
    public static IEnumerable<Subtree> Split(long start, long end)
    {
        while (start < end)
        {
            int height = BitOperations.Log2((ulong)(end - start));
            yield return new Subtree(height, start >> height);
            start += 1L << height;
        }
    }

    /// <summary>MTH(D[start:end]).</summary>
    public async ValueTask<MerkleHash> RangeAsync(long start, long end, CancellationToken cancellationToken)
    {
        var parts = new List<MerkleHash>();
        foreach (Subtree subtree in Split(start, end)) parts.Add(await SubtreeAsync(subtree, cancellationToken));
        MerkleHash hash = parts[^1];
        for (int i = parts.Count - 2; i >= 0; i--) hash = MerkleTree.HashNode(parts[i], hash);
        return hash;
    }

    private async ValueTask<MerkleHash> SubtreeAsync(Subtree subtree, CancellationToken cancellationToken)
    {
        if (known is not null && known.TryGet(subtree.Height, subtree.Index, out MerkleHash hash)) return hash;
        int level = int.Min(subtree.Height / 8, TileId.MaxLevel);
        int within = subtree.Height - (8 * level);
        long first = subtree.Index << within;
        TileId tile = TileId.InTree(level, first / TileId.FullWidth, size);
        if (!_tiles.TryGetValue(tile, out ReadOnlyMemory<byte> hashes)) _tiles[tile] = hashes = await ReadAsync(tile, read, cancellationToken);
        return Fold(hashes.Span.Slice((int)(first % TileId.FullWidth) * MerkleHash.Size, MerkleHash.Size << within), subtree);
    }

    /// <summary>As <see cref="Fold(ReadOnlySpan{byte})"/>, and remembers every node on the way.</summary>
    private MerkleHash Fold(ReadOnlySpan<byte> hashes, Subtree subtree)
    {
        if (known is null || hashes.Length == MerkleHash.Size) return Fold(hashes);
        if (known.TryGet(subtree.Height, subtree.Index, out MerkleHash hash)) return hash;
        int half = hashes.Length / 2;
        hash = MerkleTree.HashNode(
            Fold(hashes[..half], new Subtree(subtree.Height - 1, 2 * subtree.Index)),
            Fold(hashes[half..], new Subtree(subtree.Height - 1, (2 * subtree.Index) + 1)));
        known.Add(subtree.Height, subtree.Index, hash);
        return hash;
    }

    /// <summary>The tile's hashes, exactly as many as its width says. Code: <c>tile_missing</c>.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, ReadTile read, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? bytes = await read(tile, cancellationToken);
        return bytes?.Length >= tile.Width * MerkleHash.Size
            ? bytes.Value[..(tile.Width * MerkleHash.Size)]
            : throw new LedgerFormatException("tile_missing", $"The log lacks {tile.Path}, or it is too short.");
    }

    /// <summary>Root of a perfect subtree over 1, 2, 4 … 256 concatenated hashes.</summary>
    public static MerkleHash Fold(ReadOnlySpan<byte> hashes)
    {
        if (hashes.Length == MerkleHash.Size) return new MerkleHash(hashes);
        int half = hashes.Length / 2;
        return MerkleTree.HashNode(Fold(hashes[..half]), Fold(hashes[half..]));
    }
}
