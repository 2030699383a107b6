using Approvals.Policy;

namespace Approvals.Workflow.Policies;

/// <summary>The policy that judges now, as far as a workflow asks it. Get it anew for every step: it changes while actions wait.</summary>
/// <param name="Digest"><c>sha256:</c> and hex.</param>
/// <param name="OnChange">What it wants for reviews that began under the one before it.</param>
public sealed record PolicyInForce(string Digest, Func<PolicyInput, PolicyDecision> Judge, OpenReviews OnChange, PolicyExceptions Exceptions)
{
    public static PolicyInForce Of(PolicySet policy) => new(policy.Digest, policy.Evaluate, policy.OnChange, policy.Exceptions);
}
