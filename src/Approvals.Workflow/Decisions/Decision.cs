using Approvals.Policy;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Decisions;

public enum Outcome
{
    Approved,
    Denied,
    Expired,
    Canceled,
}

public enum DecidedBy
{
    /// <summary>A policy rule, or the default deny.</summary>
    Policy,

    /// <summary>Reviewers' votes.</summary>
    People,

    /// <summary>The requester, or an admin, withdrew the action.</summary>
    Requester,

    /// <summary>A deadline passed.</summary>
    Timeout,

    /// <summary>The gate itself could not go on and failed closed.</summary>
    Gate,

    /// <summary>Reviewers' votes on this type and target, given ahead.</summary>
    StandingApproval,

    /// <summary>Two people in an emergency, past the review.</summary>
    BreakGlass,
}

/// <summary>The one terminal outcome of an action. It holds once its record stands in the ledger, not before.</summary>
/// <param name="Reason">For people; made from redacted data only.</param>
public sealed record Decision(Outcome Outcome, DecidedBy By, string Reason, DateTimeOffset At)
{
    /// <summary>Allowed, or else denied: also what policy wants reviewed by nobody.</summary>
    public static Decision ByPolicy(PolicyDecision policy, DateTimeOffset at) =>
        new(policy.Verdict == PolicyVerdict.Allow ? Outcome.Approved : Outcome.Denied, DecidedBy.Policy, policy.Reason, at);

    public static Decision ByStandingApproval(DateTimeOffset at) =>
        new(Outcome.Approved, DecidedBy.StandingApproval, "Covered by a standing approval of this type and target.", at);

    /// <summary>What a closed review comes to.</summary>
    public static Decision ByPeople(ReviewOutcome outcome, DateTimeOffset at) => outcome switch
    {
        ReviewOutcome.Approved => new Decision(Outcome.Approved, DecidedBy.People, "Approved by the reviewers that policy asked.", at),
        ReviewOutcome.Denied => new Decision(Outcome.Denied, DecidedBy.People, "Denied by a reviewer.", at),
        ReviewOutcome.GlassBroken => new Decision(Outcome.Approved, DecidedBy.BreakGlass, "Two people broke the glass; a review of this is owed.", at),
        _ => new Decision(Outcome.Expired, DecidedBy.Timeout, "The review's deadline passed without a quorum.", at),
    };
}
