using Approvals.Durable;

namespace Approvals.Engine.Tests;

public sealed class NondeterminismTests
{
    private bool _changed;

    [Fact]
    public async Task Changed_code_fails_the_instance_and_names_the_first_differing_step()
    {
        await using var host = new TestHost()
            .WithActivity<string, int>("first", (_, _) => Task.FromResult(1))
            .WithActivity<string, int>("second", (_, _) => Task.FromResult(2))
            .With<int, int>("changing", async (context, _) =>
            {
                await context.CallActivityAsync<int>(_changed ? "second" : "first", "secret input");
                return await context.WaitForEventAsync<int>("go");
            });
        await host.StartAsync();
        await host.Client.StartAsync("changing", "a", 0);
        await host.SettleAsync();
        await host.CrashAndRestartAsync();
        _changed = true;
        Assert.Equal(RaiseResult.Ended, await host.Client.RaiseEventAsync("a", "go", "1", 1));

        InstanceState state = await host.EndAsync("a");
        Assert.Equal((InstanceStatus.Failed, "nondeterministic"), (state.Status, state.FailureCode));
        Assert.Contains("record 0, action 0: expected activity 'first' (step 1), got activity 'second' (step 1)", state.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", state.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_asks_for_less_than_its_history_is_named_too()
    {
        await using var host = new TestHost().With<int, int>("changing", async (context, _) =>
        {
            if (!_changed)
                context.SetStatus("here");
            return await context.WaitForEventAsync<int>("go");
        });
        await host.StartAsync();
        await host.Client.StartAsync("changing", "a", 0);
        await host.CrashAndRestartAsync();
        _changed = true;
        await host.Client.RaiseEventAsync("a", "go", "1", 1);

        Assert.Contains("expected custom status, got wait for event 'go'", (await host.EndAsync("a")).FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pending_activity_whose_input_differs_on_replay_is_not_run_with_it()
    {
        var inputs = new List<string>();
        bool fail = true;
        await using var host = new TestHost()
            .WithActivity<string, int>("act", (_, input) =>
            {
                inputs.Add(input);
                return fail ? throw new TimeoutException() : Task.FromResult(1);
            })
            .With<int, int>("changing", (context, _) =>
                context.CallActivityAsync<int>("act", _changed ? "other" : "one", new RetryPolicy(5, TimeSpan.FromSeconds(1))));
        await host.StartAsync();
        await host.Client.StartAsync("changing", "a", 0);
        await host.SettleAsync();
        await host.CrashAndRestartAsync();
        (_changed, fail) = (true, false);
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        InstanceState state = await host.EndAsync("a");
        Assert.Equal("nondeterministic", state.FailureCode);
        Assert.Contains("activity 'act' (step 1): the input differs", state.FailureMessage, StringComparison.Ordinal);
        Assert.Equal(["one"], inputs);
    }

    [Fact]
    public async Task Awaiting_a_foreign_task_alone_fails_at_once()
    {
        await using var host = new TestHost().With<int, int>("foreign", async (_, _) =>
        {
            await new TaskCompletionSource().Task;
            return 1;
        });
        await host.StartAsync();
        await host.Client.StartAsync("foreign", "a", 0);

        InstanceState state = await host.EndAsync("a");
        Assert.Equal("nondeterministic", state.FailureCode);
        Assert.Contains("not from its context", state.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_task_beside_a_wait_fails_when_it_comes_back()
    {
        var foreign = new TaskCompletionSource();
        await using var host = new TestHost().With<int, int>("foreign", async (context, _) =>
        {
            Task<int> wait = context.WaitForEventAsync<int>("go");
            await foreign.Task;
            return await wait;
        });
        await host.StartAsync();
        await host.Client.StartAsync("foreign", "a", 0);
        await host.SettleAsync();
        Assert.False((await host.Client.GetAsync("a"))!.HasEnded);
        foreign.SetResult();

        Assert.Equal("nondeterministic", (await host.EndAsync("a")).FailureCode);
    }

    [Fact]
    public async Task Instance_that_failed_leaves_nothing_behind_and_can_be_purged()
    {
        await using var host = new TestHost().With<int, int>("throws", (_, _) => throw new InvalidCastException("secret"));
        await host.StartAsync();
        await host.Client.StartAsync("throws", "a", 0);

        InstanceState state = await host.EndAsync("a");
        Assert.Equal((InstanceStatus.Failed, nameof(InvalidCastException)), (state.Status, state.FailureCode));
        Assert.DoesNotContain("secret", state.FailureMessage, StringComparison.Ordinal);
        Assert.True(await host.Client.PurgeAsync("a"));
        Assert.Equal(0, host.Database.Read(db => db.QueryInt64("SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM work) + (SELECT count(*) FROM timer)")));
    }
}
