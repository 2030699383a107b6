using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Policy.Lint;

/// <summary>Writes diagnostics for code review tools (OASIS SARIF 2.1.0).</summary>
public static class Sarif
{
    // Messages quote policies; the log goes into files and JSON APIs, never into HTML.
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<PolicyDiagnostic> diagnostics)
    {
        var codes = diagnostics.Select(d => d.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var log = new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = "approvals policy check",
                        ["rules"] = new JsonArray([.. codes.Select(code => (JsonNode)new JsonObject { ["id"] = code })]),
                    },
                },
                // §3.14.17: regions count columns in UTF-16 code units, as diagnostics do.
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = new JsonArray([.. diagnostics.Select(d => (JsonNode)Result(d, codes.IndexOf(d.Code)))]),
            }),
        };
        return log.ToJsonString(s_options);
    }

    private static JsonObject Result(PolicyDiagnostic diagnostic, int ruleIndex) => new()
    {
        ["ruleId"] = diagnostic.Code,
        ["ruleIndex"] = ruleIndex,
        ["level"] = diagnostic.Severity.ToString().ToLowerInvariant(),
        ["message"] = new JsonObject { ["text"] = $"{diagnostic.Message}\n{diagnostic.Remedy}" },
        ["locations"] = new JsonArray(new JsonObject { ["physicalLocation"] = Location(diagnostic) }),
    };

    private static JsonObject Location(PolicyDiagnostic diagnostic)
    {
        var location = new JsonObject
        {
            ["artifactLocation"] = new JsonObject { ["uri"] = Uri.EscapeDataString(diagnostic.Source.Replace('\\', '/')).Replace("%2F", "/", StringComparison.Ordinal) },
        };
        // §3.30: a region names a line from 1; what concerns the whole file has none.
        if (diagnostic.Line >= 1)
            location["region"] = new JsonObject { ["startLine"] = diagnostic.Line, ["startColumn"] = Math.Max(1, diagnostic.Column) };
        return location;
    }
}
