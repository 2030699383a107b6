using System.Text;
using ApprovalFunctions.Ledger;
using Approvals.Ledger;
using Approvals.Ledger.Log;

namespace ApprovalFunctions.Tests.Ledger;

public sealed class LedgerSequencerTests
{
    private readonly LedgerFixture fixture = new();

    [Fact]
    public async Task Run_entries_waiting_covers_them_all_with_one_checkpoint()
    {
        string[] keys = LedgerFixture.Keys(0, 40);
        await fixture.EnqueueAsync(keys);

        Assert.Equal(40, await fixture.Sequencer().RunAsync(default));

        (Checkpoint checkpoint, IReadOnlyList<string> entries) = await fixture.AuditAsync(keys);
        Assert.Equal(40, checkpoint.Size);
        Assert.Equal(40, entries.Distinct().Count());
        Assert.Empty(fixture.Waiting.Names);
        Assert.Single(fixture.Log.Names, name => name.StartsWith("batch/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_more_than_a_batch_appends_all_across_full_tiles()
    {
        string[] keys = LedgerFixture.Keys(0, 600);
        await fixture.EnqueueAsync(keys);

        Assert.Equal(600, await fixture.Sequencer().RunAsync(default));

        (Checkpoint checkpoint, _) = await fixture.AuditAsync(keys);
        Assert.Equal(600, checkpoint.Size);
    }

    [Fact]
    public async Task Run_nothing_waiting_writes_nothing()
    {
        Assert.Equal(0, await fixture.Sequencer().RunAsync(default));

        Assert.Empty(fixture.Log.Names);
    }

    [Fact]
    public async Task Run_entry_of_a_sequenced_key_is_dropped()
    {
        await fixture.EnqueueAsync("decision:1");
        await fixture.Sequencer().RunAsync(default);
        await fixture.EnqueueAsync("decision:1");

        Assert.Equal(0, await fixture.Sequencer().RunAsync(default));

        (Checkpoint checkpoint, _) = await fixture.AuditAsync("decision:1");
        Assert.Equal(1, checkpoint.Size);
        Assert.Empty(fixture.Waiting.Names);
    }

    /// <summary>Every write of a run, failing unstored and failing although stored: the next host goes on and nothing is lost, doubled or forked.</summary>
    [Theory]
    [InlineData(0, 3)]
    [InlineData(5, 4)]
    [InlineData(250, 12)]
    [InlineData(256, 2)]
    public async Task Run_host_dies_around_any_write_next_host_completes_the_same_log(int before, int count)
    {
        string[] all = LedgerFixture.Keys(0, before + count);
        int failing = 1;
        for (bool died = true; died; failing++)
        {
            foreach (WriteFailure failure in Enum.GetValues<WriteFailure>())
            {
                var log = new LedgerFixture();
                await log.EnqueueAsync(all[..before]);
                await log.Sequencer().RunAsync(default);
                (Checkpoint first, _) = await log.AuditAsync(all[..before]);

                await log.EnqueueAsync(all[before..]);
                died = await DiesAsync(log.Sequencer(new FailPlan(failing, failure)));
                (Checkpoint between, _) = await log.AuditAsync(all[..before]);
                await log.AssertConsistentAsync(first, between);

                // What comes in the meantime must not change what the dead host had begun.
                await log.EnqueueAsync("decision:late");
                await log.Sequencer().RunAsync(default);
                (Checkpoint last, IReadOnlyList<string> entries) = await log.AuditAsync([.. all, "decision:late"]);
                Assert.Equal(before + count + 1, last.Size);
                Assert.Equal(entries.Count, entries.Distinct().Count());
                Assert.Empty(log.Waiting.Names);
                await log.AssertConsistentAsync(between, last);
            }
        }

        Assert.True(failing > (2 * count) + 2, $"only {failing} writes were tried");
    }

    /// <summary>Two sequencers at once, where a Durable Entity should have kept them apart: one log comes out.</summary>
    [Fact]
    public async Task Run_two_at_once_append_each_entry_once()
    {
        string[] keys = LedgerFixture.Keys(0, 300);
        await fixture.EnqueueAsync(keys);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => fixture.Sequencer().RunAsync(default))));

        (Checkpoint checkpoint, IReadOnlyList<string> entries) = await fixture.AuditAsync(keys);
        Assert.Equal(300, checkpoint.Size);
        Assert.Equal(300, entries.Distinct().Count());
    }

    [Fact]
    public async Task Run_tile_was_changed_refuses_to_go_on()
    {
        await fixture.EnqueueAsync("decision:1");
        await fixture.Sequencer().RunAsync(default);
        await fixture.Log.PutAsync(new TileId(0, 0, 1).Path, new byte[32], default);
        await fixture.EnqueueAsync("decision:2");

        LedgerFormatException refused = await Assert.ThrowsAsync<LedgerFormatException>(() => fixture.Sequencer().RunAsync(default));

        Assert.Equal("ledger_inconsistent", refused.Code);
    }

    [Fact]
    public async Task Run_checkpoint_of_somebody_else_refuses_to_go_on()
    {
        var other = new LedgerFixture();
        await other.EnqueueAsync("decision:1");
        await other.Sequencer().RunAsync(default);
        await fixture.Log.PutAsync(LedgerNames.Checkpoint, (await other.Log.GetAsync(LedgerNames.Checkpoint, default))!.Content, default);

        LedgerFormatException refused = await Assert.ThrowsAsync<LedgerFormatException>(() => fixture.Sequencer().RunAsync(default));

        Assert.Equal("checkpoint_unverifiable", refused.Code);
    }

    [Fact]
    public async Task Begin_no_checkpoint_signs_that_of_the_empty_log_once()
    {
        await fixture.Sequencer().BeginAsync(default);
        ReadOnlyMemory<byte> first = (await fixture.Log.GetAsync(LedgerNames.Checkpoint, default))!.Content;
        await fixture.Sequencer().BeginAsync(default);

        Assert.StartsWith($"{LedgerFixture.Origin}\n0\n", Encoding.UTF8.GetString(first.Span), StringComparison.Ordinal);
        Assert.Equal(first.ToArray(), (await fixture.Log.GetAsync(LedgerNames.Checkpoint, default))!.Content.ToArray());
        await fixture.EnqueueAsync("decision:1");
        Assert.Equal(1, await fixture.Sequencer().RunAsync(default));
    }

    private static async Task<bool> DiesAsync(LedgerSequencer sequencer)
    {
        try
        {
            await sequencer.RunAsync(default);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
