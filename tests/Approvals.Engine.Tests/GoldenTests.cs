using Approvals.Durable;

namespace Approvals.Engine.Tests;

/// <summary>
/// Recordings under Golden/ replay forever. To add one, set APPROVALS_RECORD_GOLDEN=1 and run: what is missing is recorded into the source
/// folder. A recording is never changed: changed code gets a new version, and a changed row format must still read the old one.
/// </summary>
public sealed class GoldenTests
{
    public static TheoryData<string, string> Recordings => new()
    {
        { "activities-and-status", "act:2 status:1 all:3 guid:1" },
        { "retries", "fail:3 act:1" },
        { "timers-and-events", "timer:2 event:1 race:2 withdraw:3" },
        { "suspended", "event:1 timer:1 act:3" },
        { "local", "act:1 local:2 late:1 slip:2 local:3" },
    };

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Recorded_history_replays(string name, string program)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Golden", name + ".history");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("APPROVALS_RECORD_GOLDEN") == "1")
            await RecordAsync(program, path = Path.Combine(Source(), name + ".history"));
        string history = await File.ReadAllTextAsync(path);

        HistoryReplay.Verify(Definition(ScriptedOrchestration.RunAsync), history);
    }

    [Fact]
    public async Task Changed_code_and_changed_inputs_do_not_replay()
    {
        string history = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Golden", "activities-and-status.history"));

        Assert.Throws<NondeterminismException>(() => HistoryReplay.Verify(
            Definition((context, program) => ScriptedOrchestration.RunAsync(context, [.. program.AsEnumerable().Reverse()])), history));
        NondeterminismException error = Assert.Throws<NondeterminismException>(() => HistoryReplay.Verify(
            Definition((context, program) => ScriptedOrchestration.RunAsync(context, [.. program.Select(step => step with { Number = step.Number + (step.Kind == "act" ? 1 : 0) })])),
            history));
        Assert.Contains("the input differs", error.Message, StringComparison.Ordinal);
    }

    private static OrchestrationDefinition Definition(Func<IOrchestrationContext, List<Instruction>, Task<string>> run) =>
        OrchestrationDefinition.Create(ScriptedOrchestration.Name, 1, run);

    private static async Task RecordAsync(string program, string path)
    {
        var instructions = program.Split(' ').Select(word => word.Split(':')).Select(word => new Instruction(word[0], word[1][0] - '0')).ToList();
        await using TestHost host = ScriptedOrchestration.AddTo(new TestHost());
        await host.StartAsync();
        await ScriptedOrchestration.PlayAsync(
            host, new Scenario(instructions, [new Stimulus("suspend", 1), new Stimulus("raise", 1), new Stimulus("advance", 1)]), () => Task.CompletedTask);
        await File.WriteAllTextAsync(path, HistoryReplay.Export(host.Database, "x"));
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "Golden");
}
