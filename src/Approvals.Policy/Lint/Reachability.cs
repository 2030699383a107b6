using Approvals.Policy.Rules;

namespace Approvals.Policy.Lint;

/// <summary>Rules that can never decide: their condition is never true, or another rule always comes first.</summary>
internal static class Reachability
{
    // Every pair is compared.
    private const int MostGrants = 500;

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
        Overlaps([.. others.Where(r => r.Verdict == PolicyVerdict.Allow)], findings);
        for (var i = 0; i < others.Count; i++)
            Shadow(others[i], policy.Mode == MatchMode.FirstMatch ? denials.Concat(others.Take(i)) : denials, findings);
    }

    /// <summary>
    /// Two rules that both grant the same: taking one away takes nothing away. Only what is certain of the type is compared, and conditions that
    /// exclude each other are told apart; of a rule that never decides, <see cref="Shadow"/> speaks.
    /// </summary>
    private static void Overlaps(IReadOnlyList<PolicyRule> grants, Findings findings)
    {
        for (var i = 0; i < Math.Min(grants.Count, MostGrants); i++)
        {
            var (rule, types) = (grants[i], Logic.TypesOf(grants[i].When.Syntax));
            var other = grants.Take(i).FirstOrDefault(o => types is not null && Logic.TypesOf(o.When.Syntax)?.Overlaps(types) == true
                && !Logic.AreDisjoint(rule.When.Syntax, o.When.Syntax) && !Logic.Implies(rule.When.Syntax, o.When.Syntax));
            if (other is not null)
                findings.Add(DiagnosticSeverity.Warning, rule, "overlapping_grants", $"Rules `{other.Id}` (line {other.Node.Line}) and `{rule.Id}` may both allow the same action: taking one away does not forbid it.", "Make their conditions exclude each other, or make them one rule.", rule.When.Syntax);
        }
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
                findings.Add(DiagnosticSeverity.Warning, rule, "shadowed_rule", $"Rule `{rule.Id}` never decides: whenever it matches, `{other.Id}` (line {other.Node.Line}) decides first.",
                    other.Verdict == PolicyVerdict.Deny ? "A deny comes first wherever it stands: narrow that one, or remove this." : "Move the narrower rule first, or remove it.", rule.When.Syntax);
            return;
        }
    }
}
