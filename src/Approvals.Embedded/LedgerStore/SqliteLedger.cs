using System.Threading.Channels;
using Approvals.Embedded.Data;
using Approvals.Engine;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.LedgerStore;

/// <summary>
/// The ledger in the host's database. One loop sequences all appends: it takes what waits, computes the new tree, signs its checkpoint and
/// stores entries, tiles and checkpoint in one transaction. Only then does anybody see any of them.
/// </summary>
/// <remarks>
/// INVARIANT: the checkpoint is signed before the transaction that publishes it, and the transaction replaces exactly the state that it was
/// computed from. So a checkpoint that anybody saw is consistent with every earlier one; one whose transaction failed was seen by
/// nobody. After an unclear failure the loop reads back what is stored and goes on from there.
/// </remarks>
public sealed class SqliteLedger : ILedger, IAsyncDisposable
{
    /// <summary>Bounds the transaction; more wait for the next checkpoint.</summary>
    private const int MaxBatch = 512;

    private readonly LedgerTables tables;
    private readonly ISigner signer;
    private readonly string origin;
    private readonly ILogger logger;
    private readonly SubtreeCache subtrees = new();
    private readonly Channel<PendingAppend> queue = Channel.CreateUnbounded<PendingAppend>(new UnboundedChannelOptions { SingleReader = true });
    private Task loop = Task.CompletedTask;
    private volatile PublishedTree? published;

    /// <summary>Before the database is opened.</summary>
    /// <param name="origin">The log's name in its checkpoints, for good.</param>
    public SqliteLedger(Database database, ISigner signer, string origin, ILogger<SqliteLedger> logger)
    {
        (this.signer, this.origin, this.logger) = (signer, origin, logger);
        tables = new LedgerTables(database);
    }

    /// <summary>The verifier key that a reader of the log needs, in the form of C2SP signed notes.</summary>
    public async Task<NoteKey> VerifierKeyAsync(CancellationToken cancellationToken) => new(origin, await signer.CurrentKeyAsync(cancellationToken));

    /// <summary>Once the database is open: verifies what is stored and begins to sequence. A new log begins with a checkpoint of size 0.</summary>
    /// <exception cref="SetupException"><c>ledger_inconsistent</c>, <c>ledger_renamed</c>.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        PublishedTree? stored = await tables.LoadAsync(cancellationToken);
        if (stored is null)
        {
            stored = new PublishedTree(TreeEdge.Empty, await SignAsync(TreeEdge.Empty, cancellationToken));
            await tables.BeginAsync(stored.Checkpoint, cancellationToken);
        }

        await VerifyAsync(stored, cancellationToken);
        published = stored;
        loop = SequenceAsync();
    }

    /// <summary>Why the ledger is not fit for use, or <see langword="null"/> when what readers see is what is stored. For readiness.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        // What is published may run behind what is stored for a moment, never ahead of it.
        PublishedTree seen = Published;
        PublishedTree? stored = await tables.LoadAsync(cancellationToken);
        if (loop.IsCompleted) return "appends have ended";
        return stored is null || stored.Edge.Size < seen.Edge.Size || (stored.Edge.Size == seen.Edge.Size && stored.Edge.Root != seen.Edge.Root)
            ? "what is stored is not what was published"
            : null;
    }

    /// <summary>Lets what waits be appended, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
    }

    public async Task<LedgerEntry> AppendAsync(string key, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        if (entry.Length > EntryBundle.MaxEntryBytes)
            throw new ArgumentException($"A ledger entry has at most {EntryBundle.MaxEntryBytes} bytes.", nameof(entry));
        var append = new PendingAppend(key, entry);
        if (!queue.Writer.TryWrite(append)) throw new InvalidOperationException("The ledger has stopped.");
        return await append.Done.WaitAsync(cancellationToken);
    }

    public Task<LedgerEntry?> FindAsync(string key, CancellationToken cancellationToken) => Task.FromResult(tables.Find(key));

    public async Task<LedgerProof> ProveAsync(long index, CancellationToken cancellationToken)
    {
        PublishedTree tree = Published;
        IReadOnlyList<MerkleHash> path = await LogProofs.InclusionAsync(index, tree.Edge.Size, tables.ReadTileAsync, subtrees, cancellationToken);
        return new LedgerProof(index, tree.Checkpoint, [.. path.Select(hash => hash.Bytes.ToArray())]);
    }

    public Task<string> ReadCheckpointAsync(CancellationToken cancellationToken) => Task.FromResult(Published.Checkpoint);

    public async Task<byte[]?> ReadTileAsync(string path, CancellationToken cancellationToken)
    {
        if (!TileId.TryParse(path, out TileId tile)) return null;

        // What no checkpoint covers is not there. A partial tile that has grown since is still a prefix of what is stored.
        if (TileId.InTree(tile.Level, tile.Index, Published.Edge.Size).Width < tile.Width) return null;
        if (tile.IsEntries) return tables.ReadBundle(tile);
        return (await tables.ReadTileAsync(tile, cancellationToken))?[..(tile.Width * MerkleHash.Size)].ToArray();
    }

    private PublishedTree Published => published ?? throw new InvalidOperationException("The ledger has not started.");

    private async Task SequenceAsync()
    {
        var batch = new List<PendingAppend>();
        while (await queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out PendingAppend? append)) batch.Add(append);
            try
            {
                await AppendAsync(batch);
            }
            catch (Exception error)
            {
                tables.Forget();
                foreach (PendingAppend append in batch) append.Fail(error);
                await RecoverAsync();
            }

            batch.Clear();
        }
    }

    private async Task AppendAsync(List<PendingAppend> batch)
    {
        PublishedTree before = Published;
        var entries = new Dictionary<string, LedgerEntry>(StringComparer.Ordinal);
        var added = new List<KeyValuePair<string, LedgerEntry>>();
        LedgerEntry?[] stored = tables.Find([.. batch.Select(append => append.Key)]);
        for (int i = 0; i < batch.Count; i++)
        {
            // INVARIANT: once per key. Nobody else appends, so what is not stored now is not stored before this batch is.
            PendingAppend append = batch[i];
            if (entries.ContainsKey(append.Key)) continue;
            if (stored[i] is { } known)
            {
                entries.Add(append.Key, known);
                continue;
            }

            var entry = new LedgerEntry(before.Edge.Size + added.Count, append.Entry);
            entries.Add(append.Key, entry);
            added.Add(new(append.Key, entry));
        }

        if (added.Count > 0)
        {
            LogAppend grown = before.Edge.Append([.. added.Select(pair => pair.Value.Entry)]);
            var after = new PublishedTree(grown.Edge, await SignAsync(grown.Edge, CancellationToken.None));
            await tables.StoreAsync(before, after, added, grown.Tiles);
            published = after;
        }

        foreach (PendingAppend append in batch) append.Complete(entries[append.Key]);
    }

    /// <summary>After an unclear failure: goes on from what is stored, if that can be read and is whole.</summary>
    private async Task RecoverAsync()
    {
        try
        {
            PublishedTree? stored = await tables.LoadAsync(CancellationToken.None);
            await VerifyAsync(stored!, CancellationToken.None);
            published = stored;
        }
        catch (Exception error)
        {
            // What readers see stays. The next batch finds the same trouble, or a database that works: its transaction replaces exactly
            // the state it was computed from, or fails.
            logger.LogError("The ledger could not be read back after a failed append ({Error}); appends go on being tried.", error.GetType().Name);
        }
    }

    private async Task<string> SignAsync(TreeEdge tree, CancellationToken cancellationToken)
    {
        JsonWebKey key = await signer.CurrentKeyAsync(cancellationToken);
        return await new Checkpoint(origin, tree.Size, tree.Root)
            .SignAsync(new NoteKey(origin, key), (digest, token) => signer.SignAsync(key.KeyId, digest, token), cancellationToken);
    }

    /// <summary>What is stored is whole: the checkpoint is ours, and the tiles give its root.</summary>
    private async Task VerifyAsync(PublishedTree stored, CancellationToken cancellationToken)
    {
        SignedNote note = SignedNote.Parse(stored.Checkpoint);
        Checkpoint checkpoint = Checkpoint.Parse(note);
        if (checkpoint.Origin != origin)
        {
            throw new SetupException(
                "ledger_renamed",
                $"The ledger in this data folder is named '{checkpoint.Origin}', the configuration says '{origin}'. A ledger keeps its name: set it back.");
        }

        JsonWebKeySet keys = await signer.KeysAsync(cancellationToken);
        if (note.Verify(keys.Keys.Where(key => key.Algorithm == JwsAlgorithms.ES256).Select(key => new NoteKey(origin, key))) is { } failure)
            throw Inconsistent($"{failure.Message} Was the signing key replaced?");
        if (checkpoint.Size != stored.Edge.Size || checkpoint.Root != stored.Edge.Root) throw Inconsistent("The stored tiles do not give the checkpoint's root.");
        if (!tables.LastBundleFits(stored.Edge.Size)) throw Inconsistent("The last entries are not those that the checkpoint covers.");
        if (!tables.NewestKeysFit(stored.Edge.Size)) throw Inconsistent("The index of keys does not lead to the last entries.");
    }

    private static SetupException Inconsistent(string what) =>
        new("ledger_inconsistent", $"The ledger in the data folder is damaged. {what} Restore the last backup; do not go on with this folder.");

    private sealed class PendingAppend(string key, ReadOnlyMemory<byte> entry)
    {
        private readonly TaskCompletionSource<LedgerEntry> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Key { get; } = key;

        public ReadOnlyMemory<byte> Entry { get; } = entry;

        public Task<LedgerEntry> Done => done.Task;

        public void Complete(LedgerEntry stored) => done.TrySetResult(stored);

        public void Fail(Exception error) => done.TrySetException(error);
    }
}

/// <summary>A tree and the checkpoint that says so.</summary>
internal sealed record PublishedTree(TreeEdge Edge, string Checkpoint);
