using System.Text;
using ApprovalFunctions.Ledger;
using Approvals.Ledger;
using Approvals.Ledger.Log;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Tests.Ledger;

public sealed class BlobLedgerTests
{
    private readonly LedgerFixture fixture = new();

    [Fact]
    public async Task Append_same_key_again_returns_what_stands_there()
    {
        BlobLedger ledger = fixture.Ledger();

        LedgerEntry first = await ledger.AppendAsync("decision:1", "one"u8.ToArray(), default);
        LedgerEntry second = await ledger.AppendAsync("decision:1", "another"u8.ToArray(), default);

        Assert.Equal(first.Index, second.Index);
        Assert.Equal("one", Encoding.UTF8.GetString(second.Entry.Span));
    }

    [Fact]
    public async Task Append_many_at_once_with_few_keys_takes_each_key_once()
    {
        BlobLedger ledger = fixture.Ledger();

        LedgerEntry[] appended = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() =>
            ledger.AppendAsync($"decision:{i % 12}", Encoding.UTF8.GetBytes($"{i % 12} by {i}"), default))));

        Assert.Equal(12, appended.Select(entry => entry.Index).Distinct().Count());
        Assert.All(appended.GroupBy(entry => entry.Index), same => Assert.Single(same.Select(entry => Encoding.UTF8.GetString(entry.Entry.Span)).Distinct()));
    }

    [Fact]
    public async Task Find_key_beyond_the_checkpoint_is_not_there_yet()
    {
        // The host died between the key objects and the checkpoint.
        await fixture.Log.CreateAsync(LedgerNames.Key("decision:1"), new KeyedEntry("decision:1", 0, LedgerFixture.Entry("decision:1")).ToBytes(), default);

        Assert.Null(await fixture.Ledger().FindAsync("decision:1", default));
    }

    [Fact]
    public async Task Prove_any_entry_verifies_against_the_checkpoint()
    {
        string[] keys = LedgerFixture.Keys(0, 300);
        await fixture.EnqueueAsync(keys);
        await fixture.Sequencer().RunAsync(default);
        (Checkpoint checkpoint, IReadOnlyList<string> entries) = await fixture.AuditAsync(keys);

        for (int index = 0; index < entries.Count; index += 37)
        {
            LedgerProof proof = await fixture.Ledger().ProveAsync(index, default);
            Assert.True(MerkleTree.VerifyInclusion(
                MerkleTree.HashLeaf(Encoding.UTF8.GetBytes(entries[index])), index, checkpoint.Size, checkpoint.Root,
                [.. proof.InclusionProof.Select(hash => new MerkleHash(hash))]));
        }
    }

    [Fact]
    public async Task ReadCheckpoint_empty_log_is_a_signed_checkpoint_of_size_0()
    {
        string note = await fixture.Ledger().ReadCheckpointAsync(default);

        Assert.Equal(0, Checkpoint.Parse(SignedNote.Parse(note)).Size);
    }

    [Theory]
    [InlineData("key/00")]
    [InlineData("batch/0000000000000000000")]
    [InlineData("checkpoint")]
    [InlineData("tile/../checkpoint")]
    [InlineData("tile/0/00")]
    public async Task ReadTile_path_of_no_tile_finds_nothing(string path)
    {
        await fixture.Ledger().AppendAsync("decision:1", "one"u8.ToArray(), default);

        Assert.Null(await fixture.Ledger().ReadTileAsync(path, default));
    }

    [Fact]
    public async Task Append_entry_too_large_is_refused_before_anything_is_written()
    {
        LedgerFormatException refused = await Assert.ThrowsAsync<LedgerFormatException>(() => fixture.Ledger().AppendAsync("k", new byte[65_536], default));

        Assert.Equal("entry_too_large", refused.Code);
        Assert.Empty(fixture.Waiting.Names);
    }
}
