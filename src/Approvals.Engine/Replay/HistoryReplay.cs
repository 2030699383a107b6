using System.Globalization;
using System.Text;
using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>
/// Golden histories: a recorded run as text, and its replay against an orchestration. Keep one recording of every path of every version in
/// the repository; a change that would break running instances then fails a test.
/// </summary>
/// <remarks>
/// Format: a first line <c>approvals-history 1</c> with the instance's key and id, then each record's row as in the database, in base64, a line
/// each. So a recording also holds the row format to its promise. It contains inputs and results: record made-up data only.
/// </remarks>
public static class HistoryReplay
{
    private const string Header = "approvals-history 1";

    /// <summary>The history of an instance, or <see langword="null"/> when there is none of that id.</summary>
    public static string? Export(Database database, string instanceId) => database.Read(db =>
    {
        if (InstanceStore.Load(db, instanceId) is not { } found)
            return null;
        var text = new StringBuilder($"{Header} {found.Key} {instanceId}\n");
        var writer = new HistoryWriter();
        foreach (HistoryRecord record in found.Records)
            text.Append(Convert.ToBase64String(writer.Encode(found.Key, record))).Append('\n');
        return text.ToString();
    });

    /// <summary>
    /// Replays a recording against code. Stricter than the engine, which only compares inputs of activities that are still to run: here every
    /// input must be what it was.
    /// </summary>
    /// <exception cref="NondeterminismException">The first difference.</exception>
    public static void Verify(OrchestrationDefinition definition, string history)
    {
        string[] lines = history.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] header = lines.Length > 0 ? lines[0].Split(' ', 4) : [];
        if (header.Length != 4 || $"{header[0]} {header[1]}" != Header || !long.TryParse(header[2], CultureInfo.InvariantCulture, out long key))
            throw new FormatException($"A recorded history begins with a line '{Header} <key> <id>'.");
        var run = new OrchestrationRun(definition, header[3], () => { }) { ComparesInputs = true };
        foreach (string line in lines.Skip(1))
            run.Replay(HistoryReader.Decode(key, Convert.FromBase64String(line)));
    }
}
