using System.Globalization;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Reads one entry of <c>rules:</c>.</summary>
internal sealed class RuleReader(DiagnosticList diagnostics, RuleExpressions expressions, PlanReader plans)
{
    private const int MaximumReason = 2_000;
    private const int MaximumEvidence = 50;

    private static readonly Dictionary<string, PolicyVerdict> s_verdicts = new(StringComparer.Ordinal)
    {
        ["allow"] = PolicyVerdict.Allow,
        ["deny"] = PolicyVerdict.Deny,
        ["review"] = PolicyVerdict.Review,
    };

    private readonly Dictionary<string, YamlNode> _ids = new(StringComparer.Ordinal);

    public PolicyRule? Read(YamlNode node)
    {
        if (YamlKeys.Of(node, "A rule", diagnostics) is not { } keys)
            return null;
        var id = Id(keys);
        var description = keys.Text("description");
        var when = keys.Scalar("when", required: true) is { } source ? expressions.Condition(source) : null;
        var verdict = keys.Word("verdict", s_verdicts, required: true);
        var reason = Reason(keys, id, description);
        var risk = keys.Integer("risk", 0, 100) ?? 0;
        var obligations = Obligations(keys, verdict);
        var evidence = keys.Scalars("evidence", MaximumEvidence);
        var plan = Plan(keys, verdict);
        keys.Finish();

        if (id is null || when is null || verdict is null || reason is null || (verdict == PolicyVerdict.Review && plan is null))
            return null;
        return new PolicyRule
        {
            Id = id,
            Description = description,
            When = when,
            Guard = TypeGuard.Of(when.Syntax),
            Verdict = verdict.Value,
            Reason = reason,
            Risk = risk,
            Obligations = obligations,
            Evidence = [.. evidence.Select(tag => tag.Text)],
            Plan = plan,
            Node = node,
        };
    }

    private string? Id(YamlKeys keys)
    {
        if (keys.Scalar("id", required: true) is not { } scalar || !Names.Check(scalar, "id", diagnostics))
            return null;
        if (_ids.TryAdd(scalar.Text, scalar))
            return scalar.Text;
        diagnostics.Error(scalar, "duplicate_rule", string.Create(CultureInfo.InvariantCulture, $"Rule `{scalar.Text}` stands in line {_ids[scalar.Text].Line} already."), "Give each rule an id of its own: records name the rule that decided.");
        return null;
    }

    private ReasonTemplate? Reason(YamlKeys keys, string? id, string? description)
    {
        if (keys.Scalar("reason") is not { } scalar)
            return ReasonTemplate.Fixed(description ?? $"Rule {id} of the policy.");
        if (scalar.Text.Length <= MaximumReason)
            return ReasonTemplate.Compile(scalar, expressions, diagnostics);
        diagnostics.Error(scalar, "too_large", string.Create(CultureInfo.InvariantCulture, $"A reason of more than {MaximumReason} characters."), "People read it while they decide: shorten it.");
        return null;
    }

    private Obligations Obligations(YamlKeys keys, PolicyVerdict? verdict)
    {
        if (keys.Mapping("obligations") is not { } mapping)
            return Policy.Obligations.None;
        if (verdict is PolicyVerdict.Allow or PolicyVerdict.Deny)
            diagnostics.Error(mapping.Node, "obligations_bind_nobody", "Obligations bind reviewers, and this rule has none.", "Make the verdict `review`, or put the condition on the requester into `when`.");
        var obligations = new Obligations(
            mapping.Word("assurance", Names.Assurances) ?? Assurance.Link,
            mapping.Integer("justification", 0, PlanReader.LongestJustification) ?? 0,
            PlanReader.Ticket(mapping));
        mapping.Finish();
        return obligations;
    }

    private PlanSource? Plan(YamlKeys keys, PolicyVerdict? verdict)
    {
        var node = verdict == PolicyVerdict.Review ? keys.Require("review") : keys.Get("review");
        if (node is null)
            return null;
        if (verdict is PolicyVerdict.Allow or PolicyVerdict.Deny)
            diagnostics.Error(node, "review_without_verdict", "This rule has a review plan, but its verdict is not `review`.", "Write `verdict: review`, or remove the plan.");
        return plans.Read(node);
    }
}
