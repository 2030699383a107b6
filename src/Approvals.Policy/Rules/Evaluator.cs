using Approvals.Policy.Cel;

namespace Approvals.Policy.Rules;

/// <summary>
/// Decides. INVARIANTS: a deny rule that matches wins over everything; an error in any expression that was needed is a deny; what no rule
/// matches is a deny. So more deny rules can only deny more.
/// </summary>
internal sealed class Evaluator(PolicyDocument policy, string digest, PersonRef? author)
{
    private readonly PolicyRule[] _denials = [.. policy.Rules.Where(r => r.Verdict == PolicyVerdict.Deny)];
    private readonly PolicyRule[] _others = [.. policy.Rules.Where(r => r.Verdict != PolicyVerdict.Deny)];

    public PolicyDecision Decide(PolicyInput input)
    {
        CelActivation activation;
        try
        {
            activation = Activation.Of(input, policy.Data);
        }
        catch (PolicyInputException e)
        {
            return Failed(null, "invalid_input", e.Message);
        }
        return policy.Mode == MatchMode.FirstMatch ? FirstMatch(activation, input.Now) : HighestSeverity(activation, input.Now);
    }

    private PolicyDecision FirstMatch(CelActivation activation, DateTimeOffset now)
    {
        PolicyDecision? failure = null;
        var type = TypeGuard.TypeOf(activation);
        foreach (var rule in _denials)
        {
            if (Matches(rule, type, activation, ref failure))
                return Decided(rule, activation, rule.Risk, rule.Evidence, rule.Obligations, now);
        }
        foreach (var rule in _others)
        {
            if (failure is not null)
                return failure;
            if (Matches(rule, type, activation, ref failure))
                return Decided(rule, activation, rule.Risk, rule.Evidence, rule.Obligations, now);
        }
        return failure ?? Nothing();
    }

    /// <summary>Every rule is evaluated; deny over review over allow, then the higher risk, then the order of the file.</summary>
    private PolicyDecision HighestSeverity(CelActivation activation, DateTimeOffset now)
    {
        PolicyDecision? failure = null;
        var type = TypeGuard.TypeOf(activation);
        PolicyRule? deciding = null;
        var risk = 0;
        var obligations = Obligations.None;
        List<string>? evidence = null;
        foreach (var rule in _denials)
            Collect(rule, type, activation, ref failure, ref deciding, ref risk, ref obligations, ref evidence);
        if (deciding is null && failure is not null)
            return failure;
        var denied = deciding is not null;
        foreach (var rule in _others)
            Collect(rule, type, activation, ref failure, ref deciding, ref risk, ref obligations, ref evidence);
        if (!denied && failure is not null)
            return failure;
        return deciding is null
            ? Nothing()
            : Decided(deciding, activation, Math.Min(risk, 100), evidence is null ? [] : evidence, obligations, now);
    }

    private void Collect(
        PolicyRule rule, string? type, CelActivation activation, ref PolicyDecision? failure, ref PolicyRule? deciding, ref int risk, ref Obligations obligations, ref List<string>? evidence)
    {
        if (!Matches(rule, type, activation, ref failure))
            return;
        risk += rule.Risk;
        obligations = obligations.Stricter(rule.Obligations);
        if (rule.Evidence.Count > 0)
            evidence = [.. (evidence ?? []).Union(rule.Evidence, StringComparer.Ordinal)];
        if (deciding is null || (Severity(rule), rule.Risk).CompareTo((Severity(deciding), deciding.Risk)) > 0)
            deciding = rule;
    }

    private static int Severity(PolicyRule rule) => rule.Verdict switch
    {
        PolicyVerdict.Allow => 0,
        PolicyVerdict.Review => 1,
        _ => 2,
    };

    private bool Matches(PolicyRule rule, string? type, CelActivation activation, ref PolicyDecision? failure)
    {
        if (type is not null && rule.Guard?.RulesOut(type) == true)
            return false;
        var matches = rule.When.Program.EvaluateCondition(activation, Expression.CostLimit, out var error);
        if (matches is null)
            failure ??= Failed(rule, error!.Code, error.Reason);
        return matches == true;
    }

    private PolicyDecision Decided(PolicyRule rule, CelActivation activation, int risk, IReadOnlyList<string> evidence, Obligations obligations, DateTimeOffset now)
    {
        string reason;
        try
        {
            reason = rule.Reason.Fill(activation);
        }
        catch (CelEvaluationException e)
        {
            // A reviewer who cannot be told why is not asked; a deny stays the deny it is.
            if (rule.Verdict != PolicyVerdict.Deny)
                return Failed(rule, e.Code, $"its reason: {e.Reason}");
            reason = rule.Description ?? $"Rule {rule.Id} of the policy.";
        }
        if (author is null && rule.Plan?.ExcludesAuthor == true)
            return Failed(rule, "policy_author_unknown", "whoever last changed the policy may not review, and nobody knows who that was");
        var plan = rule.Plan?.For(now, author);
        if (plan is not null && obligations != Obligations.None)
            plan = obligations.ApplyTo(plan);
        return new PolicyDecision(rule.Verdict, rule.Id, reason, digest, plan)
        {
            RiskScore = risk,
            Evidence = evidence,
            Exceptions = plan is null ? null : policy.Exceptions.For(TypeGuard.TypeOf(activation) ?? ""),
            Obligations = plan is null || obligations == Obligations.None ? null : obligations,
        };
    }

    // Messages of CEL name the kind of error and never a value of the data.
    private PolicyDecision Failed(PolicyRule? rule, string code, string what) => new(
        PolicyVerdict.Deny,
        rule?.Id,
        rule is null ? $"The request cannot be judged: {what}" : $"Rule {rule.Id} could not be evaluated ({code}): {what}. What cannot be judged is denied.",
        digest,
        null) { Error = code };

    private PolicyDecision Nothing() =>
        new(PolicyVerdict.Deny, null, "No rule of the policy matches this action; what no rule names is denied.", digest, null);
}
