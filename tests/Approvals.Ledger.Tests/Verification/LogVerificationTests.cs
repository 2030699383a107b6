using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tests.Log;
using Approvals.Ledger.Verification;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Verification;

public class LogVerificationTests
{
    private static async Task<string[]> CodesAsync(SignedLog log, IReadOnlyList<string>? earlier = null) =>
        [.. (await LogVerifier.VerifyAsync(log.Verifier, await log.CheckpointAsync(), log.Log.ReadAsync, earlier)).Failures.Select(f => f.Code).Distinct()];

    private static async Task<SignedLog> LifeOfAsync(string actionId)
    {
        var log = new SignedLog();
        await log.AddAsync(SignedLog.Approval(actionId));
        await log.AddAsync(SignedLog.Redemption(actionId, 0));
        await log.AddAsync(SignedLog.Receipt(actionId, "started"));
        await log.AddAsync(SignedLog.Receipt(actionId, "succeeded"));
        return log;
    }

    [Fact]
    public async Task Empty_log_verifies() => Assert.Empty(await CodesAsync(new SignedLog()));

    [Fact]
    public async Task Whole_life_of_an_action_verifies_and_is_counted()
    {
        SignedLog log = await LifeOfAsync("a");
        LogVerification verification = await LogVerifier.VerifyAsync(log.Verifier, await log.CheckpointAsync(), log.Log.ReadAsync);
        Assert.Empty(verification.Failures);
        Assert.Equal((1, 1, 2), (verification.Records[PredicateTypes.Decision], verification.Records[PredicateTypes.Redemption], verification.Records[PredicateTypes.Receipt]));
    }

    [Fact]
    public async Task Log_of_several_tiles_verifies_with_every_checkpoint_ever_signed()
    {
        var log = new SignedLog();
        var earlier = new List<string> { await log.CheckpointAsync() };
        for (int i = 0; i < 600; i++)
        {
            await log.AddAsync(SignedLog.Approval($"action {i}"));
            if (i % 50 == 3) earlier.Add(await log.CheckpointAsync());
        }
        Assert.Empty(await CodesAsync(log, earlier));
    }

    [Fact]
    public async Task Checkpoint_of_another_history_is_seen()
    {
        SignedLog log = await LifeOfAsync("a");
        string fork = await new Checkpoint(SignedLog.Origin, 2, MerkleTree.HashLeaf("fork"u8)).SignAsync(new NoteKey(SignedLog.Origin, log.Key.Public), log.Key.Sign);
        string future = await new Checkpoint(SignedLog.Origin, 5, MerkleTree.HashLeaf("future"u8)).SignAsync(new NoteKey(SignedLog.Origin, log.Key.Public), log.Key.Sign);
        string empty = await new Checkpoint(SignedLog.Origin, 0, MerkleTree.HashLeaf("empty"u8)).SignAsync(new NoteKey(SignedLog.Origin, log.Key.Public), log.Key.Sign);
        foreach (string kept in (string[])[fork, future, empty]) Assert.Equal(["checkpoint_inconsistent"], await CodesAsync(log, [kept]));
    }

    [Fact]
    public async Task Any_byte_changed_in_any_file_is_seen()
    {
        SignedLog log = await LifeOfAsync("a");
        for (int i = 0; i < 256; i++) await log.AddAsync(SignedLog.Approval($"action {i}"));
        string checkpoint = await log.CheckpointAsync();
        TileId[] live = [.. log.Log.Tiles.Keys.Where(t => TileId.InTree(t.Level, t.Index, log.Log.Edge.Size) == t)];
        LedgerVerifier verifier = log.Verifier;
        Prop.ForAll(Arb.From(Gen.Elements(live).Zip(Gen.Choose(0, 1_000_000))), x =>
        {
            byte[] bytes = log.Log.Tiles[x.Item1];
            int position = x.Item2 % bytes.Length;
            bytes[position] ^= 1;
            bool seen = !LogVerifier.VerifyAsync(verifier, checkpoint, log.Log.ReadAsync).AsTask().Result.IsVerified;
            bytes[position] ^= 1;
            return seen;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Fact]
    public async Task Missing_files_are_named()
    {
        SignedLog log = await LifeOfAsync("a");
        log.Log.Tiles.Remove(new TileId(0, 0, 4));
        Assert.Equal(["tile_missing"], await CodesAsync(log));
        log.Log.Tiles.Remove(new TileId(TileId.EntriesLevel, 0, 4));
        Assert.Equal(["bundle_missing"], await CodesAsync(log));
    }

    [Fact]
    public async Task Second_decision_about_an_action_is_seen()
    {
        var log = new SignedLog();
        await log.AddAsync(SignedLog.Approval("a") with { Decision = new RecordDecision("denied", "people", null, SignedLog.At) });
        await log.AddAsync(SignedLog.Approval("a"));
        Assert.Equal(["decision_duplicate"], await CodesAsync(log));
    }

    [Fact]
    public async Task Redemption_needs_an_earlier_approval_and_happens_once()
    {
        var log = new SignedLog();
        await log.AddAsync(SignedLog.Redemption("a", 1));
        await log.AddAsync(SignedLog.Approval("a"));
        Assert.Equal(["redemption_without_approval"], await CodesAsync(log));

        log = await LifeOfAsync("a");
        await log.AddAsync(SignedLog.Redemption("a", 0));
        Assert.Equal(["redemption_duplicate"], await CodesAsync(log));

        log = new SignedLog();
        await log.AddAsync(SignedLog.Approval("a") with { Decision = new RecordDecision("denied", "people", null, SignedLog.At) });
        await log.AddAsync(SignedLog.Redemption("a", 0));
        Assert.Equal(["redemption_without_approval"], await CodesAsync(log));
    }

    [Fact]
    public async Task Receipt_needs_an_earlier_redemption_and_each_kind_happens_once()
    {
        var log = new SignedLog();
        await log.AddAsync(SignedLog.Approval("a"));
        await log.AddAsync(SignedLog.Receipt("a", "succeeded"));
        Assert.Equal(["receipt_without_redemption"], await CodesAsync(log));

        log = await LifeOfAsync("a");
        await log.AddAsync(SignedLog.Receipt("a", "failed"));
        Assert.Equal(["receipt_duplicate"], await CodesAsync(log));
    }

    [Fact]
    public async Task Entry_that_is_no_record_is_seen()
    {
        SignedLog log = await LifeOfAsync("a");
        log.Log.Append([System.Text.Encoding.UTF8.GetBytes("not a record")]);
        Assert.Equal(["envelope_malformed"], await CodesAsync(log));
    }

    [Fact]
    public async Task Record_by_another_key_is_seen()
    {
        SignedLog log = await LifeOfAsync("a"), other = await LifeOfAsync("b");
        log.Log.Append([other.Log.Entries[0]]);
        Assert.Equal(["signature_key_unknown"], await CodesAsync(log));
    }

    [Fact]
    public async Task Consistency_of_two_checkpoints_needs_the_right_proof()
    {
        var log = new SignedLog();
        await log.AddAsync(SignedLog.Approval("a"));
        await log.AddAsync(SignedLog.Approval("b"));
        string earlier = await log.CheckpointAsync();
        await log.AddAsync(SignedLog.Approval("c"));
        string later = await log.CheckpointAsync();
        IReadOnlyList<MerkleHash> proof = await LogProofs.ConsistencyAsync(2, 3, log.Log.ReadAsync);
        Assert.Empty(log.Verifier.VerifyConsistency(earlier, later, proof));
        Assert.Equal("consistency_proof_invalid", Assert.Single(log.Verifier.VerifyConsistency(earlier, later, [])).Code);
        Assert.Equal("checkpoint_older", Assert.Single(log.Verifier.VerifyConsistency(later, earlier, proof)).Code);
    }
}
