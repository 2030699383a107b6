using Approvals.Cli.Policy;
using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Policy.Simulation;

namespace Approvals.Cli.Tests.Policy;

public sealed class PastLedgerTests : IDisposable
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("approvals-ledger-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ledger_folder_gives_back_the_actions_that_policy_judged()
    {
        var judged = await Record("a-1", new RecordPolicy("sha256:" + new string('0', 64), "old", "review", "Because."));
        var unjudged = await Record("a-2", null);
        foreach (var write in EntryBundle.Append(0, ReadOnlyMemory<byte>.Empty, [judged, unjudged]))
        {
            var path = Path.Combine(_folder, write.Tile.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, write.Bytes.ToArray());
        }

        var action = Assert.Single(PastActions.Read(_folder, DateTimeOffset.MinValue));

        Assert.Equal(("a-1", s_at, PolicyVerdict.Review, "old", false), (action.Id, action.At, action.Verdict, action.Rule, action.IsWhole));
        var policy = PolicySet.Load("""
            version: 1
            rules:
              - id: two
                when: |
                  action.type == "data.export" && action.target.environment == "prod"
                  && findings.filter(f, f.type == "EMAIL").size() == 2 && principal.actor.kind == "service"
                verdict: deny
            """, "p");
        var simulated = Assert.Single(PolicySimulation.Run(policy, [action]).Actions);
        Assert.Equal((true, "two"), (simulated.Changes, simulated.After.Rule));
        Assert.Empty(PastActions.Read(_folder, s_at.AddSeconds(1)));
    }

    private static async Task<ReadOnlyMemory<byte>> Record(string id, RecordPolicy? policy)
    {
        var predicate = new DecisionPredicate
        {
            ActionId = id,
            Actor = new RecordPrincipal("service", "approvals", "ci"),
            Owners = [],
            Action = new RecordAction("sha256:" + new string('a', 64), "data.export", """{"environment":"prod"}""", "sha256:" + new string('b', 64)),
            Findings = [new RecordFinding("EMAIL", 2)],
            Policy = policy,
            Votes = [],
            Decision = new RecordDecision("denied", "policy", null, s_at),
            RequestedAt = s_at,
            ExpiresAt = s_at.AddHours(1),
        };
        // Nothing here verifies signatures: a simulation reads what was said, `ledger verify` says whether it is true.
        var record = await SignedRecord.SignDecisionAsync(predicate, "key", (_, _) => ValueTask.FromResult(Enumerable.Repeat((byte)1, 64).ToArray()));
        return record.Bytes;
    }
}
