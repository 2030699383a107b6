using Approvals.Ledger.Log;

namespace Approvals.Ledger.Tests.Log;

/// <summary>A log in memory that writes what the pure core tells it to, tiles never overwritten with other bytes.</summary>
internal sealed class MemoryLog
{
    public Dictionary<TileId, byte[]> Tiles { get; } = [];

    public List<ReadOnlyMemory<byte>> Entries { get; } = [];

    public TreeEdge Edge { get; private set; } = TreeEdge.Empty;

    private ReadOnlyMemory<byte> _partialBundle;

    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        IReadOnlyList<TileWrite> bundles = EntryBundle.Append(Edge.Size, _partialBundle, entries);
        LogAppend append = Edge.Append(entries);
        foreach (TileWrite write in append.Tiles.Concat(bundles)) Tiles.Add(write.Tile, write.Bytes.ToArray());
        Entries.AddRange(entries);
        Edge = append.Edge;
        if (bundles.Count > 0) _partialBundle = bundles[^1].Tile.Width == TileId.FullWidth ? default : bundles[^1].Bytes;
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(TileId tile, CancellationToken cancellationToken) =>
        new(Tiles.TryGetValue(tile, out byte[]? bytes) ? bytes : Tiles.TryGetValue(tile with { Width = TileId.FullWidth }, out bytes) ? bytes : (ReadOnlyMemory<byte>?)null);

    /// <summary>The widest form of that tile.</summary>
    public byte[] Full(TileId tile) => Tiles.Where(t => t.Key.Level == tile.Level && t.Key.Index == tile.Index).MaxBy(t => t.Key.Width).Value;
}
