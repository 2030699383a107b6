using Approvals.Durable;

namespace Approvals.Engine.Tests;

public sealed class LocalActivityTests
{
    [Fact]
    public async Task Local_activities_stand_in_the_record_of_the_step_that_calls_them()
    {
        await using TestHost host = Host(_ => Task.FromResult(1));
        await host.StartAsync();
        await host.Client.StartAsync("sum", "a", 3);

        await host.Client.RaiseEventAsync("a", "go", "1", 10);

        Assert.Equal("13", (await host.EndAsync("a")).OutputJson);
        Assert.Equal(2, Records(host).Count); // the start, and the event with all that followed
    }

    [Fact]
    public async Task Local_activity_that_does_not_end_at_once_keeps_nobody_waiting_and_runs_once()
    {
        var gate = new TaskCompletionSource<int>();
        int runs = 0;
        await using TestHost host = Host(_ =>
        {
            runs++;
            return gate.Task;
        });
        await host.StartAsync();
        await host.Client.StartAsync("sum", "a", 1);

        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "go", "1", 10));
        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "go", "2", 20));
        gate.SetResult(5);

        Assert.Equal("15", (await host.EndAsync("a")).OutputJson);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Local_activity_that_fails_is_retried_by_its_policy()
    {
        await using TestHost host = Host(context => context.Attempt < 3 ? throw new TimeoutException() : Task.FromResult(context.Attempt));
        await host.StartAsync();
        await host.Client.StartAsync("sum", "a", 1);
        await host.Client.RaiseEventAsync("a", "go", "1", 10);
        await host.SettleAsync();

        for (int retry = 0; retry < 2; retry++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await host.SettleAsync();
        }

        Assert.Equal("13", (await host.EndAsync("a")).OutputJson);
        Assert.Equal(2, Records(host).SelectMany(record => record.Events).Count(happened => happened is HistoryEvent.AttemptFailed));
    }

    [Fact]
    public async Task Code_that_calls_local_activities_without_end_commits_now_and_then()
    {
        await using TestHost host = Host(_ => Task.FromResult(1));
        await host.StartAsync();
        await host.Client.StartAsync("sum", "a", 500);

        await host.Client.RaiseEventAsync("a", "go", "1", 0);

        Assert.Equal("500", (await host.EndAsync("a")).OutputJson);
        Assert.All(Records(host), record => Assert.InRange(record.Events.Count, 1, 64));
    }

    /// <summary>An orchestration that waits for a number and adds what so many calls of a local activity come to.</summary>
    private static TestHost Host(Func<ActivityContext, Task<int>> one) => new TestHost()
        .WithActivity(ActivityDefinition.Create<int, int>("one", (context, _, _) => one(context), isLocal: true))
        .With<int, int>("sum", async (context, count) =>
        {
            int sum = await context.WaitForEventAsync<int>("go");
            for (int i = 0; i < count; i++) sum += await context.CallActivityAsync<int>("one", i, new RetryPolicy(5, TimeSpan.FromSeconds(1), 1));
            return sum;
        });

    private static List<HistoryRecord> Records(TestHost host) => host.Database.Read(db => InstanceStore.Load(db, "a"))!.Value.Records;
}
