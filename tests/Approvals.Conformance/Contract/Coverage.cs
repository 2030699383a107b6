using System.Collections.Concurrent;
using System.Text.Json;

namespace Approvals.Conformance.Contract;

/// <summary>What this run has seen of the gate so far. Calls overlap.</summary>
internal static class Coverage
{
    private static readonly ConcurrentDictionary<(string Operation, int Status, string Code), int> Answers = new();
    private static readonly ConcurrentDictionary<string, bool> Notes = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, bool> Paths = new(StringComparer.Ordinal);

    /// <summary>Every checkpoint that an answer carried.</summary>
    public static IReadOnlyCollection<string> Checkpoints => [.. Notes.Keys];

    /// <summary>Paths that succeeded and are in no OpenAPI document: the pages.</summary>
    public static IReadOnlyCollection<string> Pages => [.. Paths.Keys];

    public static void Saw(Operation? operation, HttpRequestMessage request, int status, string? code)
    {
        if (operation is not null || code is not null) Answers.AddOrUpdate((operation?.Id ?? "", status, code ?? ""), 1, static (_, count) => count + 1);
        else if (status is >= 200 and < 400) Paths[$"{request.Method} {Shape(request.RequestUri!.AbsolutePath)}"] = true;
    }

    public static void SawCheckpoint(string note) => Notes[note] = true;

    /// <summary>Checkpoints travel in records and releases too.</summary>
    public static void SawCheckpoints(byte[] body)
    {
        JsonElement json = JsonDocument.Parse(body).RootElement;
        if (json.TryGetProperty("ledger", out JsonElement ledger) && ledger.TryGetProperty("checkpoint", out JsonElement note)) SawCheckpoint(note.GetString()!);
    }

    /// <summary>Whether an operation ever succeeded.</summary>
    public static bool Succeeded(Operation operation) => Answers.Keys.Any(key => key.Operation == operation.Id && key.Status is >= 200 and < 300);

    /// <summary>Whether an operation ever said no to who may use it.</summary>
    public static bool Refused(Operation operation) => Answers.Keys.Any(key => key.Operation == operation.Id && key.Status is >= 404 and < 500);

    /// <summary>Problems of any operation that were seen.</summary>
    public static IEnumerable<(int Status, string Code)> Problems => Answers.Keys.Where(key => key.Code.Length > 0).Select(key => (key.Status, key.Code)).Distinct();

    /// <summary>A path with what differs from request to request taken out.</summary>
    private static string Shape(string path)
    {
        string[] parts = path.Split('/');
        for (int i = 1; i < parts.Length; i++)
        {
            if (Guid.TryParse(parts[i], out _)) parts[i] = "{id}";
            else if (parts[i - 1] == "review" && i == 2) parts[i] = "{token}";
        }

        return string.Join('/', parts);
    }
}
