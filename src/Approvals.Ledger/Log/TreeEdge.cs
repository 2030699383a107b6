using System.Collections.Immutable;
using System.Numerics;

namespace Approvals.Ledger.Log;

/// <summary>What appending gives: write all tiles durably, then sign and publish a checkpoint for the new edge. In this order a crash loses nothing.</summary>
/// <param name="Edge">The tree after the append.</param>
/// <param name="FirstIndex">Index of the first new entry; the others follow.</param>
/// <param name="Tiles">Hash tiles, full and partial, that are new. Writing one again writes the same bytes.</param>
public sealed record LogAppend(TreeEdge Edge, long FirstIndex, IReadOnlyList<TileWrite> Tiles);

/// <summary>
/// The right edge of the tree: all that is needed to append. Immutable, pure, deterministic; does no I/O but in <see cref="LoadAsync"/>.
/// Appending n entries costs n leaf hashes, about n node hashes and the copy of at most eight partial tiles.
/// Who appends must be the only one: two appends to the same edge are two different logs.
/// </summary>
public sealed class TreeEdge
{
    // INVARIANT: _partial[l] holds the (Size >> 8l) mod 256 hashes of the partial tile at level l.
    private readonly ImmutableArray<byte[]> _partial;

    // INVARIANT: one hash per set bit of Size, roots of the perfect subtrees that make up the tree, largest and leftmost first.
    private readonly ImmutableArray<MerkleHash> _peaks;

    private TreeEdge(long size, ImmutableArray<byte[]> partial, ImmutableArray<MerkleHash> peaks)
    {
        Size = size;
        _partial = partial;
        _peaks = peaks;
        MerkleHash root = MerkleTree.EmptyRoot;
        for (int i = peaks.Length - 1; i >= 0; i--) root = i == peaks.Length - 1 ? peaks[i] : MerkleTree.HashNode(peaks[i], root);
        Root = root;
    }

    /// <summary>The tree without entries.</summary>
    public static TreeEdge Empty { get; } = new(0, [], []);

    /// <summary>Entries in the tree.</summary>
    public long Size { get; }

    /// <summary>RFC 6962 root.</summary>
    public MerkleHash Root { get; }

    /// <summary>The partial tiles of this tree, one per level that has any: all that <see cref="LoadAsync"/> reads.</summary>
    public static IEnumerable<TileId> PartialTiles(long size)
    {
        for (int level = 0; level <= TileId.MaxLevel; level++)
        {
            TileId tile = TileId.RightEdge(level, size);
            if (tile.Width > 0) yield return tile;
        }
    }

    /// <summary>
    /// Reads the edge back from stored tiles. Compare <see cref="Root"/> with the last checkpoint before appending: this method cannot know it.
    /// Code: <c>tile_missing</c>.
    /// </summary>
    public static async ValueTask<TreeEdge> LoadAsync(long size, ReadTile read, CancellationToken cancellationToken = default)
    {
        var partial = new List<byte[]>();
        foreach (TileId tile in PartialTiles(size))
        {
            while (partial.Count < tile.Level) partial.Add([]);
            partial.Add((await TileHashes.ReadAsync(tile, read, cancellationToken)).ToArray());
        }
        var peaks = new List<MerkleHash>();
        for (int level = partial.Count - 1; level >= 0; level--)
        {
            ReadOnlySpan<byte> hashes = partial[level];
            while (!hashes.IsEmpty)
            {
                int count = 1 << BitOperations.Log2((uint)(hashes.Length / MerkleHash.Size));
                peaks.Add(TileHashes.Fold(hashes[..(count * MerkleHash.Size)]));
                hashes = hashes[(count * MerkleHash.Size)..];
            }
        }
        return new TreeEdge(size, [.. partial], [.. peaks]);
    }

    /// <summary>The hashes of the partial tile at a level that has one.</summary>
    internal ReadOnlyMemory<byte> PartialTile(int level) => _partial[level];

    /// <summary>Appends entries by their bytes, each at most 65,535 (<c>entry_too_large</c>).</summary>
    public LogAppend Append(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var leaves = new MerkleHash[entries.Count];
        for (int i = 0; i < leaves.Length; i++)
        {
            if (entries[i].Length > EntryBundle.MaxEntryBytes)
                throw new LedgerFormatException("entry_too_large", $"A ledger entry may have at most {EntryBundle.MaxEntryBytes} bytes.");
            leaves[i] = MerkleTree.HashLeaf(entries[i].Span);
        }
        return Append(leaves);
    }

    /// <summary>Appends entries by their leaf hashes.</summary>
    public LogAppend Append(ReadOnlySpan<MerkleHash> leaves)
    {
        if (leaves.IsEmpty) return new LogAppend(this, Size, []);
        var growth = new Growth(Size, _partial, _peaks);
        foreach (ref readonly MerkleHash leaf in leaves) growth.Add(leaf);
        List<TileWrite> tiles = growth.Finish(out ImmutableArray<byte[]> partial);
        return new LogAppend(new TreeEdge(growth.Size, partial, [.. growth.Peaks]), Size, tiles);
    }

    /// <summary>The mutable work of one append.</summary>
    private sealed class Growth(long size, ImmutableArray<byte[]> partial, ImmutableArray<MerkleHash> peaks)
    {
        private readonly List<byte[]?> _tiles = [];
        private readonly List<TileWrite> _writes = [];

        public long Size { get; private set; } = size;

        public List<MerkleHash> Peaks { get; } = [.. peaks];

        public void Add(MerkleHash hash)
        {
            Push(0, Size, hash);
            // Each trailing one of the old size is a perfect subtree that this leaf completes into one of twice the size.
            int merges = BitOperations.TrailingZeroCount(~Size);
            for (int height = 1; height <= merges; height++)
            {
                hash = MerkleTree.HashNode(Peaks[^1], hash);
                Peaks.RemoveAt(Peaks.Count - 1);
                if (height % 8 == 0) Push(height / 8, Size >> height, hash);
            }
            Peaks.Add(hash);
            Size++;
        }

        /// <summary>Puts a hash at its place in the level; a tile that becomes full is done.</summary>
        private void Push(int level, long position, in MerkleHash hash)
        {
            while (_tiles.Count <= level) _tiles.Add(null);
            byte[] tile = _tiles[level] ??= Begin(level);
            int slot = (int)(position % TileId.FullWidth);
            hash.Bytes.CopyTo(tile.AsSpan(slot * MerkleHash.Size));
            if (slot < TileId.FullWidth - 1) return;
            _writes.Add(new TileWrite(new TileId(level, position / TileId.FullWidth, TileId.FullWidth), tile));
            _tiles[level] = new byte[TileId.FullWidth * MerkleHash.Size];
        }

        private byte[] Begin(int level)
        {
            byte[] tile = new byte[TileId.FullWidth * MerkleHash.Size];
            if (level < partial.Length) partial[level].CopyTo(tile, 0);
            return tile;
        }

        public List<TileWrite> Finish(out ImmutableArray<byte[]> newPartial)
        {
            ImmutableArray<byte[]>.Builder edge = partial.ToBuilder();
            for (int level = 0; level < _tiles.Count; level++)
            {
                if (edge.Count <= level) edge.Add([]);
                if (_tiles[level] is not { } tile) continue;
                TileId id = TileId.RightEdge(level, Size);
                edge[level] = tile[..(id.Width * MerkleHash.Size)];
                if (id.Width > 0) _writes.Add(new TileWrite(id, edge[level]));
            }
            newPartial = edge.ToImmutable();
            return _writes;
        }
    }
}
