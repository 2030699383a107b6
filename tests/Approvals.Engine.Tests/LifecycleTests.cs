using Approvals.Durable;

namespace Approvals.Engine.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public async Task Instance_keeps_its_version_while_new_ones_begin_with_the_highest()
    {
        await using var host = new TestHost().With<int, string>("flow", (context, _) => WaitAndSayAsync(context, "one"));
        await host.StartAsync();
        await host.Client.StartAsync("flow", "old", 0);
        host.With<int, string>("flow", (context, _) => WaitAndSayAsync(context, "two"), version: 2);
        await host.CrashAndRestartAsync();
        await host.Client.StartAsync("flow", "new", 0);
        await host.Client.RaiseEventAsync("old", "go", "1", 0);
        await host.Client.RaiseEventAsync("new", "go", "1", 0);

        Assert.Equal((1, "\"one1\""), ((await host.EndAsync("old")).Version, (await host.EndAsync("old")).OutputJson));
        Assert.Equal((2, "\"two2\""), ((await host.EndAsync("new")).Version, (await host.EndAsync("new")).OutputJson));
    }

    [Fact]
    public async Task Instance_of_an_unknown_version_is_parked_with_its_events_until_the_version_is_back()
    {
        await using var host = new TestHost()
            .WithActivity<string, string>("say", (_, text) => Task.FromResult(text))
            .With<int, string>("flow", async (context, _) =>
            {
                await context.CreateTimerAsync(context.Now.AddMinutes(1));
                return await context.CallActivityAsync<string>("say", await context.WaitForEventAsync<string>("go"));
            });
        await host.StartAsync();
        await host.Client.StartAsync("flow", "a", 0);
        host.Crash();
        host.Forget("flow", 1);
        await host.StartAsync();

        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "go", "1", "kept"));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.SettleAsync();
        InstanceState parked = (await host.Client.GetAsync("a"))!;
        Assert.Equal((InstanceStatus.Running, "version_not_registered"), (parked.Status, parked.FailureCode));

        host.Crash();
        host.With<int, string>("flow", async (context, _) =>
        {
            await context.CreateTimerAsync(context.Now.AddMinutes(1));
            return await context.CallActivityAsync<string>("say", await context.WaitForEventAsync<string>("go"));
        });
        await host.StartAsync();
        Assert.Equal("\"kept\"", (await host.EndAsync("a")).OutputJson);
    }

    [Fact]
    public async Task Activity_that_nobody_registered_is_held_and_runs_when_it_is()
    {
        await using var host = new TestHost().With<int, int>("flow", (context, n) => context.CallActivityAsync<int>("later", n));
        await host.StartAsync();
        await host.Client.StartAsync("flow", "a", 1);
        await host.SettleAsync();
        Assert.False((await host.Client.GetAsync("a"))!.HasEnded);
        host.WithActivity<int, int>("later", (_, n) => Task.FromResult(n + 1));
        await host.CrashAndRestartAsync();

        Assert.Equal("2", (await host.EndAsync("a")).OutputJson);
    }

    [Fact]
    public async Task Past_its_capacity_the_engine_refuses_starts_and_takes_them_again_later()
    {
        var release = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new TestHost { Options = new EngineOptions { MaxActiveInstances = 3, MaxConcurrentActivities = 2 } }
            .WithActivity<int, int>("slow", (_, _) => release.Task)
            .With<int, int>("flow", (context, n) => context.CallActivityAsync<int>("slow", n));
        await host.StartAsync();
        for (int i = 0; i < 3; i++)
            Assert.True(await host.Client.StartAsync("flow", $"a{i}", i));
        EngineBusyException busy = await Assert.ThrowsAsync<EngineBusyException>(() => host.Client.StartAsync("flow", "a3", 3));
        Assert.True(busy.RetryAfter > TimeSpan.Zero);
        Assert.Null(await host.Client.GetAsync("a3"));

        release.SetResult(1);
        await host.SettleAsync();
        Assert.True(await host.Client.StartAsync("flow", "a3", 3));
        await host.EndAsync("a3");
    }

    [Fact]
    public async Task Recovery_of_more_instances_than_may_be_active_finishes_them_all()
    {
        var release = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new TestHost()
            .WithActivity<int, int>("slow", (_, _) => release.Task)
            .With<int, int>("flow", (context, n) => context.CallActivityAsync<int>("slow", n));
        await host.StartAsync();
        for (int i = 0; i < 20; i++)
            await host.Client.StartAsync("flow", $"a{i:00}", i);
        host.Crash();
        release = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Options = new EngineOptions { MaxActiveInstances = 4 };
        await host.StartAsync();
        Assert.Equal(4, host.Engine.ActiveInstances);
        release.SetResult(1);
        while ((await host.Client.QueryAsync(new InstanceQuery(InstanceStatus.Running))).Instances.Count > 0)
            await host.SettleAsync();

        Assert.Equal(20, (await host.Client.QueryAsync(new InstanceQuery(InstanceStatus.Completed))).Instances.Count);
    }

    [Fact]
    public async Task Stop_cancels_running_activities_and_the_next_start_runs_them_again()
    {
        int runs = 0;
        await using var host = new TestHost()
            .WithActivity(ActivityDefinition.Create<int, int>("slow", async (_, n, cancellationToken) =>
            {
                if (++runs == 1)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return n;
            }))
            .With<int, int>("flow", (context, n) => context.CallActivityAsync<int>("slow", n));
        await host.StartAsync();
        await host.Client.StartAsync("flow", "a", 7);
        await host.Engine.StopAsync();
        await Assert.ThrowsAsync<EngineBusyException>(() => host.Client.StartAsync("flow", "b", 7));
        await host.RestartAsync();

        Assert.Equal("7", (await host.EndAsync("a")).OutputJson);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Query_pages_through_all_instances_in_the_order_of_their_ids()
    {
        await using var host = new TestHost().With<int, int>("flow", (context, n) => n % 2 == 0 ? Task.FromResult(n) : context.WaitForEventAsync<int>("go"));
        await host.StartAsync();
        for (int i = 24; i >= 0; i--)
            await host.Client.StartAsync("flow", $"a{i:00}", i);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            InstancePage page = await host.Client.QueryAsync(new InstanceQuery(InstanceStatus.Running, Limit: 5, Cursor: cursor));
            seen.AddRange(page.Instances.Select(instance => instance.InstanceId));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Where(i => i % 2 == 1).Select(i => $"a{i:00}"), seen);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.Client.RaiseEventAsync("a01", "go", "1", 1);
        await host.SettleAsync();
        InstancePage old = await host.Client.QueryAsync(new InstanceQuery(UpdatedBefore: host.Clock.GetUtcNow(), Limit: 1000));
        Assert.Equal(24, old.Instances.Count);
        Assert.DoesNotContain(old.Instances, instance => instance.InstanceId == "a01");
    }

    [Fact]
    public async Task Too_much_is_refused_with_the_limit()
    {
        await using var host = new TestHost()
            .WithActivity<int, string>("big", (_, _) => Task.FromResult(new string('x', 1 << 20)))
            .With<int, string>("flow", (context, n) => context.CallActivityAsync<string>("big", n))
            .With<int, int>("status", async (context, n) =>
            {
                context.SetStatus(new string('x', 17_000));
                return await Task.FromResult(n);
            });
        await host.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("flow", "a", new string('x', 1 << 20)));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("flow", new string('x', 257), 0));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("unknown", "a", 0));
        await host.Client.StartAsync("flow", "a", 0);
        await host.Client.StartAsync("status", "b", 0);

        Assert.Contains("result_too_large", (await host.EndAsync("a")).FailureMessage, StringComparison.Ordinal);
        Assert.Equal(nameof(ArgumentException), (await host.EndAsync("b")).FailureCode);
    }

    private static async Task<string> WaitAndSayAsync(IOrchestrationContext context, string what)
    {
        await context.WaitForEventAsync<int>("go");
        return what + context.Version;
    }
}
