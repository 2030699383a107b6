using Approvals.Durable;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Engine.Tests;

public sealed class ReplayTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(12);

    [Fact]
    public void Crash_at_every_step_changes_nothing_that_the_code_sees() => Check.One(
        Runs,
        Prop.ForAll(ScriptedOrchestration.Scenarios, scenario => PlayBothAsync(scenario, host => host.CrashAndRestartAsync()).GetAwaiter().GetResult()));

    [Fact]
    public void Eviction_at_every_step_changes_nothing_that_the_code_sees() => Check.One(
        Runs,
        Prop.ForAll(
            ScriptedOrchestration.Scenarios,
            scenario => PlayBothAsync(scenario, _ => Task.CompletedTask, new EngineOptions { MaxHotInstances = 0 }).GetAwaiter().GetResult()));

    [Fact]
    public void Every_prefix_of_a_history_replays_to_the_recorded_actions() => Check.One(
        Runs,
        Prop.ForAll(
            ScriptedOrchestration.Scenarios,
            scenario =>
            {
                List<HistoryRecord> records = RecordAsync(scenario).GetAwaiter().GetResult();
                for (int length = 1; length <= records.Count; length++)
                {
                    OrchestrationRun run = NewRun();
                    foreach (HistoryRecord record in records.Take(length))
                        run.Replay(record);
                    Assert.Equal(length == records.Count, run.HasEnded);
                }
            }));

    [Fact]
    public void Every_record_survives_encoding() => Check.One(
        Runs,
        Prop.ForAll(
            ScriptedOrchestration.Scenarios,
            scenario =>
            {
                foreach (HistoryRecord record in RecordAsync(scenario).GetAwaiter().GetResult())
                {
                    byte[] row = new HistoryWriter().Encode(7, record);
                    Assert.Equal(row, new HistoryWriter().Encode(7, HistoryReader.Decode(7, row)));
                    for (int i = 1; i < row.Length; i++)
                    {
                        byte[] damaged = [.. row];
                        damaged[i] ^= 0x10;
                        Assert.Equal("corrupt", Assert.Throws<DatabaseException>(() => HistoryReader.Decode(7, damaged)).Code);
                    }

                    Assert.Throws<DatabaseException>(() => HistoryReader.Decode(8, row));
                }
            }));

    private static OrchestrationRun NewRun() => new(
        OrchestrationDefinition.Create<List<Instruction>, string>(ScriptedOrchestration.Name, 1, ScriptedOrchestration.RunAsync), "x", () => { });

    private static async Task<List<HistoryRecord>> RecordAsync(Scenario scenario)
    {
        await using TestHost host = ScriptedOrchestration.AddTo(new TestHost());
        await host.StartAsync();
        await ScriptedOrchestration.PlayAsync(host, scenario, () => Task.CompletedTask);
        return host.Database.Read(db => InstanceStore.Load(db, "x"))!.Value.Records;
    }

    private static async Task PlayBothAsync(Scenario scenario, Func<TestHost, Task> between, EngineOptions? options = null)
    {
        await using TestHost calm = ScriptedOrchestration.AddTo(new TestHost());
        await calm.StartAsync();
        string expected = await ScriptedOrchestration.PlayAsync(calm, scenario, () => Task.CompletedTask);

        await using TestHost rough = ScriptedOrchestration.AddTo(new TestHost { Options = options ?? new EngineOptions() });
        await rough.StartAsync();
        Assert.Equal(expected, await ScriptedOrchestration.PlayAsync(rough, scenario, () => between(rough)));
    }
}
