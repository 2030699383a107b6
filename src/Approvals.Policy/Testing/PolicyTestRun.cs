using System.Text.Json.Nodes;
using Approvals.Policy.Explain;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Testing;

/// <summary>Where a decision differs from what was expected.</summary>
/// <param name="Path">E.g. <c>review.stages[0].quorum</c>.</param>
public sealed record TestDifference(string Path, string Expected, string Actual);

public sealed record TestCaseResult(PolicyTestCase Case, PolicyDecision Decision, IReadOnlyList<TestDifference> Differences)
{
    public bool Passed => Differences.Count == 0;
}

/// <summary>In how many cases a rule matched, and in how many it decided.</summary>
public sealed record RuleCoverage(string Rule, int Matched, int Decided);

/// <summary>What came of running test cases against a policy.</summary>
public sealed record PolicyTestReport(IReadOnlyList<TestCaseResult> Cases, IReadOnlyList<RuleCoverage> Coverage)
{
    public bool Passed => Cases.All(c => c.Passed);
}

/// <summary>Runs the cases of a test file. What a case does not mention is not compared.</summary>
public static class PolicyTestRun
{
    public static PolicyTestReport Run(PolicySet policy, IReadOnlyList<PolicyTestCase> cases)
    {
        var matched = policy.RuleIds.ToDictionary(id => id, _ => 0, StringComparer.Ordinal);
        var decided = new Dictionary<string, int>(matched, StringComparer.Ordinal);
        var results = new List<TestCaseResult>();
        foreach (var test in cases)
        {
            var explanation = PolicyExplain.Of(policy, test.Input);
            foreach (var rule in explanation.Rules.Where(r => r.Outcome == RuleOutcome.Match))
                matched[rule.Rule]++;
            if (explanation.Decision is { Error: null, Rule: { } decisive })
                decided[decisive]++;
            var differences = new List<TestDifference>();
            Compare("", test.Expected, DecisionView.Of(explanation.Decision), differences);
            results.Add(new TestCaseResult(test, explanation.Decision, differences));
        }
        return new PolicyTestReport(results, [.. policy.RuleIds.Select(id => new RuleCoverage(id, matched[id], decided[id]))]);
    }

    private static void Compare(string path, YamlNode expected, JsonNode? actual, List<TestDifference> differences)
    {
        switch (expected)
        {
            case YamlMapping mapping when actual is JsonObject fields:
                // `review: {groups: …}` is the only stage of a plan, as it is in a policy.
                if (path == "review" && mapping.Entries.All(e => e.Key.Text != "stages") && fields["stages"] is JsonArray { Count: 1 } stages)
                    fields = (JsonObject)stages[0]!;
                foreach (var (key, value) in mapping.Entries)
                    Compare(path.Length == 0 ? key.Text : $"{path}.{key.Text}", value, fields[key.Text], differences);
                break;
            case YamlSequence list when actual is JsonArray items && list.Items.Count == items.Count:
                for (var i = 0; i < items.Count; i++)
                    Compare($"{path}[{i}]", list.Items[i], items[i], differences);
                break;
            case YamlScalar one when actual is JsonArray { Count: 1 } single:
                Compare(path, one, single[0], differences);
                break;
            case YamlScalar scalar when actual is JsonValue or null && Same(path, scalar, actual):
                break;
            default:
                differences.Add(new TestDifference(path, Text(YamlJson.Node(expected)), Text(actual)));
                break;
        }
    }

    private static bool Same(string path, YamlScalar expected, JsonNode? actual)
    {
        // `rule: none` reads better than `rule: null`, and no rule can be in its way: "nothing matched" has no id.
        if (actual is null)
            return expected.IsNull || expected is { IsPlain: true, Text: "none" };
        if (expected.IsNull)
            return false;
        var text = actual.GetValueKind() == System.Text.Json.JsonValueKind.String ? actual.GetValue<string>() : actual.ToJsonString();
        // Reasons are prose: a part of one is enough. Durations may be written in other units.
        return path switch
        {
            "reason" => text.Contains(expected.Text, StringComparison.Ordinal),
            _ => text == expected.Text || (Durations.TryParse(expected.Text, out var a) && Durations.TryParse(text, out var b) && a == b),
        };
    }

    private static string Text(JsonNode? node) => node switch
    {
        null => "none",
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => value.GetValue<string>(),
        JsonArray list => $"[{string.Join(", ", list.Select(Text))}]",
        JsonObject fields => $"{{{string.Join(", ", fields.Select(f => $"{f.Key}: {Text(f.Value)}"))}}}",
        _ => node.ToJsonString(),
    };
}
