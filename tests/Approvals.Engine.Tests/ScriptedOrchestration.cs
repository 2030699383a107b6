using System.Text;
using Approvals.Durable;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Engine.Tests;

/// <summary>One instruction of a random orchestration.</summary>
/// <param name="Kind">act, local, late, slip, fail, all, timer, event, race, withdraw, status or guid.</param>
public sealed record Instruction(string Kind, int Number);

/// <summary>What happens to the instance from outside, one after another.</summary>
/// <param name="Kind">raise, advance, suspend or resume.</param>
public sealed record Stimulus(string Kind, int Number);

public sealed record Scenario(IReadOnlyList<Instruction> Program, IReadOnlyList<Stimulus> Stimuli);

/// <summary>An orchestration that interprets its input and returns a trace of everything it saw.</summary>
public static class ScriptedOrchestration
{
    public const string Name = "scripted";

    public static Arbitrary<Scenario> Scenarios { get; } = Arb.From(
        from program in Gen.Elements("act", "act", "local", "local", "late", "slip", "fail", "all", "timer", "event", "race", "withdraw", "status", "guid")
            .SelectMany(kind => Gen.Choose(1, 3).Select(number => new Instruction(kind, number))).ListOf().Select(list => list.Take(8).ToList())
        from stimuli in Gen.Elements("raise", "raise", "advance", "advance", "advance", "suspend", "resume")
            .SelectMany(kind => Gen.Choose(1, 3).Select(number => new Stimulus(kind, number))).ListOf().Select(list => list.Take(10).ToList())
        select new Scenario(program, stimuli));

    public static TestHost AddTo(TestHost host) => host
        .WithActivity<int, int>("act", (_, n) => Task.FromResult(n * 10))
        .WithActivity<int, int>("fail", (context, n) => context.Attempt < n ? throw new TimeoutException() : Task.FromResult(context.Attempt))
        .WithActivity(ActivityDefinition.Create<int, int>("local", (_, n, _) => Task.FromResult(n * 100), isLocal: true))
        .WithActivity(ActivityDefinition.Create<int, int>("late", LateAsync, isLocal: true))
        .WithActivity(ActivityDefinition.Create<int, int>(
            "slip", (context, n, _) => context.Attempt < n ? throw new TimeoutException() : Task.FromResult(context.Attempt), isLocal: true))
        .With<List<Instruction>, string>(Name, RunAsync);

    public static async Task<string> RunAsync(IOrchestrationContext context, List<Instruction> program)
    {
        var trace = new StringBuilder();
        foreach (Instruction step in program)
        {
            trace.Append(await StepAsync(context, step)).Append('@').Append((context.Now - DateTimeOffset.UnixEpoch).TotalMilliseconds).Append(' ');
            context.SetStatus(new { trace = trace.Length });
        }

        return trace.ToString();
    }

    private static async Task<int> LateAsync(ActivityContext context, int n, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return n * 1000;
    }

    /// <summary>Carries the stimuli out; <paramref name="between"/> runs after each one, when nothing moves.</summary>
    public static async Task<string> PlayAsync(TestHost host, Scenario scenario, Func<Task> between)
    {
        await host.Client.StartAsync(Name, "x", scenario.Program);
        await host.SettleAsync();
        await between();
        int events = 0;
        foreach (Stimulus stimulus in scenario.Stimuli.Concat(Enumerable.Repeat(new Stimulus("finish", 1), 40)))
        {
            if ((await host.Client.GetAsync("x"))!.HasEnded)
                break;
            switch (stimulus.Kind)
            {
                case "raise":
                    await host.Client.RaiseEventAsync("x", "e" + stimulus.Number, $"id{events++}", stimulus.Number);
                    break;
                case "advance":
                    host.Clock.Advance(TimeSpan.FromSeconds(stimulus.Number));
                    break;
                case "suspend":
                    await host.Client.SuspendAsync("x", "test");
                    break;
                case "resume":
                    await host.Client.ResumeAsync("x", "test");
                    break;
                default:
                    await host.Client.ResumeAsync("x", "test");
                    await host.SettleAsync();
                    for (int name = 1; name <= 3; name++)
                    {
                        await host.Client.RaiseEventAsync("x", "e" + name, $"id{events++}", 0);
                        await host.SettleAsync();
                    }

                    host.Clock.Advance(TimeSpan.FromSeconds(5));
                    break;
            }

            await host.SettleAsync();
            await between();
        }

        InstanceState state = await host.EndAsync("x");
        Assert.Equal(InstanceStatus.Completed, state.Status);
        return state.OutputJson + state.CustomStatusJson;
    }

    private static async Task<string> StepAsync(IOrchestrationContext context, Instruction step)
    {
        switch (step.Kind)
        {
            case "act":
                return $"act {await context.CallActivityAsync<int>("act", step.Number)}";
            case "local":
            case "late":
                return $"{step.Kind} {await context.CallActivityAsync<int>(step.Kind, step.Number)}";
            case "fail":
            case "slip":
                return $"{step.Kind} {await context.CallActivityAsync<int>(step.Kind, step.Number, new RetryPolicy(5, TimeSpan.FromSeconds(1)))}";
            case "all":
                int[] all = await Task.WhenAll(Enumerable.Range(0, step.Number).Select(n => context.CallActivityAsync<int>("act", n)));
                return $"all {string.Join('+', all)}";
            case "timer":
                await context.CreateTimerAsync(context.Now.AddSeconds(step.Number));
                return "timer";
            case "event":
                return $"event {await context.WaitForEventAsync<int>("e" + step.Number)}";
            case "race":
            case "withdraw":
                return await RaceAsync(context, step);
            case "guid":
                return context.NewGuid().ToString();
            default:
                context.SetStatus(step.Number);
                return "status";
        }
    }

    private static async Task<string> RaceAsync(IOrchestrationContext context, Instruction step)
    {
        using var withdraw = new CancellationTokenSource();
        Task<int> vote = context.WaitForEventAsync<int>("e" + step.Number, withdraw.Token);
        Task timer = context.CreateTimerAsync(context.Now.AddSeconds(step.Number), withdraw.Token);
        Task first = await Task.WhenAny(vote, timer);
        if (step.Kind == "withdraw")
        {
#pragma warning disable CA1849, MA0042 // CancelAsync cancels on the thread pool, which no history can repeat.
            withdraw.Cancel();
#pragma warning restore CA1849, MA0042
        }

        return first == vote ? $"vote {await vote}" : "timeout";
    }
}
