using Approvals.Policy;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Reviews;

public enum Verdict
{
    Approve,
    Deny,
}

/// <summary>One reviewer's vote. Wire format: travels as the <c>vote</c> event and stands in histories and records.</summary>
/// <param name="Id">The event's id: one per voter and stage, so that a vote sent twice counts once.</param>
/// <param name="Justification">Redacted at the edge.</param>
/// <param name="ViewDigest">Of the view that was rendered to the voter.</param>
/// <param name="At">When the gate accepted it.</param>
public sealed record Vote(
    string Id, Principal Voter, Assurance Assurance, Verdict Verdict, string Justification, string ViewDigest, DateTimeOffset At)
{
    /// <summary>
    /// How long the view stood before the voter, where a page showed it: a measurement for auditors, part of no rule and of no record.
    /// </summary>
    public int? SecondsRead { get; init; }
}

/// <summary>The <c>cancel</c> event.</summary>
public sealed record Cancellation(Principal By, string? Reason, DateTimeOffset At);
