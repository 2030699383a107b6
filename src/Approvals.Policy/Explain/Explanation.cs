using System.Text.Json.Serialization;

namespace Approvals.Policy.Explain;

/// <summary>What a rule came to for one action.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleOutcome>))]
public enum RuleOutcome
{
    [JsonStringEnumMemberName("no-match")]
    NoMatch,

    [JsonStringEnumMemberName("match")]
    Match,

    /// <summary>Its condition could not be evaluated.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>One part of a condition with its value; the parts of <c>&amp;&amp;</c>, <c>||</c>, <c>!</c> and <c>?:</c> below it.</summary>
/// <param name="Expression">In canonical spacing.</param>
/// <param name="Operator">How the parts below it are put together: <c>&amp;&amp;</c>, <c>||</c>, <c>!</c>, <c>?:</c>; null where there are none.</param>
/// <param name="Value">As CEL writes it, cut where it is long; for an error its code.</param>
/// <param name="Operands">What the values it looked at were, for a part that is taken apart no further.</param>
public sealed record ConditionTrace(string Expression, string Value, bool IsError, string? Operator, IReadOnlyList<OperandValue> Operands, IReadOnlyList<ConditionTrace> Parts)
{
    /// <summary>The smallest part that says why a condition is not true: of <c>a &amp;&amp; b</c> the first that is false.</summary>
    public ConditionTrace WhyNot()
    {
        var part = this;
        while (part.Operator == "&&" && part.Parts.FirstOrDefault(p => p.Value == "false" && !p.IsError) is { } decisive)
            part = decisive;
        return part;
    }
}

public sealed record OperandValue(string Expression, string Value);

/// <summary>What became of one rule.</summary>
/// <param name="Decides">Whether the decision is this rule's.</param>
/// <param name="Reached">False where the policy's mode had decided before it came to this rule; its value is shown all the same.</param>
public sealed record RuleTrace(string Rule, PolicyVerdict Verdict, RuleOutcome Outcome, bool Decides, bool Reached, int Line, string? Description, ConditionTrace Condition);

/// <summary>A decision, and for every rule of the policy its value and why, in the order of the file.</summary>
public sealed record Explanation(PolicyDecision Decision, IReadOnlyList<RuleTrace> Rules);
