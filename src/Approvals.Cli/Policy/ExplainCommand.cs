using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Gate;
using ExitCodes = Approvals.Cli.Output.ExitCodes;
using Approvals.Policy;
using Approvals.Policy.Explain;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy explain ACTION</c>: the decision on a request, and of every rule its value and why, as a tree.</summary>
internal static class ExplainCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private const int LongestExpression = 110;
    private const int LongestLine = 170;

    internal static Command Create()
    {
        var connection = new GateConnection();
        var action = new Argument<string>("action") { Description = "A request as it would be submitted (JSON), redacted first as the gate does; or the id of an action of the gate of --url." };
        var policy = new Option<string?>("--policy") { Description = "The policy file; without it, the default policy, and for an action of a gate the policy in force there (for auditors and admins)." };
        var kind = new Option<string>("--actor") { Description = "The kind of principal that asks, for a request.", DefaultValueFactory = _ => "service" };
        kind.AcceptOnlyFromAmong("human", "service", "agent");
        var at = new Option<string?>("--at") { Description = "The time to decide at; without it, now, and for an action of a gate when it was asked for." };
        var all = new Option<bool>("--all") { Description = "Take apart whole also the rules that do not match; without, one line says what made each false." };
        var json = new Option<bool>("--json") { Description = "Write the explanation as JSON." };
        var command = new Command("explain", "Say what a policy decides on a request, or on an action of a gate, rule by rule.\n\nExamples:\n  approvals policy explain request.json --policy policy.yaml\n  approvals policy explain 0198…") { action, policy, kind, at, all, json };
        connection.AddTo(command);
        command.SetAction((parse, cancellation) => PolicyFile.GuardAsync(parse.InvocationConfiguration.Error, async () =>
        {
            var (path, what, time) = (parse.GetValue(policy), parse.GetRequiredValue(action), parse.GetValue(at));
            PolicySet set;
            PolicyInput input;
            var isOfGate = !File.Exists(what) && Guid.TryParseExact(what, "D", out _);
            if (isOfGate)
            {
                using var gate = connection.Open(parse);
                input = await GateAction.ReadAsync(gate, what, time is null ? null : SubmittedAction.Time(time), cancellation);
                set = path is null ? await GateAction.PolicyAsync(gate, cancellation) : PolicyFile.Load(path);
            }
            else
            {
                set = path is null ? PolicySet.Load(PolicySet.DefaultYaml, "default.yaml") : PolicyFile.Load(path);
                input = SubmittedAction.Read(what, parse.GetRequiredValue(kind), SubmittedAction.Time(time));
            }
            var explanation = PolicyExplain.Of(set, input);
            var output = parse.InvocationConfiguration.Output;
            if (parse.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(explanation, s_json));
            else
                Show(Terminal.Of(output), set, explanation, parse.GetValue(all));
            if (isOfGate && set.Rules.Any(rule => rule.When.Contains(".groups", StringComparison.Ordinal)))
                parse.InvocationConfiguration.Error.WriteLine("The gate tells no groups of principals: conditions on them saw none.");
            return ExitCodes.Done;
        }));
        return command;
    }

    private static void Show(Terminal terminal, PolicySet policy, Explanation explanation, bool all)
    {
        var decision = explanation.Decision;
        terminal.Line($"{Verdict(terminal, decision.Verdict)} by {terminal.Bold(decision.Rule ?? "no rule")}: {decision.Reason}");
        if (decision.RiskScore > 0 || decision.Evidence.Count > 0)
            terminal.Line(terminal.Dim($"risk {decision.RiskScore}{(decision.Evidence.Count > 0 ? $", evidence for {string.Join(", ", decision.Evidence)}" : "")}"));
        foreach (var stage in decision.Plan?.Stages ?? [])
            terminal.Line($"  {terminal.Blue("→")} {PlanText.Of(stage)}");
        terminal.Line(terminal.Dim($"{policy.SourceName} {decision.PolicyDigest}"));
        terminal.Line();
        for (var i = 0; i < explanation.Rules.Count; i++)
            ShowRule(terminal, explanation.Rules[i], i == explanation.Rules.Count - 1, all);
    }

    private static void ShowRule(Terminal terminal, RuleTrace rule, bool last, bool all)
    {
        var mark = rule.Outcome switch
        {
            RuleOutcome.Match => terminal.Green("✓"),
            RuleOutcome.Error => terminal.Red("!"),
            _ => terminal.Dim("·"),
        };
        var note = rule.Decides ? terminal.Bold(" ← decides") : !rule.Reached ? terminal.Dim(" (not reached)") : "";
        terminal.Line($"{(last ? "└─" : "├─")} {mark} {(rule.Outcome == RuleOutcome.NoMatch ? terminal.Dim(rule.Rule) : terminal.Bold(rule.Rule))} {terminal.Dim($"{rule.Verdict.ToString().ToLowerInvariant()}, line {rule.Line}")}{note}");
        if (all || rule.Outcome != RuleOutcome.NoMatch)
            ShowCondition(terminal, rule.Condition, last ? "   " : "│  ", true);
        else
            ShowWhyNot(terminal, rule.Condition.WhyNot(), last ? "   " : "│  ");
    }

    /// <summary>One line for a rule that does not match: what made it false, and the values that it looked at.</summary>
    private static void ShowWhyNot(Terminal terminal, ConditionTrace part, string indent)
    {
        var operands = part.Parts.Count == 0 ? part.Operands : [.. part.Parts.SelectMany(p => p.Operands).Distinct()];
        var values = operands.Count == 0 ? "" : $"  where {string.Join(", ", operands.Select(o => $"{o.Expression} = {o.Value}"))}";
        terminal.Line($"{indent}└─ {terminal.Yellow(part.Value)}  {terminal.Dim(Shorten(Shorten(part.Expression) + values, LongestLine))}");
    }

    private static void ShowCondition(Terminal terminal, ConditionTrace part, string indent, bool last)
    {
        var value = part.IsError ? terminal.Red($"error {part.Value}") : part.Value == "true" ? terminal.Green(part.Value) : terminal.Yellow(part.Value);
        terminal.Line($"{indent}{(last ? "└─" : "├─")} {value}  {Shorten(part.Expression)}");
        var below = indent + (last ? "   " : "│  ");
        foreach (var operand in part.Operands.Where(o => o.Expression != part.Expression))
            terminal.Line($"{below}{terminal.Dim($"  {operand.Expression} = {operand.Value}")}");
        for (var i = 0; i < part.Parts.Count; i++)
            ShowCondition(terminal, part.Parts[i], below, i == part.Parts.Count - 1);
    }

    private static string Verdict(Terminal terminal, PolicyVerdict verdict) => verdict switch
    {
        PolicyVerdict.Allow => terminal.Green("allow"),
        PolicyVerdict.Review => terminal.Yellow("review"),
        _ => terminal.Red("deny"),
    };

    private static string Shorten(string text, int longest = LongestExpression) =>
        text.Length <= longest ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[longest - 2]) ? longest - 2 : longest - 1), "…");
}
