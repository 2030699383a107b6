using System.Text.Json;
using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Rules;

namespace Approvals.Policy.Lint;

/// <summary>
/// Rules that allow more than somebody meant. Besides reading the condition it is tried: on an action of a type that nobody has thought of,
/// and on one that names nothing but its type.
/// </summary>
internal static class OpenDoors
{
    private const string UnknownType = "zz-unheard-of.zz-nothing";
    private const int MaximumProbes = 2_000;

    public static void Check(PolicyDocument policy, Findings findings)
    {
        foreach (var rule in policy.Rules.Where(r => r.Verdict == PolicyVerdict.Allow))
        {
            var when = rule.When.Syntax;
            if (Logic.Constant(when) == true)
                findings.Add(DiagnosticSeverity.Error, rule, "fails_open", $"Rule `{rule.Id}` allows everything that no deny rule names.", "Say which types of action it allows.", when);
            else if (Matches(policy, rule, UnknownType))
                findings.Add(DiagnosticSeverity.Error, rule, "fails_open", $"Rule `{rule.Id}` allows actions of types that nobody has thought of yet.", "Name the types it allows: `action.type == \"…\"`, not the types it does not.", when);
            else if (LooksInside(when) && Candidates(policy, when).Any(type => Matches(policy, rule, type)))
                findings.Add(DiagnosticSeverity.Warning, rule, "matches_when_absent", $"Rule `{rule.Id}` looks at target or parameters, and still allows an action that has none.", "Ask for what must be there with `has(…)`, or give `orValue` a default that does not match.", when);

            foreach (var pattern in ExprWalk.All(when).OfType<Expr.Call>().Where(c => c is { Function: "matches", Args.Length: > 0 } && ExprWalk.Text(c.Args[^1]) is { } text && !IsAnchored(text)))
                findings.Add(DiagnosticSeverity.Warning, rule, "unanchored_pattern", $"Rule `{rule.Id}` allows whatever holds a match of this pattern anywhere.", "Begin the pattern with `^` and end it with `$`.", pattern.Args[^1]);
            if (ExprWalk.Uses(when, "context"))
                findings.Add(DiagnosticSeverity.Warning, rule, "trusts_requester", $"Rule `{rule.Id}` allows by `context`, which is what the requester says of itself.", "Rest an allow on the action, the principal and the findings.", ExprWalk.All(when).First(e => e is Expr.Ident { Name: "context" }));
        }
    }

    private static bool IsAnchored(string pattern) =>
        (pattern.StartsWith('^') || pattern.StartsWith("\\A", StringComparison.Ordinal)) && (pattern.EndsWith('$') || pattern.EndsWith("\\z", StringComparison.Ordinal));

    private static bool LooksInside(Expr when) => ExprWalk.All(when).Any(e => ExprWalk.Member(e, "action") is "target" or "parameters");

    /// <summary>Types that the condition may have in mind: its own texts and those of the lists it names, whole and as a first word.</summary>
    private static IEnumerable<string> Candidates(PolicyDocument policy, Expr when)
    {
        var own = ExprWalk.All(when).Select(ExprWalk.Text).OfType<string>();
        var listed = ExprWalk.All(when).Select(e => ExprWalk.Member(e, "lists")).OfType<string>().Distinct(StringComparer.Ordinal).SelectMany(policy.Data.Texts);
        return own.Concat(listed).Distinct(StringComparer.Ordinal).SelectMany(text => new[] { text, text + ".x" }).Take(MaximumProbes);
    }

    private static bool Matches(PolicyDocument policy, PolicyRule rule, string type)
    {
        foreach (var kind in new[] { "human", "service", "agent" })
        {
            var input = new PolicyInput(
                JsonSerializer.SerializeToElement(new { type, target = new { }, parameters = new { }, audience = (string?)null, justification = "" }),
                JsonSerializer.SerializeToElement(new { actor = new { kind, issuer = "approvals", subject = "zz", displayName = "zz", groups = Array.Empty<string>() }, onBehalfOf = (string?)null, owners = Array.Empty<string>() }),
                JsonSerializer.SerializeToElement(new { }),
                JsonSerializer.SerializeToElement(Array.Empty<string>()),
                DateTimeOffset.UnixEpoch);
            if (rule.When.Program.EvaluateCondition(Activation.Of(input, policy.Data), Expression.CostLimit, out _) == true)
                return true;
        }
        return false;
    }
}
