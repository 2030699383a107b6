using Approvals.Durable;

namespace Approvals.Engine.Tests;

public sealed class ClockTests
{
    [Fact]
    public async Task Timer_fires_neither_early_nor_never_when_the_clock_is_set_back()
    {
        await using TestHost host = await WaitingAsync();
        host.Clock.Jump(TimeSpan.FromMinutes(-30));
        host.Clock.Advance(TimeSpan.FromMinutes(60));
        await host.SettleAsync();
        Assert.False((await host.Client.GetAsync("a"))!.HasEnded);

        host.Clock.Advance(TimeSpan.FromMinutes(29.9));
        await host.SettleAsync();
        Assert.False((await host.Client.GetAsync("a"))!.HasEnded);
        host.Clock.Advance(TimeSpan.FromMinutes(0.1));
        await AssertFiredInTimeAsync(host);
    }

    [Fact]
    public async Task Timer_that_a_forward_jump_makes_due_fires_soon()
    {
        await using TestHost host = await WaitingAsync();
        host.Clock.Jump(TimeSpan.FromHours(1));
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        await AssertFiredInTimeAsync(host);
    }

    [Fact]
    public async Task Timer_that_fell_due_while_nobody_ran_fires_at_the_start()
    {
        await using TestHost host = await WaitingAsync();
        host.Crash();
        host.Clock.Advance(TimeSpan.FromHours(2));
        await host.StartAsync();
        await AssertFiredInTimeAsync(host);
    }

    [Fact]
    public async Task Now_of_an_instance_never_goes_back()
    {
        await using var host = new TestHost().With<int, bool>("times", async (context, _) =>
        {
            DateTimeOffset before = context.Now;
            await context.WaitForEventAsync<int>("go");
            return context.Now >= before;
        });
        await host.StartAsync();
        await host.Client.StartAsync("times", "a", 0);
        host.Clock.Jump(TimeSpan.FromDays(-1));
        await host.CrashAndRestartAsync();
        await host.Client.RaiseEventAsync("a", "go", "1", 1);

        Assert.Equal("true", (await host.EndAsync("a")).OutputJson);
    }

    [Fact]
    public async Task Many_timers_fire_in_the_order_of_their_due_times_whatever_the_window_holds()
    {
        var fired = new List<int>();
        await using var host = new TestHost { Options = new EngineOptions { MaxHotInstances = 1, MaxConcurrentActivities = 1 } }
            .WithActivity<int, int>("note", (_, n) =>
            {
                lock (fired)
                    fired.Add(n);
                return Task.FromResult(n);
            })
            .With<int, int>("timer", async (context, seconds) =>
            {
                await context.CreateTimerAsync(context.Now.AddSeconds(seconds));
                return await context.CallActivityAsync<int>("note", seconds);
            });
        await host.StartAsync();
        int[] seconds = [5, 3, 9, 1, 7, 2, 8, 4, 6];
        foreach (int second in seconds)
            await host.Client.StartAsync("timer", $"t{second}", second);
        await host.CrashAndRestartAsync();
        for (int i = 0; i < 9; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await host.SettleAsync();
        }

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], fired);
    }

    private static async Task<TestHost> WaitingAsync()
    {
        TestHost host = new TestHost().With<int, DateTimeOffset>("timer", async (context, _) =>
        {
            DateTimeOffset due = context.Now.AddHours(1);
            await context.CreateTimerAsync(due);
            return due;
        });
        await host.StartAsync();
        await host.Client.StartAsync("timer", "a", 0);
        return host;
    }

    private static async Task AssertFiredInTimeAsync(TestHost host)
    {
        InstanceState state = await host.EndAsync("a");
        Assert.True(state.UpdatedAt >= TestHost.Json<DateTimeOffset>(state.OutputJson));
    }
}
