using Approvals.CrashTests.Child;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Hosting;
using Approvals.Engine;

namespace Approvals.CrashTests;

/// <summary>
/// Every commit of a few actions' lives (engine, vault, ledger and index share them) crossed with "failed and not stored" and "failed but stored"; then the
/// gate is started again and the promises are checked.
/// </summary>
public sealed class CommitFaultTests
{
    private const int AtOnce = 8;

    [Theory]
    [InlineData("BeforeCommit", "ApprovedByOne Canceled Expired")]
    [InlineData("AfterCommit", "ApprovedByOne Canceled Expired")]
    [InlineData("BeforeCommit", "BrokenGlass ApprovedByDeputy")]
    [InlineData("AfterCommit", "BrokenGlass ApprovedByDeputy")]
    public async Task Promises_hold_whichever_commit_fails(string point, string lives)
    {
        LifeKind[] kinds = [.. lives.Split(' ').Select(Enum.Parse<LifeKind>)];
        int commits = await RunAsync(kinds, new CommitAt(CommitAt.AnyOperation, int.MaxValue, CommitPoint.BeforeCommit));
        Assert.InRange(commits, 30, 120);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, commits),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (commit, _) =>
            {
                var fault = new CommitAt(CommitAt.AnyOperation, commit, Enum.Parse<CommitPoint>(point));
                try
                {
                    await RunAsync(kinds, fault);
                }
                catch (Exception broken)
                {
                    throw new InvalidOperationException($"With a failure at {fault}: {broken.Message}", broken);
                }
            });
    }

    /// <summary>Returns how many commits there were.</summary>
    private static async Task<int> RunAsync(LifeKind[] kinds, CommitAt fault)
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        Life[] lives = [.. kinds.Select(kind => new Life(client, kind, kind.ToString()))];
        var trap = new Trap(fault, () => throw new DatabaseException("full", "The test says that the disk is full."));
        await using (EmbeddedHost host = await StartAsync(folder, link, trap))
        {
            foreach (Life life in lives) await life.RunAsync();
            link.Close();
        }

        await using (await StartAsync(folder, link, null)) await Promises.AssertKeptAsync(client, lives, []);
        await Promises.AssertAtRestAsync(folder, lives);
        return trap.Commits;
    }

    private static async Task<EmbeddedHost> StartAsync(GateFolder folder, GateLink link, Trap? trap)
    {
        EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path) with
        {
            Compose = (services, database) =>
            {
                trap?.Install(services, database);
                Surroundings.Install(services, link.AnnounceReview);
            },
        });
        link.Open(host.Url);
        return host;
    }
}
