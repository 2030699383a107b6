using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApprovalFunctions.Ledger;
using Approvals.Durable;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Tests.Ledger;

/// <summary>A log in memory and somebody who checks it as a stranger would: from the stored objects and the public key alone.</summary>
internal sealed class LedgerFixture
{
    public const string Origin = "gate.example/ledger";

    public MemoryObjectStore Log { get; } = new();

    public MemoryObjectStore Waiting { get; } = new();

    public ISigner Signer { get; } = new TestSigner();

    public LedgerSequencer Sequencer(FailPlan? plan = null) => plan is null
        ? new LedgerSequencer(Log, Waiting, Signer, Origin)
        : new LedgerSequencer(new FailingObjectStore(Log, plan), new FailingObjectStore(Waiting, plan), Signer, Origin);

    /// <summary>A ledger whose sequencer runs as soon as it is woken.</summary>
    public BlobLedger Ledger()
    {
        LedgerSequencer sequencer = Sequencer();
        return new BlobLedger(Log, Waiting, sequencer, token => sequencer.RunAsync(token), TimeProvider.System);
    }

    public static byte[] Entry(string key) => Encoding.UTF8.GetBytes($"entry of {key}");

    public async Task EnqueueAsync(params IEnumerable<string> keys)
    {
        foreach (string key in keys)
        {
            await Waiting.CreateAsync(
                LedgerNames.KeyHash(key), JsonSerializer.SerializeToUtf8Bytes(new WaitingEntry(key, Entry(key)), DurableJson.Options), default);
        }
    }

    /// <summary>The log as a mirror sees it: verified checkpoint, root recomputed from the entry bundles, each key's entry where it says.</summary>
    public async Task<(Checkpoint Checkpoint, IReadOnlyList<string> Entries)> AuditAsync(params IEnumerable<string> keys)
    {
        LedgerHead head = await LedgerHead.ReadAsync(Log, default);
        if (head.Note is null) return (new Checkpoint(Origin, 0, MerkleTree.EmptyRoot), []);
        await head.VerifyAsync(Signer, Origin, default);

        var entries = new List<ReadOnlyMemory<byte>>();
        for (long bundle = 0; entries.Count < head.Size; bundle++)
        {
            TileId tile = TileId.InTree(TileId.EntriesLevel, bundle, head.Size);
            StoredObject stored = (await Log.GetAsync(tile.Path, default))!;
            entries.AddRange(EntryBundle.Decode(stored.Content, tile.Width));
        }

        Assert.Equal(head.Root, MerkleTree.Root([.. entries.Select(entry => MerkleTree.HashLeaf(entry.Span))]));
        Assert.Equal(head.Root, (await TreeEdge.LoadAsync(head.Size, ReadTileAsync)).Root);
        BlobLedger ledger = Ledger();
        foreach (string key in keys)
        {
            LedgerEntry found = (await ledger.FindAsync(key, default))!;
            Assert.Equal(Entry(key), entries[(int)found.Index].ToArray());
        }

        return (new Checkpoint(Origin, head.Size, head.Root), [.. entries.Select(entry => Encoding.UTF8.GetString(entry.Span))]);
    }

    public async Task AssertConsistentAsync(Checkpoint before, Checkpoint after)
    {
        IReadOnlyList<MerkleHash> proof = await LogProofs.ConsistencyAsync(before.Size, after.Size, ReadTileAsync);
        Assert.True(MerkleTree.VerifyConsistency(before.Size, before.Root, after.Size, after.Root, [.. proof]));
    }

    public static string[] Keys(int from, int count) => [.. Enumerable.Range(from, count).Select(i => "decision:" + i.ToString(CultureInfo.InvariantCulture))];

    private async ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileId tile, CancellationToken cancellationToken) =>
        (await Log.GetAsync(tile.Path, cancellationToken))?.Content;

    private sealed class TestSigner : ISigner
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        private JsonWebKey Public => JsonWebKey.FromECDsa(key, "test");

        public ValueTask<JsonWebKey> CurrentKeyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Public);

        public ValueTask<byte[]> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
            ValueTask.FromResult(key.SignHash(digest.Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

        public ValueTask<JsonWebKeySet> KeysAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new JsonWebKeySet([Public]));
    }
}
