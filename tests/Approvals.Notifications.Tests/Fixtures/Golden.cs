using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>
/// Message bodies as files, so that a change of what people see is seen in review. Run with <c>APPROVALS_UPDATE_GOLDEN=1</c> to write them anew, and
/// read the difference.
/// </summary>
internal static class Golden
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="hidden">Values that differ each time: sealed ones.</param>
    public static void Check(string name, JsonNode actual, params string[] hidden)
    {
        string text = actual.ToJsonString(Readable) + "\n";
        foreach (string value in hidden) text = text.Replace(value, "(sealed)", StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("APPROVALS_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Source(), name), text);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(Source(), name)), text);
    }

    private static string Source([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "Golden");
}
