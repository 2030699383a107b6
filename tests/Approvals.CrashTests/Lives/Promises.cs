using System.Net;
using Approvals.CrashTests.Gates;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.CrashTests.Lives;

/// <summary>Asks a gate whether it kept the promises of ARCHITECTURE.md towards all that it was told and all that it acknowledged.</summary>
internal static class Promises
{
    /// <summary>From outside, over HTTP, with public keys only.</summary>
    /// <param name="checkpoints">Every checkpoint that anybody saw.</param>
    public static async Task AssertKeptAsync(GateClient gate, IReadOnlyCollection<Life> lives, IReadOnlyCollection<string> checkpoints)
    {
        LedgerVerifier verifier = await VerifierAsync(gate);
        foreach (Life life in lives) await AssertKeptAsync(gate, verifier, life);
        await Deputy.AssertKeptAsync(gate, lives.Select(life => life.Deputy).OfType<Deputy>());
        LogVerification log = await AssertLedgerAsync(gate, lives.Count, lives.Count(life => life.Status == "approved"), checkpoints);
        int broken = lives.Count(life => life.Kind == LifeKind.BrokenGlass);
        Assert.Equal((broken, broken), (log.Records.GetValueOrDefault(PredicateTypes.BreakGlass), log.Records.GetValueOrDefault(PredicateTypes.FollowUp)));
    }

    /// <summary>The ledger verifies whole; with one record for each action, one redemption and two receipts for each release, and nothing that nobody asked for.</summary>
    public static async Task<LogVerification> AssertLedgerAsync(GateClient gate, long? decisions, long? redemptions, IReadOnlyCollection<string> checkpoints)
    {
        LogVerification log = await LogVerifier.VerifyAsync(
            await VerifierAsync(gate), (await gate.GetAsync(Callers.Auditor, "ledger/checkpoint")).Text, ReadTile(gate), [.. checkpoints]);
        Assert.True(log.IsVerified, string.Join('\n', log.Failures));
        if (decisions is { } decided)
            Assert.Equal(decided, log.Records.GetValueOrDefault(PredicateTypes.Decision) + log.Records.GetValueOrDefault(PredicateTypes.BreakGlass));
        if (redemptions is not { } redeemed) return log;
        Assert.Equal(redeemed, log.Records.GetValueOrDefault(PredicateTypes.Redemption));
        Assert.Equal(2 * redeemed, log.Records.GetValueOrDefault(PredicateTypes.Receipt));
        return log;
    }

    /// <summary>From inside, once no gate runs: nothing is left to do, no payload is left sealed, and none was ever written open.</summary>
    public static async Task AssertAtRestAsync(GateFolder folder, IReadOnlyCollection<Life> lives)
    {
        // A status is shown a step before its orchestration ends: a last gate lets that happen. For it a step that failed a moment ago is due again.
        var later = new ShiftedTime(TimeSpan.FromMinutes(5));
        await using (EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path) with { Time = later })) await host.Engine.IdleAsync();

        using (var database = new Database(folder.Data, NullLogger<Database>.Instance))
        {
            database.Open();
            Assert.Equal(0, Count(database, "payload WHERE sealed IS NOT NULL OR wrapped_key IS NOT NULL"));
            Assert.Empty(Unfinished(database));
            Assert.Equal(lives.Count, Count(database, "instance WHERE orchestration = 'approval'"));
            Assert.Equal(lives.Count, Count(database, "action"));
            Assert.Equal(0, Count(database, "action_debt"));
            Assert.Equal(0, Count(database, "work JOIN instance ON key = instance WHERE orchestration = 'approval'"));
            Assert.Equal(0, Count(database, "timer JOIN instance ON key = instance WHERE orchestration = 'approval'"));
            Assert.Equal("ok", database.Read(db => db.QueryText("PRAGMA integrity_check")));
        }

        foreach (string file in Directory.EnumerateFiles(folder.Data, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.True(bytes.AsSpan().IndexOf("canary-"u8) < 0, $"A payload was written to {Path.GetFileName(file)}.");
        }
    }

    private static async Task AssertKeptAsync(GateClient gate, LedgerVerifier verifier, Life life)
    {
        Answer document = await gate.GetAsync(Callers.Auditor, $"api/actions/{life.Id}");
        Assert.Equal(HttpStatusCode.OK, document.Status);
        Assert.Equal(life.Digest, document.Json.GetProperty("actionDigest").GetString());
        life.See(document.Json);

        RecordEvidence evidence = RecordEvidence.Parse((await gate.GetAsync(Callers.Auditor, $"api/records/{life.Id}")).Bytes);
        RecordVerification record = verifier.VerifyRecord(evidence);
        Assert.True(record.IsVerified, string.Join('\n', record.Failures));
        Assert.Equal(life.LedgerIndex, evidence.Index);
        Assert.Equal(life.Status, record.Decision!.Decision.Outcome);
        Assert.Equal(life.Digest, record.Record!.Statement.ActionDigest);
        string[] voters = [.. record.Decision.Votes.Select(vote => vote.Voter.Subject)];
        Assert.Empty(life.Voters.Except(voters));
        Assert.DoesNotContain(Callers.Owner, voters);
        if (life.Kind == LifeKind.BrokenGlass) Assert.Equal(BrokenGlass.People, record.Decision.BreakGlass!.Consents.Select(consent => consent.Voter.Subject).Order());
        if (life.Kind == LifeKind.ApprovedByDeputy) Assert.Equal(Callers.Ada, Assert.Single(record.Decision.Votes).For!.Subject);

        if (life.Status != "approved") return;
        Answer again = await life.RedeemAsync(life.RedeemedUnder!);
        Assert.True(again.IsSuccess, "Whoever redeemed is told so again: " + again.Text);
        Assert.Equal("already_redeemed", (await life.RedeemAsync("of-somebody-else")).Code);
    }

    private static async Task<LedgerVerifier> VerifierAsync(GateClient gate) =>
        new(JsonWebKeySet.Parse((await gate.GetAsync(Callers.Auditor, ".well-known/jwks.json")).Bytes), GateFolder.Name + "/ledger");

    private static ReadTile ReadTile(GateClient gate) => async (tile, _) =>
    {
        Answer answer = await gate.GetAsync(Callers.Auditor, $"ledger/{tile.Path}");
        if (answer.Status == HttpStatusCode.NotFound && tile.Width < TileId.FullWidth)
            answer = await gate.GetAsync(Callers.Auditor, $"ledger/{(tile with { Width = TileId.FullWidth }).Path}");
        return answer.IsSuccess ? answer.Bytes.AsMemory() : (ReadOnlyMemory<byte>?)null;
    };

    /// <summary>The histories of instances that have not completed: made-up data, fit to be shown.</summary>
    private static List<string> Unfinished(Database database)
    {
        var ids = new List<string>();
        database.Read(db =>
        {
            using SqliteRows rows = db.Query("SELECT id FROM instance WHERE status <> 2 AND orchestration = 'approval'");
            while (rows.Read()) ids.Add(rows.GetText(0));
            return true;
        });
        return [.. ids.Select(id => HistoryReplay.Export(database, id)!)];
    }

    private static long Count(Database database, string from) => database.Read(db => db.QueryInt64("SELECT count(*) FROM " + from)) ?? 0;
}
