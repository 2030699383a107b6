using System.Text.Json;
using Approvals.Durable;
using Approvals.Ledger;
using Approvals.Ledger.Log;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Ledger;

/// <summary>
/// The ledger over an object store: an append puts its entry where the sequencer finds it, wakes the sequencer and waits until a
/// checkpoint covers the entry. Reads go to the store alone.
/// </summary>
/// <param name="wake">Tells the sequencer that something waits; may be called often and may be lost.</param>
public sealed class BlobLedger(
    IObjectStore log, IObjectStore waiting, LedgerSequencer sequencer, Func<CancellationToken, Task> wake, TimeProvider time) : ILedger
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>The time after which the sequencer is woken again: a signal may have been lost with its host.</summary>
    private static readonly TimeSpan WakeAgain = TimeSpan.FromSeconds(5);

    /// <summary>The time after which an append is given up: the caller tries again under the same key.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        if (entry.Length > EntryBundle.MaxEntryBytes)
            throw new LedgerFormatException("entry_too_large", $"A ledger entry may have at most {EntryBundle.MaxEntryBytes} bytes.");
        if (await FindAsync(key, cancellationToken) is { } before) return before;

        // Create-only: of two callers with the same key, what the first one wrote is what gets sequenced, and both are told so.
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(new WaitingEntry(key, entry), DurableJson.Options);
        await waiting.CreateAsync(LedgerNames.KeyHash(key), content, cancellationToken);
        return await WaitAsync(key, cancellationToken);
    }

    public async Task<LedgerEntry?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (await log.GetAsync(LedgerNames.Key(key), cancellationToken) is not { } stored) return null;
        KeyedEntry keyed = KeyedEntry.Parse(stored.Content);
        LedgerHead head = await LedgerHead.ReadAsync(log, cancellationToken);

        // INVARIANT: a key object counts once a checkpoint covers it; before that its append has not happened yet.
        return keyed.Key == key && keyed.Index < head.Size ? new LedgerEntry(keyed.Index, keyed.Entry) : null;
    }

    public async Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken)
    {
        LedgerHead head = await LedgerHead.ReadAsync(log, cancellationToken);
        IReadOnlyList<MerkleHash> path = await LogProofs.InclusionAsync(
            index, head.Size, async (tile, token) => (await log.GetAsync(LedgerNames.Tile(tile), token))?.Content, cancellationToken);
        return new LedgerProof(index, head.Note!, [.. path.Select(hash => hash.Bytes.ToArray())]);
    }

    public async Task<string> ReadCheckpointAsync(CancellationToken cancellationToken)
    {
        if ((await LedgerHead.ReadAsync(log, cancellationToken)).Note is { } note) return note;
        await sequencer.BeginAsync(cancellationToken);
        return (await LedgerHead.ReadAsync(log, cancellationToken)).Note!;
    }

    public async Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken) =>
        TileId.TryParse(path, out TileId tile) && await log.GetAsync(LedgerNames.Tile(tile), cancellationToken) is { } stored
            ? stored.Content.ToArray()
            : null;

    private async Task<LedgerEntry> WaitAsync(string key, CancellationToken cancellationToken)
    {
        DateTimeOffset began = time.GetUtcNow();
        DateTimeOffset woken = DateTimeOffset.MinValue;
        TimeSpan pause = FirstPause;
        while (true)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now - woken >= WakeAgain)
            {
                await wake(cancellationToken);
                woken = now;
            }

            if (await FindAsync(key, cancellationToken) is { } appended) return appended;
            if (now - began >= Patience) throw new TimeoutException("The ledger did not sequence the entry in time; it stays queued. Try again under the same key.");
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
