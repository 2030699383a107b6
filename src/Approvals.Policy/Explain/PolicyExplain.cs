using Approvals.Policy.Cel;
using Approvals.Policy.Rules;

namespace Approvals.Policy.Explain;

/// <summary>Says why a policy decides as it does. Shows values of the input: redacted data, meant for whoever may see the action.</summary>
public static class PolicyExplain
{
    /// <summary>Never throws for any input; an input that cannot be judged has a decision and no rules.</summary>
    public static Explanation Of(PolicySet policy, PolicyInput input)
    {
        var decision = policy.Evaluate(input);
        CelActivation activation;
        try
        {
            activation = Activation.Of(input, policy.Document.Data);
        }
        catch (Exception)
        {
            // Evaluate said what is wrong with the input; no rule has a value for it.
            return new Explanation(decision, []);
        }
        var rules = policy.Document.Rules;
        var decisive = Decisive(policy.Document, decision);
        return new Explanation(decision, [.. rules.Select((rule, index) => Trace(rule, activation, decision, index, decisive, policy.Document.Mode))]);
    }

    private static int Decisive(PolicyDocument policy, PolicyDecision decision) =>
        decision.Rule is null ? int.MaxValue : policy.Rules.Index().First(r => r.Item.Id == decision.Rule).Index;

    private static RuleTrace Trace(PolicyRule rule, CelActivation activation, PolicyDecision decision, int index, int decisive, MatchMode mode)
    {
        var condition = ConditionTracer.Trace(rule.When.Syntax, activation);
        var outcome = condition.IsError ? RuleOutcome.Error : condition.Value == "true" ? RuleOutcome.Match : RuleOutcome.NoMatch;
        // Denials are asked first, all of them; of the others only those up to the one that decided.
        var decidedByDenial = decision.Verdict == PolicyVerdict.Deny && decision.Error is null && decision.Rule is not null;
        var reached = mode == MatchMode.HighestSeverity
            || (rule.Verdict == PolicyVerdict.Deny ? !decidedByDenial || index <= decisive : !decidedByDenial && index <= decisive);
        return new RuleTrace(rule.Id, rule.Verdict, outcome, decision.Rule == rule.Id, reached, rule.Node.Line, rule.Description, condition);
    }
}
