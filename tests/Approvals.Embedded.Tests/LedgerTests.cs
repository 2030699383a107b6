using System.Text;
using Approvals.Embedded.Data;
using Approvals.Engine;
using Approvals.Engine.Tests;
using Approvals.Ledger.Log;
using Approvals.Workflow.Ports;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Embedded.Tests;

public sealed class LedgerTests
{
    [Fact]
    public async Task Append_under_a_known_key_returns_what_stands_there()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        LedgerEntry first = await AppendAsync(stores, "k", "first");
        LedgerEntry again = await AppendAsync(stores, "k", "second");
        Assert.Equal((first.Index, "first"), (again.Index, Text(again)));
        Assert.Equal(1, await SizeAsync(stores));
    }

    [Fact]
    public async Task Ledger_is_fit_for_use_at_the_moment_when_an_append_is_durable_and_nobody_knows()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await AppendAsync(stores, "first", "first");
        var found = new List<string?>();
        stores.Database.Failpoint = point =>
        {
            if (point == CommitPoint.AfterCommit) found.Add(Task.Run(() => stores.Ledger.CheckAsync(CancellationToken.None)).GetAwaiter().GetResult());
        };
        await AppendAsync(stores, "second", "second");
        Assert.Equal([null], found);
    }

    [Fact]
    public async Task Appends_at_once_under_one_key_are_one_entry()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        LedgerEntry[] all = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AppendAsync(stores, "k", $"try {i}")));
        Assert.Single(all.Select(Text).Distinct());
        Assert.Equal(1, await SizeAsync(stores));
    }

    [Fact]
    public async Task Appends_at_once_share_checkpoints_and_each_can_be_proven()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        LedgerEntry[] all = await Task.WhenAll(Enumerable.Range(0, 600).Select(i => AppendAsync(stores, $"k{i}", $"entry {i}")));
        Assert.Equal(Enumerable.Range(0, 600).Select(i => (long)i), all.Select(entry => entry.Index).Order());
        foreach (LedgerEntry entry in all) await ProveAsync(stores, entry);
        await VerifyTilesAsync(stores);
    }

    [Fact]
    public async Task Ledger_opened_again_goes_on_and_keeps_its_checkpoint()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        for (int i = 0; i < 5; i++) await AppendAsync(stores, $"k{i}", $"entry {i}");
        string before = await stores.Ledger.ReadCheckpointAsync(CancellationToken.None);
        await stores.RestartAsync();
        Assert.Equal(before, await stores.Ledger.ReadCheckpointAsync(CancellationToken.None));
        Assert.Equal(5, (await AppendAsync(stores, "k5", "entry 5")).Index);
        await VerifyTilesAsync(stores);
    }

    [Fact]
    public void Ledger_stays_consistent_whatever_commit_fails() => Prop.ForAll(
        Gen.Choose(0, 2).ListOf(12).ToArbitrary(),
        faults => RunWithFaultsAsync([.. faults]).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(8));

    [Fact]
    public async Task Entry_changed_in_the_database_is_found_at_the_next_start()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await AppendAsync(stores, "k", "honest");
        await stores.Database.WriteAsync(writer => { writer.Execute("UPDATE ledger_entry SET entry = ?1", Encoding.UTF8.GetBytes("forged")); });
        await stores.StopAsync();
        SetupException found = await Assert.ThrowsAsync<SetupException>(() => stores.StartAsync());
        Assert.Equal("ledger_inconsistent", found.Code);
    }

    /// <summary>A large database is not checked before it is used; what a crash may have cut off is.</summary>
    [Theory]
    [InlineData("hidden")]
    [InlineData("misled")]
    public async Task Key_that_does_not_lead_to_its_new_entry_is_found_at_the_next_start(string how)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        for (int i = 0; i < 20; i++) await AppendAsync(stores, $"key-{i:0000}", $"entry {i}");
        await stores.StopAsync();
        if (how == "hidden") IndexPage.Hide(stores.Database.Path, "key-0013");
        else IndexPage.Mislead(stores.Database.Path, "key-0013");
        stores.CheckedBeforeUse = 0;
        SetupException found = await Assert.ThrowsAsync<SetupException>(() => stores.StartAsync());
        Assert.Equal("ledger_inconsistent", found.Code);
    }

    [Fact]
    public async Task Key_that_leads_to_the_entry_of_another_is_damage_and_no_answer()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 1100).Select(i => AppendAsync(stores, $"key-{i:0000}", $"entry {i}")));
        string[] keys = stores.Database.Read(db =>
        {
            using SqliteRows rows = db.Query("SELECT key FROM ledger_entry WHERE position IN (4, 5) ORDER BY position");
            return new[] { rows.Read() ? rows.GetText(0) : "", rows.Read() ? rows.GetText(0) : "" };
        });
        await stores.StopAsync();
        IndexPage.Mislead(stores.Database.Path, keys[0]);
        stores.CheckedBeforeUse = 0;
        await stores.StartAsync();
        Assert.Equal(5, (await stores.Ledger.FindAsync(keys[1], CancellationToken.None))!.Index);
        Assert.Equal("corrupt", (await Assert.ThrowsAsync<DatabaseException>(() => stores.Ledger.FindAsync(keys[0], CancellationToken.None))).Code);
        Assert.Equal("corrupt", (await Assert.ThrowsAsync<DatabaseException>(() => AppendAsync(stores, keys[0], "again"))).Code);
    }

    [Fact]
    public async Task Ledger_under_another_name_is_refused()
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await stores.StopAsync();
        SetupException found = await Assert.ThrowsAsync<SetupException>(() => stores.StartAsync("other.local/ledger"));
        Assert.Equal("ledger_renamed", found.Code);
    }

    [Theory]
    [InlineData("tile/0/000")]
    [InlineData("tile/0/000.p/3")]
    [InlineData("tile/entries/001")]
    [InlineData("tile/9/000")]
    [InlineData("../keys/signing.pem")]
    public async Task Tile_that_no_checkpoint_covers_is_not_there(string path)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        await AppendAsync(stores, "a", "one");
        await AppendAsync(stores, "b", "two");
        Assert.Null(await stores.Ledger.ReadTileAsync(path, CancellationToken.None));
        Assert.Equal(64, (await stores.Ledger.ReadTileAsync("tile/0/000.p/2", CancellationToken.None))!.Length);
    }

    /// <summary>0: works; 1: failed and not stored; 2: failed but stored. Every append is repeated until it is answered.</summary>
    private static async Task RunWithFaultsAsync(int[] faults)
    {
        await using StoreFolder stores = await StoreFolder.OpenAsync();
        var seen = new List<Checkpoint> { Parse(await stores.Ledger.ReadCheckpointAsync(CancellationToken.None)) };
        for (int i = 0; i < faults.Length; i++)
        {
            if (faults[i] > 0)
            {
                VaultTests.FailNextCommit(stores, stored: faults[i] == 2);
                await Assert.ThrowsAnyAsync<Exception>(() => AppendAsync(stores, $"k{i}", $"entry {i}"));
            }

            Assert.Equal(i, (await AppendAsync(stores, $"k{i}", $"entry {i}")).Index);
            seen.Add(Parse(await stores.Ledger.ReadCheckpointAsync(CancellationToken.None)));
            if (i % 4 == 3) await stores.RestartAsync();
        }

        await VerifyTilesAsync(stores);
        await VerifyConsistentAsync(stores, seen);
    }

    private static async Task VerifyConsistentAsync(StoreFolder stores, List<Checkpoint> seen)
    {
        Checkpoint last = seen[^1];
        foreach (Checkpoint earlier in seen)
        {
            IReadOnlyList<MerkleHash> proof = await LogProofs.ConsistencyAsync(earlier.Size, last.Size, Tiles(stores));
            Assert.True(MerkleTree.VerifyConsistency(earlier.Size, earlier.Root, last.Size, last.Root, [.. proof]));
        }
    }

    /// <summary>Computes the tree anew from the entries that are served.</summary>
    private static async Task VerifyTilesAsync(StoreFolder stores)
    {
        Checkpoint head = Parse(await stores.Ledger.ReadCheckpointAsync(CancellationToken.None));
        var leaves = new List<MerkleHash>();
        for (long bundle = 0; TileId.InTree(TileId.EntriesLevel, bundle, head.Size) is { Width: > 0 } tile; bundle++)
        {
            byte[] bytes = (await stores.Ledger.ReadTileAsync(tile.Path, CancellationToken.None))!;
            leaves.AddRange(EntryBundle.Decode(bytes, tile.Width).Select(entry => MerkleTree.HashLeaf(entry.Span)));
        }

        Assert.Equal(head.Root, MerkleTree.Root(leaves.ToArray()));
        Assert.Equal(head.Root, (await TreeEdge.LoadAsync(head.Size, Tiles(stores))).Root);
    }

    private static async Task ProveAsync(StoreFolder stores, LedgerEntry entry)
    {
        LedgerProof proof = await stores.Ledger.ProveAsync(entry.Index, CancellationToken.None);
        SignedNote note = SignedNote.Parse(proof.Checkpoint);
        Checkpoint head = Checkpoint.Parse(note);
        Assert.Null(note.Verify([new NoteKey(StoreFolder.Origin, await stores.Signer.CurrentKeyAsync(CancellationToken.None))]));
        MerkleHash[] path = [.. proof.InclusionProof.Select(hash => new MerkleHash(hash))];
        Assert.True(MerkleTree.VerifyInclusion(MerkleTree.HashLeaf(entry.Entry.Span), entry.Index, head.Size, head.Root, path));
    }

    private static ReadTile Tiles(StoreFolder stores) => async (tile, cancellationToken) =>
        await stores.Ledger.ReadTileAsync(tile.Path, cancellationToken) is { } bytes ? bytes.AsMemory() : (ReadOnlyMemory<byte>?)null;

    private static Checkpoint Parse(string note) => Checkpoint.Parse(SignedNote.Parse(note));

    private static async Task<long> SizeAsync(StoreFolder stores) => Parse(await stores.Ledger.ReadCheckpointAsync(CancellationToken.None)).Size;

    private static Task<LedgerEntry> AppendAsync(StoreFolder stores, string key, string text) =>
        stores.Ledger.AppendAsync(key, Encoding.UTF8.GetBytes(text), CancellationToken.None);

    private static string Text(LedgerEntry entry) => Encoding.UTF8.GetString(entry.Entry.Span);
}
