using System.Text.Json;

namespace Approvals.Policy.Tests.Rules;

/// <summary>Requests as the workflow would hand them to policy, and the policies of these tests.</summary>
internal static class Inputs
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    public static PolicyInput Of(
        string action = """{"type":"data.export","target":{"environment":"staging"},"parameters":{"rows":12},"audience":null,"justification":"Weekly report."}""",
        string actor = "service",
        string findings = "[]",
        string context = "{}") => new(
            Json(action),
            Json($$$"""{"actor":{"kind":"{{{actor}}}","issuer":"approvals","subject":"s-1","displayName":"ci-bot","groups":["ci"]},"onBehalfOf":null,"owners":[]}"""),
            Json(context),
            Json(findings),
            Now);

    public static PolicyInput Type(string type, string actor = "service", string target = """{"environment":"staging"}""", string parameters = "{}", string findings = "[]") =>
        Of($$"""{"type":"{{type}}","target":{{target}},"parameters":{{parameters}},"audience":null,"justification":"As agreed."}""", actor, findings);

    public static string Finding(string type) => $$"""{"type":"{{type}}","rule":"r","pointer":"/parameters/x","confidence":1.0,"operator":"pseudonym"}""";

    public static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static PolicySet PolicyOf(string rules, string mode = "first-match", string rest = "") =>
        PolicySet.Load($"version: 1\nmode: {mode}\n{rest}\nrules:\n{rules}\n", "policy.yaml");

    public static string Rule(string id, string when, string verdict, string more = "") =>
        $"  - {{id: {id}, when: '{when.Replace("'", "''", StringComparison.Ordinal)}', verdict: {verdict}{(verdict == "review" ? ", review: {groups: [g], timeout: 1h}" : "")}{more}}}\n";

    public static IReadOnlyList<PolicyDiagnostic> Refused(string yaml) =>
        Assert.Throws<PolicyException>(() => PolicySet.Load(yaml, "policy.yaml")).Diagnostics;
}
