using System.Text.Json;
using Approvals.Durable;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Data;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Orchestration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Embedded.Tests;

/// <summary>
/// Whole runs of the approval orchestration, recorded under Golden/ as <c>v&lt;version&gt;-&lt;path&gt;.history</c>, replay forever. To add one of the newest
/// version, set APPROVALS_RECORD_GOLDEN=1 and run: what is missing is recorded into the source folder. A recording is never changed: a changed
/// orchestration is a new version, and its old recordings stay as long as instances may.
/// </summary>
public sealed class GoldenHistoryTests
{
    public static TheoryData<int, string> Recordings => new()
    {
        { 1, "allowed" },
        { 1, "approved" },
        { 1, "denied" },
        { 1, "canceled" },
        { 2, "allowed" },
        { 2, "approved" },
        { 2, "denied" },
        { 2, "canceled" },
        { 2, "allowed-locally" },
        { 2, "approved-locally" },
        { 2, "expired" },
        { 3, "allowed" },
        { 3, "approved" },
        { 3, "denied" },
        { 3, "canceled" },
        { 3, "expired" },
        { 3, "policy-kept" },
        { 3, "policy-redecided" },
        { 3, "glass-broken" },
        { 3, "standing-approval" },
        { 3, "escalated" },
    };

    /// <summary>Of the orchestration that tells people and machines.</summary>
    private const string OutboxRecording = "outbox-v1-people.history";

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Recorded_history_replays(int version, string path)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Golden", $"v{version}-{path}.history");
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("APPROVALS_RECORD_GOLDEN") == "1")
            await RecordAsync(path, file = Path.Combine(Source(), $"v{version}-{path}.history"));

        HistoryReplay.Verify(DefinitionOf(version), await File.ReadAllTextAsync(file));
    }

    [Fact]
    public void Every_version_is_held_by_recordings_of_its_main_paths() => Assert.All(
        ApprovalOrchestration.Versions,
        definition => Assert.Empty(((string[])["allowed", "approved", "denied", "canceled"]).Except(
            Recordings.Where(row => row.Data.Item1 == definition.Version).Select(row => row.Data.Item2))));

    /// <summary>That a recording can fail: version 1 has one wait less than version 2, and version 3 one step less.</summary>
    [Theory]
    [InlineData(1, 2, "approved")]
    [InlineData(2, 1, "approved")]
    [InlineData(2, 1, "expired")]
    [InlineData(2, 3, "allowed")]
    [InlineData(3, 2, "allowed")]
    public async Task Recording_does_not_replay_on_code_that_was_changed(int recorded, int changed, string path)
    {
        string history = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Golden", $"v{recorded}-{path}.history"));
        Assert.Throws<NondeterminismException>(() => HistoryReplay.Verify(DefinitionOf(changed), history));
    }

    [Fact]
    public async Task Recorded_history_of_an_outbox_replays()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Golden", OutboxRecording);
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("APPROVALS_RECORD_GOLDEN") == "1")
            await RecordAsync("approved", file = Path.Combine(Source(), OutboxRecording), id => $"notices-people-{id}");

        HistoryReplay.Verify(OutboxOrchestration.Definition, await File.ReadAllTextAsync(file));
    }

    private static OrchestrationDefinition DefinitionOf(int version) => ApprovalOrchestration.Versions.Single(definition => definition.Version == version);

    /// <param name="instance">Whose history, by the action's id; the action's own when absent.</param>
    private static async Task RecordAsync(string path, string file, Func<string, string>? instance = null)
    {
        var gate = new TestGate { Policy = GoldenPaths.PolicyOf(path) };
        await gate.InitializeAsync();
        string id;
        try
        {
            id = await GoldenPaths.WalkAsync(gate, path);
            await gate.Host.Engine.IdleAsync();
        }
        finally
        {
            await gate.Host.DisposeAsync();
        }

        var loopback = new Uri("http://127.0.0.1:0");
        var configuration = new GateConfiguration(TestGate.Name, loopback, loopback, "", NotifyOnConsole: false, [], []);
        await using Stores stores = await Stores.OpenAsync(
            new DataFolder(gate.DataPath), new EmbeddedHostOptions(gate.DataPath, configuration), NullLoggerFactory.Instance, CancellationToken.None);
        await File.WriteAllTextAsync(file, HistoryReplay.Export(stores.Database, instance?.Invoke(id) ?? id));
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "Golden");
}
