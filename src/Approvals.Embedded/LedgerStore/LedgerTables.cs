using Approvals.Embedded.Data;
using Approvals.Engine;
using Approvals.Ledger.Log;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.LedgerStore;

/// <summary>
/// Where the ledger is stored: entries, packed, under their index and key; hash tiles, each in its widest form (a narrower one is its prefix); one row with
/// size and checkpoint.
/// </summary>
internal sealed class LedgerTables
{
    private const string Schema = """
        CREATE TABLE ledger_entry(position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, entry BLOB NOT NULL);
        CREATE TABLE ledger_tile(level INTEGER NOT NULL, position INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(level, position));
        CREATE TABLE ledger_head(only INTEGER PRIMARY KEY CHECK(only = 1), size INTEGER NOT NULL, checkpoint TEXT NOT NULL);
        """;

    /// <summary>Twice what one append takes: more are not under way when a process dies.</summary>
    private const int KeysChecked = 1024;

    private readonly Database database;
    private readonly NewestRows newest = new();

    public LedgerTables(Database database)
    {
        this.database = database;
        database.AddSchema("ledger", Schema);
    }

    public LedgerEntry? Find(string key) => newest.Find(key) ?? database.Read(reader => Find(reader, key));

    /// <summary>What stands under each of the keys, over one snapshot.</summary>
    public LedgerEntry?[] Find(IReadOnlyList<string> keys) => database.Read(reader => keys.Select(key => Find(reader, key)).ToArray());

    /// <summary>
    /// The stored tree, or <see langword="null"/> when the log was never begun. INVARIANT: head and tiles are of one snapshot, and none of them from memory, which
    /// learns of an append only after it is durable.
    /// </summary>
    public async Task<PublishedTree?> LoadAsync(CancellationToken cancellationToken)
    {
        (string Checkpoint, Task<TreeEdge> Edge)? stored = database.Read(reader =>
        {
            (long Size, string Checkpoint)? head;
            using (SqliteRows rows = reader.Query("SELECT size, checkpoint FROM ledger_head"))
                head = rows.Read() ? (rows.GetInt64(0), rows.GetText(1)) : null;

            // Waits for nothing, so it has ended within the snapshot.
            return head is { } found
                ? (found.Checkpoint, TreeEdge.LoadAsync(found.Size, (tile, _) => ValueTask.FromResult(Stored(reader, tile)), cancellationToken).AsTask())
                : ((string, Task<TreeEdge>)?)null;
        });
        return stored is { } tree ? new PublishedTree(await tree.Edge, tree.Checkpoint) : null;
    }

    public Task BeginAsync(string checkpoint, CancellationToken cancellationToken) => database.WriteAsync(
        writer => { writer.Execute("INSERT INTO ledger_head VALUES (1, 0, ?1)", checkpoint); }, cancellationToken);

    /// <summary>Stores an append whole or not at all, and only on top of the tree it was computed from.</summary>
    public async Task StoreAsync(
        PublishedTree before, PublishedTree after, IReadOnlyList<KeyValuePair<string, LedgerEntry>> added, IReadOnlyList<TileWrite> tiles)
    {
        byte[][] packed = [.. added.Select(pair => Packed.Pack(pair.Value.Entry.Span))]; // here, not on the one writer's time
        await database.WriteAsync(writer =>
        {
            int position = 0; // in here: this may run again
            int moved = writer.Execute(
                "UPDATE ledger_head SET size = ?1, checkpoint = ?2 WHERE size = ?3 AND checkpoint = ?4",
                after.Edge.Size, after.Checkpoint, before.Edge.Size, before.Checkpoint);
            if (moved != 1) throw new InvalidOperationException("The stored ledger is not the one that this append was computed from.");
            foreach ((string key, LedgerEntry entry) in added)
                writer.Execute("INSERT INTO ledger_entry VALUES (?1, ?2, ?3)", entry.Index, key, packed[position++]);
            foreach (TileWrite tile in tiles)
            {
                writer.Execute(
                    "INSERT INTO ledger_tile VALUES (?1, ?2, ?3) ON CONFLICT(level, position) DO UPDATE SET hashes = excluded.hashes",
                    tile.Tile.Level, tile.Tile.Index, tile.Bytes);
            }
        });
        newest.Add(added, tiles);
    }

    /// <summary>After a store whose outcome is unclear: forgets what is in memory, so that only what is stored counts.</summary>
    public void Forget() => newest.Clear();

    /// <summary>A hash tile in its widest form.</summary>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileId tile, CancellationToken cancellationToken)
    {
        if (newest.FindTile(tile.Level, tile.Index) is { } known) return ValueTask.FromResult<ReadOnlyMemory<byte>?>(known);
        return ValueTask.FromResult(database.Read(reader => Stored(reader, tile)));
    }

    private static ReadOnlyMemory<byte>? Stored(SqliteReader reader, TileId tile) =>
        reader.QueryBlob("SELECT hashes FROM ledger_tile WHERE level = ?1 AND position = ?2", tile.Level, tile.Index) is { } hashes
            ? hashes.AsMemory()
            : (ReadOnlyMemory<byte>?)null;

    /// <summary>An entry bundle, put together from the entries.</summary>
    public byte[] ReadBundle(TileId tile)
    {
        long first = tile.Index * TileId.FullWidth;
        return database.Read(reader =>
        {
            using var bundle = new MemoryStream();
            using SqliteRows rows = reader.Query(
                "SELECT entry FROM ledger_entry WHERE position >= ?1 AND position < ?2 ORDER BY position", first, first + tile.Width);
            while (rows.Read()) bundle.Write(EntryBundle.EncodeEntry(Packed.Unpack(rows.GetBlob(0))));
            return bundle.ToArray();
        });
    }

    private static LedgerEntry? Find(SqliteReader reader, string key)
    {
        // In two steps: the index on keys says where the entry is, the row says whose it is. Asked at once, SQLite would take the index's word for both.
        if (FindPosition(reader, key) is not { } position) return null;
        using SqliteRows rows = reader.Query("SELECT key, entry FROM ledger_entry WHERE position = ?1", position);
        return rows.Read() && rows.GetText(0) == key
            ? new LedgerEntry(position, Packed.Unpack(rows.GetBlob(1)))
            : throw new DatabaseException("corrupt", "The ledger's index of keys leads to another entry; stop the host and restore the last backup.");
    }

    private static long? FindPosition(SqliteReader reader, string key) => reader.QueryInt64("SELECT position FROM ledger_entry WHERE key = ?1", key);

    /// <summary>Whether there are as many entries as the tree has leaves, and the last of them hash to the leaves of its last tile.</summary>
    public bool LastBundleFits(long size) => database.Read(reader =>
    {
        if (reader.QueryInt64("SELECT max(position) FROM ledger_entry") is not { } last) return size == 0;
        if (last != size - 1) return false;
        long tile = last / TileId.FullWidth;
        byte[]? leaves = reader.QueryBlob("SELECT hashes FROM ledger_tile WHERE level = 0 AND position = ?1", tile);
        int leaf = 0;
        using SqliteRows rows = reader.Query("SELECT entry FROM ledger_entry WHERE position >= ?1 ORDER BY position", tile * TileId.FullWidth);
        while (rows.Read())
        {
            if (leaves is null || leaves.Length < (leaf + 1) * MerkleHash.Size) return false;
            if (MerkleTree.HashLeaf(Packed.Unpack(rows.GetBlob(0))) != new MerkleHash(leaves.AsSpan(leaf * MerkleHash.Size, MerkleHash.Size))) return false;
            leaf++;
        }

        return leaf == (int)(last % TileId.FullWidth) + 1;
    });

    /// <summary>
    /// Whether the keys of the newest entries lead to them. INVARIANT: an append that a crash cut off from its history is repeated, and must find itself
    /// there; the whole index is checked too, but of a large database only while it is used.
    /// </summary>
    public bool NewestKeysFit(long size) => database.Read(reader =>
    {
        using SqliteRows rows = reader.Query("SELECT position, key FROM ledger_entry WHERE position >= ?1", size - KeysChecked);
        while (rows.Read())
        {
            if (FindPosition(reader, rows.GetText(1)) != rows.GetInt64(0)) return false;
        }

        return true;
    });
}
