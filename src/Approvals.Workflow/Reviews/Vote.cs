using Approvals.Policy;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Reviews;

public enum Verdict
{
    Approve,
    Deny,
}

/// <summary>One reviewer's vote. Wire format: travels as the <c>vote</c> event and stands in histories and records.</summary>
/// <param name="Id">One per voter and action: the event's id, so that a vote sent twice counts once.</param>
/// <param name="Justification">Redacted at the edge.</param>
/// <param name="ViewDigest">Of the view that was rendered to the voter.</param>
/// <param name="At">When the gate accepted it.</param>
public sealed record Vote(
    string Id, Principal Voter, Assurance Assurance, Verdict Verdict, string Justification, string ViewDigest, DateTimeOffset At);

/// <summary>The <c>cancel</c> event.</summary>
public sealed record Cancellation(Principal By, string? Reason, DateTimeOffset At);
