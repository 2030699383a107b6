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
}

/// <summary>The one terminal outcome of an action. It holds once its record stands in the ledger, not before.</summary>
/// <param name="Reason">For people; made from redacted data only.</param>
public sealed record Decision(Outcome Outcome, DecidedBy By, string Reason, DateTimeOffset At);
