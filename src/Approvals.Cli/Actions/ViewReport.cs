using System.Text.Json;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary>The redacted view, for people.</summary>
internal static class ViewReport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a terminal, not HTML
    };

    public static void Write(Terminal terminal, JsonElement view)
    {
        if (view.TryGetProperty("content", out JsonElement content)) terminal.Line(Indent(content));
        if (!view.TryGetProperty("findings", out JsonElement findings) || findings.ValueKind != JsonValueKind.Array) return;
        terminal.Line($"  {terminal.Dim($"{findings.GetArrayLength()} value(s) masked: {Counts(findings)}")}");
    }

    public static string Indent(JsonElement json) =>
        Terminal.Clean("  " + JsonSerializer.Serialize(json, Indented).Replace("\n", "\n  "));

    public static string Counts(JsonElement findings) => string.Join(
        ", ",
        findings.EnumerateArray().GroupBy(finding => ActionReport.Text(finding, "type") ?? "?").OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}"));
}
