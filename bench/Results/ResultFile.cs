using System.Text.Json;

namespace Approvals.Bench.Results;

/// <summary>The JSON file of a run.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(string path, RunResults results) =>
        File.WriteAllText(path, JsonSerializer.Serialize(results, s_options) + "\n");

    /// <exception cref="InvalidDataException">It is not a file of results.</exception>
    public static RunResults Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunResults>(File.ReadAllText(path), s_options) ?? throw new JsonException();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"'{path}' cannot be read as results; make it with --json.", error);
        }
    }
}
