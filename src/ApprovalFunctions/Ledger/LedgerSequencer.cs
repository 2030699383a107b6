using System.Text;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Ledger;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Ledger;

/// <summary>
/// Gives waiting entries their place in the log: one signature covers all that wait. A Durable Entity runs one at a time; should two run
/// anyway, the conditional writes keep the log one.
/// </summary>
/// <remarks>
/// The order of writes, from a checkpoint of size n:
/// <list type="number">
/// <item>batch n, create-only: fixes which entries follow and in which order. Who finds one takes it.</item>
/// <item>entry bundles and hash tiles, create-only: a function of the tree at n and batch n.</item>
/// <item>key objects, create-only: where each key's entry stands. They count once a checkpoint covers their index.</item>
/// <item>the checkpoint, signed now, replaced by its ETag: from here on the entries are in.</item>
/// <item>the waiting entries are deleted.</item>
/// </list>
/// Recovery is the same code again: with batch n there and the checkpoint still at n, every write of steps 2 and 3 either creates or
/// finds its own bytes. After step 4, waiting entries whose key object exists are leftovers and are deleted.
/// INVARIANT: batches are never deleted, so nobody with an old checkpoint in hand can ever fix another continuation of it.
/// </remarks>
public sealed class LedgerSequencer(IObjectStore log, IObjectStore waiting, ISigner signer, string origin)
{
    /// <summary>Entries under one signature; also what one run reads and writes at most, with 64 KiB each.</summary>
    public const int MaxBatch = 256;

    /// <summary>A run ends after this many batches, so that an entity's turn is bounded; whoever still waits signals again.</summary>
    private const int MaxRounds = 16;

    private const int Parallelism = 16;

    /// <summary>Signs the checkpoint of the empty log, unless there is a checkpoint. Durable on return.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (await log.GetAsync(LedgerNames.Checkpoint, cancellationToken) is not null) return;
        string note = await SignAsync(TreeEdge.Empty, cancellationToken);
        await log.CreateAsync(LedgerNames.Checkpoint, Encoding.UTF8.GetBytes(note), cancellationToken); // false: somebody else began it
    }

    /// <summary>Sequences what waits. On return every entry that waited when it began is covered by a checkpoint, unless more than 4,096 did.</summary>
    /// <returns>How many entries were appended.</returns>
    /// <exception cref="LedgerFormatException"><c>ledger_inconsistent</c>, <c>checkpoint_unverifiable</c>, <c>tile_missing</c>: the store was tampered with or lost data.</exception>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        long appended = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            LedgerHead head = await LedgerHead.ReadAsync(log, cancellationToken);
            await head.VerifyAsync(signer, origin, cancellationToken);
            LedgerBatch? batch = await FixBatchAsync(head.Size, cancellationToken);
            if (batch is null) break;
            if (await AppendAsync(head, batch, cancellationToken)) appended += batch.Entries.Count;
            await ForEachAsync(batch.Entries, entry => waiting.DeleteAsync(LedgerNames.KeyHash(entry.Key), cancellationToken));
        }

        return appended;
    }

    /// <summary>The batch that follows the tree of this size: the one that stands there, or a new one of what waits.</summary>
    private async Task<LedgerBatch?> FixBatchAsync(long size, CancellationToken cancellationToken)
    {
        string name = LedgerNames.Batch(size);
        if (await log.GetAsync(name, cancellationToken) is { } fixedBefore) return LedgerBatch.Parse(fixedBefore.Content);
        IReadOnlyList<WaitingEntry> entries = await TakeWaitingAsync(cancellationToken);
        if (entries.Count == 0) return null;
        var batch = new LedgerBatch(size, entries);
        if (await log.CreateAsync(name, batch.ToBytes(), cancellationToken)) return batch;
        StoredObject? other = await log.GetAsync(name, cancellationToken);
        return LedgerBatch.Parse(other?.Content ?? throw Inconsistent($"{name} exists and cannot be read"));
    }

    private async Task<IReadOnlyList<WaitingEntry>> TakeWaitingAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = await waiting.ListAsync(MaxBatch, cancellationToken);
        var entries = new WaitingEntry?[names.Count];
        await ForEachAsync(Enumerable.Range(0, names.Count), async i =>
        {
            if (await waiting.GetAsync(names[i], cancellationToken) is not { } stored) return;
            WaitingEntry entry = JsonSerializer.Deserialize<WaitingEntry>(stored.Content.Span, DurableJson.Options)!;

            // INVARIANT: all keys below the checkpoint's size have their object before the checkpoint says so (step 3 before step 4),
            // so an entry without one was never sequenced. This is "once per key".
            if (await log.GetAsync(LedgerNames.Key(entry.Key), cancellationToken) is null) entries[i] = entry;
            else await waiting.DeleteAsync(names[i], cancellationToken);
        });
        return [.. entries.OfType<WaitingEntry>()];
    }

    /// <summary>Steps 2 to 4. False when somebody else moved the checkpoint.</summary>
    private async Task<bool> AppendAsync(LedgerHead head, LedgerBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Size != head.Size) throw Inconsistent("a batch stands under another size than its own");
        TreeEdge edge = await TreeEdge.LoadAsync(head.Size, ReadTileAsync, cancellationToken);
        if (edge.Root != head.Root) throw Inconsistent("the tiles do not add up to the checkpoint's root");

        ReadOnlyMemory<byte>[] entries = [.. batch.Entries.Select(entry => entry.Entry)];
        LogAppend append = edge.Append(entries);
        IEnumerable<TileWrite> tiles = EntryBundle.Append(head.Size, await PartialBundleAsync(head.Size, cancellationToken), entries).Concat(append.Tiles);
        await ForEachAsync(tiles, tile => CreateSameAsync(LedgerNames.Tile(tile.Tile), tile.Bytes, cancellationToken));
        await ForEachAsync(
            batch.Entries.Select((entry, i) => new KeyedEntry(entry.Key, head.Size + i, entry.Entry)),
            keyed => CreateSameAsync(LedgerNames.Key(keyed.Key), keyed.ToBytes(), cancellationToken));

        string note = await SignAsync(append.Edge, cancellationToken);
        return await log.ReplaceAsync(LedgerNames.Checkpoint, Encoding.UTF8.GetBytes(note), head.ETag, cancellationToken);
    }

    private async Task<string> SignAsync(TreeEdge edge, CancellationToken cancellationToken)
    {
        JsonWebKey key = await signer.CurrentKeyAsync(cancellationToken);
        return await new Checkpoint(origin, edge.Size, edge.Root).SignAsync(
            new NoteKey(origin, key),
            (digest, token) => signer.SignAsync(key.KeyId, digest, token),
            cancellationToken);
    }

    private async Task<ReadOnlyMemory<byte>> PartialBundleAsync(long size, CancellationToken cancellationToken)
    {
        TileId bundle = TileId.InTree(TileId.EntriesLevel, size / TileId.FullWidth, size);
        if (bundle.Width == 0) return default;
        return await ReadTileAsync(bundle, cancellationToken)
            ?? throw new LedgerFormatException("tile_missing", $"The log lacks {bundle.Path}: restore it from a backup or a mirror.");
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileId tile, CancellationToken cancellationToken) =>
        (await log.GetAsync(LedgerNames.Tile(tile), cancellationToken))?.Content;

    /// <summary>Creates, or finds that the same bytes are there already.</summary>
    private async Task CreateSameAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await log.CreateAsync(name, content, cancellationToken)) return;
        StoredObject? there = await log.GetAsync(name, cancellationToken);
        if (there is null || !there.Content.Span.SequenceEqual(content.Span)) throw Inconsistent($"{name} holds other bytes than the log needs there");
    }

    private static Task ForEachAsync<T>(IEnumerable<T> items, Func<T, Task> action) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (item, _) => await action(item));

    private static LedgerFormatException Inconsistent(string what) =>
        new("ledger_inconsistent", $"The ledger store is inconsistent: {what}. Nothing was appended; compare it with a mirror before going on.");
}
