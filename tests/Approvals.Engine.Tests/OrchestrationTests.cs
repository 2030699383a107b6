using Approvals.Durable;

namespace Approvals.Engine.Tests;

public sealed class OrchestrationTests
{
    [Fact]
    public async Task Orchestration_with_activities_completes_with_its_output_and_last_status()
    {
        await using var host = new TestHost()
            .WithActivity<int, int>("double", (_, n) => Task.FromResult(n * 2))
            .With<int, int>("chain", async (context, n) =>
            {
                for (int i = 0; i < 3; i++)
                {
                    context.SetStatus(new { step = i });
                    n = await context.CallActivityAsync<int>("double", n);
                }

                return n;
            });
        await host.StartAsync();

        Assert.True(await host.Client.StartAsync("chain", "a", 5));
        InstanceState state = await host.EndAsync("a");

        Assert.Equal(InstanceStatus.Completed, state.Status);
        Assert.Equal("40", state.OutputJson);
        Assert.Equal("""{"step":2}""", state.CustomStatusJson);
    }

    [Fact]
    public async Task Start_of_a_known_id_answers_false_in_memory_and_after_restart()
    {
        await using var host = new TestHost().With<int, int>("wait", (context, _) => context.WaitForEventAsync<int>("go"));
        await host.StartAsync();

        Assert.True(await host.Client.StartAsync("wait", "a", 1));
        Assert.False(await host.Client.StartAsync("wait", "a", 1));
        await host.CrashAndRestartAsync();
        Assert.False(await host.Client.StartAsync("wait", "a", 1));

        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "go", "1", 7));
        Assert.Equal("7", (await host.EndAsync("a")).OutputJson);
    }

    [Fact]
    public async Task Events_are_buffered_deduplicated_and_delivered_in_order()
    {
        await using var host = new TestHost().With<int, string>("gather", async (context, count) =>
        {
            await context.CreateTimerAsync(context.Now.AddMinutes(1));
            string all = "";
            for (int i = 0; i < count; i++)
                all += await context.WaitForEventAsync<string>("letter");
            return all;
        });
        await host.StartAsync();
        await host.Client.StartAsync("gather", "a", 4);

        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "letter", "1", "x"));
        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "letter", "2", "y"));
        Assert.Equal(RaiseResult.Duplicate, await host.Client.RaiseEventAsync("a", "letter", "1", "x"));
        await host.CrashAndRestartAsync();
        Assert.Equal(RaiseResult.Duplicate, await host.Client.RaiseEventAsync("a", "letter", "2", "y"));
        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "letter", "3", "z"));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.SettleAsync();
        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "letter", "4", "!"));

        Assert.Equal("\"xyz!\"", (await host.EndAsync("a")).OutputJson);
        Assert.Equal(RaiseResult.Duplicate, await host.Client.RaiseEventAsync("a", "letter", "4", "!"));
        Assert.Equal(RaiseResult.Ended, await host.Client.RaiseEventAsync("a", "letter", "5", "?"));
        Assert.Equal(RaiseResult.UnknownInstance, await host.Client.RaiseEventAsync("b", "letter", "1", "x"));
    }

    [Fact]
    public async Task Canceled_wait_leaves_the_event_to_the_next_one_who_waits()
    {
        await using var host = new TestHost().With<int, string>("race", async (context, _) =>
        {
            using var withdraw = new CancellationTokenSource();
            Task<string> first = context.WaitForEventAsync<string>("vote", withdraw.Token);
            await context.CreateTimerAsync(context.Now.AddMinutes(1));
#pragma warning disable CA1849, MA0042 // CancelAsync cancels on the thread pool, which no history can repeat.
            withdraw.Cancel();
#pragma warning restore CA1849, MA0042
            string seen = first.IsCanceled ? "withdrawn," : "served,";
            return seen + await context.WaitForEventAsync<string>("vote");
        });
        await host.StartAsync();
        await host.Client.StartAsync("race", "a", 0);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.SettleAsync();
        await host.Client.RaiseEventAsync("a", "vote", "1", "yes");

        Assert.Equal("\"withdrawn,yes\"", (await host.EndAsync("a")).OutputJson);
    }

    [Fact]
    public async Task Failing_activity_is_retried_when_due_even_across_a_crash_and_then_fails_with_its_code()
    {
        var attempts = new List<int>();
        await using var host = new TestHost()
            .WithActivity<int, int>("fails", (context, _) =>
            {
                attempts.Add(context.Attempt);
                throw new TimeoutException("secret text");
            })
            .With<int, int>("call", (context, n) => context.CallActivityAsync<int>("fails", n, new RetryPolicy(3, TimeSpan.FromSeconds(10))));
        await host.StartAsync();
        await host.Client.StartAsync("call", "a", 0);
        await host.SettleAsync();
        Assert.Equal([1], attempts);

        await host.CrashAndRestartAsync();
        await host.SettleAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(9.9));
        await host.SettleAsync();
        Assert.Equal([1], attempts);
        host.Clock.Advance(TimeSpan.FromSeconds(0.1));
        await host.SettleAsync();
        Assert.Equal([1, 2], attempts);
        host.Clock.Advance(TimeSpan.FromSeconds(20));
        InstanceState state = await host.EndAsync("a");

        Assert.Equal([1, 2, 3], attempts);
        Assert.Equal(InstanceStatus.Failed, state.Status);
        Assert.Equal("ActivityFailedException", state.FailureCode);
        Assert.Contains("TimeoutException", state.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", state.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspended_instance_keeps_events_timers_and_results_until_resumed()
    {
        var release = new TaskCompletionSource<int>();
        await using var host = new TestHost()
            .WithActivity<int, int>("slow", (_, _) => release.Task)
            .With<int, string>("all", async (context, _) =>
            {
                Task<int> result = context.CallActivityAsync<int>("slow", 0);
                Task timer = context.CreateTimerAsync(context.Now.AddMinutes(1));
                string vote = await context.WaitForEventAsync<string>("vote");
                context.SetStatus("voted");
                await timer;
                return vote + await result;
            });
        await host.StartAsync();
        await host.Client.StartAsync("all", "a", 0);
        Assert.True(await host.Client.SuspendAsync("a", "hold"));
        await host.Client.RaiseEventAsync("a", "vote", "1", "yes");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        release.SetResult(42);
        await host.SettleAsync();
        InstanceState held = (await host.Client.GetAsync("a"))!;
        Assert.Equal(InstanceStatus.Suspended, held.Status);
        Assert.Null(held.CustomStatusJson);

        await host.CrashAndRestartAsync();
        Assert.Equal(RaiseResult.Duplicate, await host.Client.RaiseEventAsync("a", "vote", "1", "yes"));
        Assert.True(await host.Client.ResumeAsync("a", "go"));
        Assert.False(await host.Client.ResumeAsync("a", "go"));

        Assert.Equal("\"yes42\"", (await host.EndAsync("a")).OutputJson);
    }

    [Fact]
    public async Task Terminated_instance_ends_at_once_and_can_be_purged()
    {
        await using var host = new TestHost().With<int, int>("wait", (context, _) => context.WaitForEventAsync<int>("go"));
        await host.StartAsync();
        await host.Client.StartAsync("wait", "a", 1);

        Assert.False(await host.Client.PurgeAsync("a"));
        Assert.True(await host.Client.TerminateAsync("a", "not wanted"));
        Assert.False(await host.Client.TerminateAsync("a", "again"));
        InstanceState state = (await host.Client.GetAsync("a"))!;
        Assert.Equal((InstanceStatus.Terminated, "not wanted"), (state.Status, state.FailureMessage));
        Assert.True(await host.Client.PurgeAsync("a"));
        Assert.Null(await host.Client.GetAsync("a"));
        Assert.True(await host.Client.StartAsync("wait", "a", 1));
    }

    [Fact]
    public async Task Retry_timeout_counts_from_the_call_across_crashes()
    {
        int attempts = 0;
        await using var host = new TestHost()
            .WithActivity<int, int>("fails", (_, _) =>
            {
                attempts++;
                throw new TimeoutException();
            })
            .With<int, int>("call", (context, n) => context.CallActivityAsync<int>(
                "fails", n, new RetryPolicy(100, TimeSpan.FromSeconds(10), 1, Timeout: TimeSpan.FromSeconds(25))));
        await host.StartAsync();
        await host.Client.StartAsync("call", "a", 0);
        for (int i = 0; i < 4; i++)
        {
            await host.CrashAndRestartAsync();
            await host.SettleAsync();
            host.Clock.Advance(TimeSpan.FromSeconds(10));
            await host.SettleAsync();
        }

        Assert.Equal(InstanceStatus.Failed, (await host.EndAsync("a")).Status);
        Assert.InRange(attempts, 3, 4); // The crash may repeat the first one.
    }
}
