using Approvals.Durable;

namespace Approvals.Engine.Tests;

/// <summary>Every commit of a run crossed with "failed and not stored" and "failed but stored".</summary>
public sealed class CommitFaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_finishes_once_whichever_commit_fails(bool stored)
    {
        int commits = await RunAsync(failAt: int.MaxValue, stored);
        Assert.InRange(commits, 6, 12);
        for (int failAt = 1; failAt <= commits; failAt++)
            await RunAsync(failAt, stored);
    }

    /// <summary>Runs one instance through activities, an event, a timer and a retry; one commit fails. Returns how many there were.</summary>
    private static async Task<int> RunAsync(int failAt, bool stored)
    {
        int commits = 0;
        await using var host = new TestHost()
            .WithActivity<int, int>("act", (_, n) => Task.FromResult(n + 1))
            .WithActivity<int, int>("flaky", (context, n) => context.Attempt == 1 ? throw new TimeoutException() : Task.FromResult(n + 1))
            .WithActivity(ActivityDefinition.Create<int, int>("local", (_, n, _) => Task.FromResult(n + 1), isLocal: true))
            .With<int, string>("all", async (context, n) =>
            {
                n = await context.CallActivityAsync<int>("act", n);
                n = await context.CallActivityAsync<int>("local", n);
                context.SetStatus("voting");
                string vote = await context.WaitForEventAsync<string>("vote");
                n = await context.CallActivityAsync<int>("flaky", n, new RetryPolicy(9, TimeSpan.FromSeconds(1), 1));
                await context.CreateTimerAsync(context.Now.AddSeconds(1));
                return $"{vote}{n} {context.NewGuid()}";
            });
        await host.StartAsync();
        host.Database.Failpoint = point =>
        {
            if (point == CommitPoint.BeforeCommit)
                commits++;
            if (commits == failAt && point == (stored ? CommitPoint.AfterCommit : CommitPoint.BeforeCommit))
                throw new DatabaseException("full", "The test says the disk is full.");
        };

        await RepeatAsync(() => host.Client.StartAsync("all", "a", 1));
        await AdvanceUntilAsync(host, state => state.CustomStatusJson is not null);
        await RepeatAsync(async () => Assert.True(await host.Client.RaiseEventAsync("a", "vote", "v1", "yes") is RaiseResult.Accepted or RaiseResult.Duplicate));
        await AdvanceUntilAsync(host, state => state.HasEnded);

        InstanceState state = (await host.Client.GetAsync("a"))!;
        Assert.Equal(InstanceStatus.Completed, state.Status);
        Assert.StartsWith("\"yes4 ", state.OutputJson, StringComparison.Ordinal);
        await host.CrashAndRestartAsync();
        await host.SettleAsync();
        Assert.Equal(state, await host.Client.GetAsync("a"));
        Assert.Equal(0, host.Database.Read(db => db.QueryInt64("SELECT (SELECT count(*) FROM work) + (SELECT count(*) FROM timer)")));
        return commits;
    }

    private static async Task RepeatAsync(Func<Task> call)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await call();
                return;
            }
            catch (DatabaseException) when (i < 3)
            {
                // Every call is safe to repeat.
            }
        }
    }

    private static async Task AdvanceUntilAsync(TestHost host, Func<InstanceState, bool> reached)
    {
        for (int i = 0; i < 20; i++)
        {
            await host.SettleAsync();
            if (await host.Client.GetAsync("a") is { } state && reached(state))
                return;
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Fail("It does not go on.");
    }
}
