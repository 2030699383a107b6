using System.Text.Json;
using Approvals.Durable;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Data;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
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
    };

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Recorded_history_replays(int version, string path)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "Golden", $"v{version}-{path}.history");
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("APPROVALS_RECORD_GOLDEN") == "1")
            await RecordAsync(path, file = Path.Combine(Source(), $"v{version}-{path}.history"));

        HistoryReplay.Verify(DefinitionOf(version), await File.ReadAllTextAsync(file));
    }

    private static OrchestrationDefinition DefinitionOf(int version) => ApprovalOrchestration.Versions.Single(definition => definition.Version == version);

    private static async Task RecordAsync(string path, string file)
    {
        var gate = new TestGate();
        await gate.InitializeAsync();
        string id;
        try
        {
            string type = path.StartsWith("allowed", StringComparison.Ordinal) ? """{"type":"deployment.create","target":{"environment":"staging"}}""" : """{"type":"data.export","target":"s3://partner","parameters":{"owner":"ann@example.com"},"justification":"monthly"}""";
            id = (await gate.SubmitAsync(type)).GetProperty("id").GetString()!;
            await gate.SettledAsync(id);
            if (path.StartsWith("approved", StringComparison.Ordinal)) await gate.DecideAsync(id, "approve");
            if (path == "denied") await gate.DecideAsync(id, "deny");
            if (path == "canceled") (await gate.Pipeline.DeleteAsync($"api/actions/{id}")).EnsureSuccessStatusCode();
            await gate.DecidedAsync(id);
        }
        finally
        {
            await gate.Host.DisposeAsync();
        }

        var loopback = new Uri("http://127.0.0.1:0");
        var configuration = new GateConfiguration(TestGate.Name, loopback, loopback, "", NotifyOnConsole: false, [], []);
        await using Stores stores = await Stores.OpenAsync(
            new DataFolder(gate.DataPath), new EmbeddedHostOptions(gate.DataPath, configuration), NullLoggerFactory.Instance, CancellationToken.None);
        await File.WriteAllTextAsync(file, HistoryReplay.Export(stores.Database, id));
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "Golden");
}
