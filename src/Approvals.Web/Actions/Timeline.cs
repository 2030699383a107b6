using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Actions;

/// <summary>One thing that happened to an action, or is yet to come.</summary>
/// <param name="At">When; <see langword="null"/> where only the order is known.</param>
/// <param name="Mood"><c>ok</c>, <c>no</c>, <c>next</c> or empty: a class of the style sheet.</param>
/// <param name="Text">By somebody, so to be shown with care.</param>
public sealed record TimelineEntry(string Title, DateTimeOffset? At, string Mood, string? Text);

/// <summary>An action's life from its document, in order.</summary>
internal static class Timeline
{
    public static IReadOnlyList<TimelineEntry> Of(ActionDocument document)
    {
        var entries = new List<TimelineEntry>
        {
            new("Requested", document.Request.RequestedAt, "", $"by {document.Request.Chain.Actor.DisplayName}"),
        };
        if (document.View is { } view)
            entries.Add(new("Redacted", null, "", view.Findings.Count switch { 0 => "Nothing to mask.", 1 => "One value masked; the original is destroyed.", var count => $"{count} values masked; the originals are destroyed." }));
        if (document.Policy is { } policy)
            entries.Add(new(Words(policy.Verdict), null, policy.Verdict == PolicyVerdict.Deny ? "no" : "", (policy.Rule is { } rule ? $"Rule {rule}: " : "") + policy.Reason));
        if (document.Review is { } review) AddReview(entries, review, document.IsTerminal);
        if (document.Decision is { } decision)
        {
            string mood = decision.Outcome switch { Outcome.Approved => "ok", Outcome.Denied => "no", _ => "" };
            entries.Add(new(decision.Outcome.ToString(), decision.At, mood, decision.Reason));
        }

        if (document.LedgerIndex is { } index) entries.Add(new("Recorded", null, "", $"Signed and written to the ledger as entry {index}."));
        if (document.RedeemedAt is { } redeemed) entries.Add(new("Released", redeemed, "ok", "The executor redeemed the release; it cannot be used again."));
        if (document.Receipt is { } receipt)
            entries.Add(new("Executor reported", receipt.At, receipt.Outcome == ExecutionOutcome.Failed ? "no" : receipt.Outcome == ExecutionOutcome.Succeeded ? "ok" : "", Words(receipt.Outcome)));
        if (Next(document) is { } next) entries.Add(next);
        return entries;
    }

    private static void AddReview(List<TimelineEntry> entries, Review review, bool isOver)
    {
        for (int stage = 0; stage <= review.StageIndex; stage++)
        {
            ReviewStage asked = review.Plan.Stages[stage];
            string name = review.Plan.Stages.Count > 1 ? $"Review: {asked.Name}" : "Review";
            entries.Add(new(name, stage == review.StageIndex ? review.StageStartedAt : null, "", $"{string.Join(", ", asked.Groups)} asked for {Math.Max(1, asked.Quorum)} approval(s)."));
            foreach (CountedVote counted in review.Votes.Where(counted => counted.Stage == stage))
            {
                bool approves = counted.Vote.Verdict == Verdict.Approve;
                entries.Add(new(
                    $"{(approves ? "Approval" : "Denial")} by {counted.Vote.Voter.DisplayName}",
                    counted.Vote.At,
                    approves ? "ok" : "no",
                    counted.Vote.Justification.Length > 0 ? counted.Vote.Justification : null));
            }
        }

        if (!isOver && review.IsOpen) entries.Add(new("Deadline", review.Deadline, "next", "Without a quorum by then the action expires."));
    }

    private static TimelineEntry? Next(ActionDocument document) => document switch
    {
        { Status: ActionStatus.Pending } => new("Policy decides", null, "next", null),
        { Status: ActionStatus.Approved, RedeemedAt: null } => new("Release", document.Request.ExpiresAt, "next", "The requester can fetch and redeem the release until then."),
        _ => null,
    };

    private static string Words(PolicyVerdict verdict) => verdict switch
    {
        PolicyVerdict.Allow => "Policy allows it",
        PolicyVerdict.Review => "Policy asks people",
        _ => "Policy denies it",
    };

    private static string Words(ExecutionOutcome outcome) => outcome switch
    {
        ExecutionOutcome.Started => "It has started.",
        ExecutionOutcome.Succeeded => "It succeeded.",
        _ => "It failed.",
    };
}
