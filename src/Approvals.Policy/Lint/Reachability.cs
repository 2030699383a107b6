using Approvals.Policy.Rules;

namespace Approvals.Policy.Lint;

/// <summary>Rules that can never decide: their condition is never true, or another rule always comes first.</summary>
internal sealed class Reachability(PolicyDocument policy, Findings findings)
{
    // Every pair is compared.
    private const int MostGrants = 500;

    // Some seconds. Rules that name types of actions are told apart without it, and a policy of thousands of rules has such.
    private const int MostComparisons = 150_000;

    private readonly Dictionary<PolicyRule, HashSet<string>?> _types = [];
    private int _comparisons;

    public void Check()
    {
        var alive = new List<PolicyRule>();
        foreach (var rule in policy.Rules)
        {
            if (Logic.IsContradiction(rule.When.Syntax))
                findings.Add(DiagnosticSeverity.Warning, rule, "never_matches", $"Rule `{rule.Id}` can never match.", rule.Verdict == PolicyVerdict.Deny ? "It protects nothing: correct its condition." : "Correct its condition, or remove it.", rule.When.Syntax);
            else
                alive.Add(rule);
            _types[rule] = Logic.TypesOf(rule.When.Syntax);
        }
        // Denials come first whatever their place; behind them the order of the file counts where the first match decides.
        var denials = alive.Where(r => r.Verdict == PolicyVerdict.Deny).ToList();
        var others = alive.Where(r => r.Verdict != PolicyVerdict.Deny).ToList();
        for (var i = 0; i < denials.Count; i++)
            Shadow(denials[i], denials.Take(i));
        Overlaps([.. others.Where(r => r.Verdict == PolicyVerdict.Allow)]);
        for (var i = 0; i < others.Count; i++)
            Shadow(others[i], policy.Mode == MatchMode.FirstMatch ? denials.Concat(others.Take(i)) : denials);
        if (_comparisons > MostComparisons)
            findings.AddAt(DiagnosticSeverity.Note, policy.Rules[0].Node, "not_all_compared", "There are more rules here than are compared with one another: unreachable ones among the later ones may be missed.", "Begin conditions with the types of action that they are for.");
    }

    /// <summary>
    /// Two rules that both grant the same: taking one away takes nothing away. Only what is certain of the type is compared, and conditions that
    /// exclude each other are told apart; of a rule that never decides, <see cref="Shadow"/> speaks.
    /// </summary>
    private void Overlaps(IReadOnlyList<PolicyRule> grants)
    {
        for (var i = 0; i < Math.Min(grants.Count, MostGrants); i++)
        {
            var (rule, types) = (grants[i], _types[grants[i]]);
            var other = grants.Take(i).FirstOrDefault(o => types is not null && _types[o]?.Overlaps(types) == true
                && !Logic.AreDisjoint(rule.When.Syntax, o.When.Syntax) && !Logic.Implies(rule.When.Syntax, o.When.Syntax));
            if (other is not null)
                findings.Add(DiagnosticSeverity.Warning, rule, "overlapping_grants", $"Rules `{other.Id}` (line {other.Node.Line}) and `{rule.Id}` may both allow the same action: taking one away does not forbid it.", "Make their conditions exclude each other, or make them one rule.", rule.When.Syntax);
        }
    }

    private void Shadow(PolicyRule rule, IEnumerable<PolicyRule> earlier)
    {
        foreach (var other in earlier)
        {
            // What is for other types alone does not come first.
            if (_types[rule] is { } types && _types[other] is { } others && !types.IsSubsetOf(others))
                continue;
            if (++_comparisons > MostComparisons)
                return;
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
