using System.Text.Json.Nodes;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Testing;

/// <summary>A decision in the words that policies and their tests use, to compare it with what a test expects.</summary>
internal static class DecisionView
{
    private static readonly string[] s_decisionKeys = ["verdict", "rule", "reason", "risk", "error", "evidence", "review"];
    private static readonly string[] s_stageKeys =
    [
        "name", "groups", "filter", "quorum", "oneFromEachGroup", "denyThreshold", "timeout", "reminders", "escalation", "assurance", "justification", "ticket",
    ];

    /// <summary>A misspelt expectation would be no expectation: its keys are checked as those of a policy are.</summary>
    public static void CheckKeys(YamlMapping expected, DiagnosticList diagnostics)
    {
        Check(expected, s_decisionKeys, "An expectation", diagnostics);
        if (expected.Entries.FirstOrDefault(e => e.Key.Text == "review").Value is not YamlMapping review)
            return;
        if (review.Entries.All(e => e.Key.Text != "stages"))
        {
            Check(review, s_stageKeys, "A stage", diagnostics);
            return;
        }
        Check(review, ["stages"], "A plan", diagnostics);
        foreach (var stage in (review.Entries[0].Value as YamlSequence)?.Items.OfType<YamlMapping>() ?? [])
            Check(stage, s_stageKeys, "A stage", diagnostics);
    }

    public static JsonObject Of(PolicyDecision decision) => new()
    {
        ["verdict"] = decision.Verdict.ToString().ToLowerInvariant(),
        ["rule"] = decision.Rule,
        ["reason"] = decision.Reason,
        ["risk"] = decision.RiskScore,
        ["error"] = decision.Error,
        ["evidence"] = Texts(decision.Evidence),
        ["review"] = decision.Plan is null ? null : new JsonObject { ["stages"] = new JsonArray([.. decision.Plan.Stages.Select(s => (JsonNode)Stage(s))]) },
    };

    private static JsonObject Stage(ReviewStage stage) => new()
    {
        ["name"] = stage.Name,
        ["groups"] = Texts(stage.Groups),
        ["filter"] = stage.Filter,
        ["quorum"] = stage.Quorum,
        ["oneFromEachGroup"] = stage.OneFromEachGroup,
        ["denyThreshold"] = stage.DenyThreshold,
        ["timeout"] = Durations.Write(stage.Timeout),
        ["reminders"] = Texts(stage.Reminders.Select(Durations.Write)),
        ["escalation"] = stage.Escalation is null ? null : new JsonObject { ["after"] = Durations.Write(stage.Escalation.After), ["groups"] = Texts(stage.Escalation.Groups) },
        ["assurance"] = Rules.Names.Assurances.First(a => a.Value == stage.MinimumAssurance).Key,
        ["justification"] = stage.MinimumJustification,
        ["ticket"] = stage.TicketPattern,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static void Check(YamlMapping mapping, string[] known, string what, DiagnosticList diagnostics)
    {
        foreach (var (key, _) in mapping.Entries)
        {
            if (!known.Contains(key.Text))
                diagnostics.Error(key, "unknown_key", $"{what} has no key `{key.Text}`.", Suggestion.For(key.Text, known) ?? $"Its keys are {string.Join(", ", known)}.");
        }
    }
}
