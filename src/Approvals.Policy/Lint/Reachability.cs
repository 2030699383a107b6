using Approvals.Policy.Rules;

namespace Approvals.Policy.Lint;

/// <summary>Rules that can never decide: their condition is never true, or another rule always comes first.</summary>
internal static class Reachability
{
    public static void Check(PolicyDocument policy, Findings findings)
    {
        var alive = new List<PolicyRule>();
        foreach (var rule in policy.Rules)
        {
            if (Logic.IsContradiction(rule.When.Syntax))
                findings.Add(DiagnosticSeverity.Warning, rule, "never_matches", $"Rule `{rule.Id}` can never match.", rule.Verdict == PolicyVerdict.Deny ? "It protects nothing: correct its condition." : "Correct its condition, or remove it.", rule.When.Syntax);
            else
                alive.Add(rule);
        }
        // Denials come first whatever their place; behind them the order of the file counts where the first match decides.
        var denials = alive.Where(r => r.Verdict == PolicyVerdict.Deny).ToList();
        var others = alive.Where(r => r.Verdict != PolicyVerdict.Deny).ToList();
        for (var i = 0; i < denials.Count; i++)
            Shadow(denials[i], denials.Take(i), findings);
        for (var i = 0; i < others.Count; i++)
            Shadow(others[i], policy.Mode == MatchMode.FirstMatch ? denials.Concat(others.Take(i)) : denials, findings);
    }

    private static void Shadow(PolicyRule rule, IEnumerable<PolicyRule> earlier, Findings findings)
    {
        foreach (var other in earlier)
        {
            if (!Logic.Implies(rule.When.Syntax, other.When.Syntax))
                continue;
            if (Logic.Constant(other.When.Syntax) == true)
                findings.Add(DiagnosticSeverity.Warning, rule, "unreachable_rule", $"Rule `{rule.Id}` is never reached: `{other.Id}` matches everything.", "Move it before that rule, or remove it.");
            else
                findings.Add(DiagnosticSeverity.Warning, rule, "shadowed_rule", $"Rule `{rule.Id}` never decides: whenever it matches, `{other.Id}` (line {other.Node.Line}) decides first.", "Move the narrower rule first, or remove it.", rule.When.Syntax);
            return;
        }
    }
}
