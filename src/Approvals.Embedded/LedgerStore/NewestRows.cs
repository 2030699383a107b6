using Approvals.Ledger.Log;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.LedgerStore;

/// <summary>
/// The newest entries and tiles of the ledger, which are asked for most: a release follows its record within milliseconds. Entries never
/// change and tiles only grow, so what is here is right as long as only what is durable is put in, in the order of the log. Calls may overlap.
/// </summary>
internal sealed class NewestRows
{
    /// <summary>Some 2.5 KB each.</summary>
    private const int MaxEntries = 500;

    /// <summary>Tiles kept at each level; a proof of a new entry needs the last one.</summary>
    private const int TilesALevel = 4;

    private readonly Lock gate = new();
    private readonly Dictionary<string, LedgerEntry> entries = new(MaxEntries, StringComparer.Ordinal);
    private readonly Queue<string> order = new(MaxEntries);
    private readonly Dictionary<(int Level, long Index), ReadOnlyMemory<byte>> tiles = [];

    public LedgerEntry? Find(string key)
    {
        lock (gate) return entries.GetValueOrDefault(key);
    }

    /// <summary>A hash tile in its widest form.</summary>
    public ReadOnlyMemory<byte>? FindTile(int level, long index)
    {
        // Without the cast, null would become an empty tile.
        lock (gate) return tiles.TryGetValue((level, index), out ReadOnlyMemory<byte> hashes) ? hashes : (ReadOnlyMemory<byte>?)null;
    }

    /// <summary>Takes what one append added. Only the ledger's one sequencer calls this.</summary>
    public void Add(IReadOnlyList<KeyValuePair<string, LedgerEntry>> added, IReadOnlyList<TileWrite> written)
    {
        lock (gate)
        {
            foreach ((string key, LedgerEntry entry) in added)
            {
                if (order.Count == MaxEntries) entries.Remove(order.Dequeue());
                entries[key] = entry;
                order.Enqueue(key);
            }

            foreach (TileWrite tile in written)
            {
                tiles[(tile.Tile.Level, tile.Tile.Index)] = tile.Bytes;
                tiles.Remove((tile.Tile.Level, tile.Tile.Index - TilesALevel));
            }
        }
    }

    /// <summary>After an append that may or may not have been stored.</summary>
    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            order.Clear();
            tiles.Clear();
        }
    }
}
