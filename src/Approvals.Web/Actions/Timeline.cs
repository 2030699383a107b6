using System.Security.Cryptography;
using System.Text;
using Approvals.Policy;
using Approvals.Web.Pages.Parts;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Actions;

/// <summary>One thing that happened to an action, or is yet to come.</summary>
/// <param name="At">When; <see langword="null"/> where only the order is known.</param>
/// <param name="Mood"><c>ok</c>, <c>no</c>, <c>next</c> or empty: a class of the style sheet.</param>
/// <param name="Text">By somebody, so to be shown with care.</param>
public sealed record TimelineEntry(string Title, DateTimeOffset? At, string Mood, string? Text)
{
    /// <summary>By the gate: how it came about.</summary>
    public string? Detail { get; init; }
}

/// <summary>An action's life from its document, in order.</summary>
internal static class Timeline
{
    public static IReadOnlyList<TimelineEntry> Of(ActionDocument document, DateTimeOffset now)
    {
        var entries = new List<TimelineEntry>
        {
            new("Requested", document.Request.RequestedAt, "", $"by {document.Request.Chain.Actor.DisplayName}"),
        };
        if (document.View is { } view)
            entries.Add(new("Redacted", null, "", view.Findings.Count switch { 0 => "Nothing to mask.", 1 => "One value masked; the original is destroyed.", var count => $"{count} values masked; the originals are destroyed." }));
        if (document.Policy is { } policy)
            entries.Add(new(Words(policy.Verdict), null, policy.Verdict == PolicyVerdict.Deny ? "no" : "", policy.Reason) { Detail = policy.Rule is { } rule ? $"Rule {rule}" : null });
        if (document.Review is { } review) ReviewTimeline.Add(entries, review, document.Decision?.At ?? now, document.IsTerminal);
        if (document.Decision is { } decision)
        {
            string mood = decision.Outcome switch { Outcome.Approved => "ok", Outcome.Denied => "no", _ => "" };
            entries.Add(new(decision.Outcome.ToString(), decision.At, mood, decision.Reason) { Detail = Words(decision.By) });
        }

        if (document.LedgerIndex is { } index) entries.Add(new("Recorded", null, "", $"Signed and written to the ledger as entry {index}."));
        if (document.RedeemedAt is { } redeemed) entries.Add(new("Released", redeemed, "ok", "The executor redeemed the release; it cannot be used again."));
        if (document.Receipt is { } receipt)
        {
            entries.Add(new("Executor reported", receipt.At, receipt.Outcome == ExecutionOutcome.Failed ? "no" : receipt.Outcome == ExecutionOutcome.Succeeded ? "ok" : "", Words(receipt.Outcome))
            {
                Detail = $"Ledger entry {receipt.LedgerIndex}",
            });
        }

        if (Next(document, now) is { } next) entries.Add(next);
        return entries;
    }

    /// <summary>The same exactly as long as there is nothing new to show.</summary>
    public static string StampOf(ActionDocument document, DateTimeOffset now)
    {
        var text = new StringBuilder(document.Status.ToString());
        foreach (TimelineEntry entry in Of(document, now)) text.Append('\n').Append(entry.Title).Append('|').Append(entry.Mood).Append('|').Append(entry.Text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>Whether nothing more can happen: refused, or approved and reported on, or approved and never released in time.</summary>
    public static bool IsOver(ActionDocument document, DateTimeOffset now) => document switch
    {
        { IsTerminal: false } => false,
        { Status: not ActionStatus.Approved } => true,
        { RedeemedAt: null } => now >= document.Request.ExpiresAt,
        { Receipt: { } receipt } => receipt.Outcome != ExecutionOutcome.Started,
        _ => false,
    };

    private static TimelineEntry? Next(ActionDocument document, DateTimeOffset now) => document switch
    {
        { Status: ActionStatus.Pending } => new("Policy decides", null, "next", null),
        { Status: ActionStatus.Approved, RedeemedAt: null } when now >= document.Request.ExpiresAt =>
            new("Release expired", document.Request.ExpiresAt, "no", "Nobody redeemed it in time; it cannot be used any more."),
        { Status: ActionStatus.Approved, RedeemedAt: null } => new("Release", document.Request.ExpiresAt, "next", "The requester can fetch and redeem the release until then."),
        { Status: ActionStatus.Approved, Receipt: null } => new("Report", null, "next", "The executor has not reported yet."),
        _ => null,
    };

    private static string Words(PolicyVerdict verdict) => verdict switch
    {
        PolicyVerdict.Allow => "Policy allows it",
        PolicyVerdict.Review => "Policy asks people",
        _ => "Policy denies it",
    };

    private static string Words(DecidedBy by) => by switch
    {
        DecidedBy.Policy => "Decided by policy",
        DecidedBy.People => "Decided by people",
        DecidedBy.Requester => "Withdrawn",
        DecidedBy.Timeout => "Decided by the deadline",
        _ => "The gate could not go on and failed closed",
    };

    private static string Words(ExecutionOutcome outcome) => outcome switch
    {
        ExecutionOutcome.Started => "It has started.",
        ExecutionOutcome.Succeeded => "It succeeded.",
        _ => "It failed.",
    };
}

/// <summary>The review's share of the timeline.</summary>
internal static class ReviewTimeline
{
    /// <param name="until">Now, or when the action was decided: what was due by then has happened.</param>
    public static void Add(List<TimelineEntry> entries, Review review, DateTimeOffset until, bool isOver)
    {
        for (int stage = 0; stage <= review.StageIndex; stage++)
        {
            ReviewStage asked = review.Plan.Stages[stage];
            bool isCurrent = stage == review.StageIndex;
            int quorum = Math.Max(1, asked.Quorum);
            string name = review.Plan.Stages.Count > 1 ? $"Review, stage {stage + 1} of {review.Plan.Stages.Count}: {asked.Name}" : "Review";
            entries.Add(new(name, isCurrent ? review.StageStartedAt : StartOf(review, stage), "", $"{string.Join(", ", asked.Groups)} asked for {quorum} {(quorum == 1 ? "approval" : "approvals")}."));

            var events = new List<TimelineEntry>();
            foreach (CountedVote counted in review.Votes.Where(counted => counted.Stage == stage)) events.Add(Of(counted.Vote));
            if (isCurrent) events.AddRange(Due(review, until));
            entries.AddRange(events.OrderBy(happened => happened.At));
        }

        if (!isOver && review.IsOpen) entries.Add(new("Deadline", review.Deadline, "next", "Without a quorum by then the action expires."));
    }

    /// <summary>A stage begins with the vote that ended the one before it.</summary>
    private static DateTimeOffset? StartOf(Review review, int stage) => review.Votes.LastOrDefault(counted => counted.Stage == stage - 1)?.Vote.At;

    private static TimelineEntry Of(Vote vote)
    {
        bool approves = vote.Verdict == Verdict.Approve;
        return new($"{(approves ? "Approval" : "Denial")} by {vote.Voter.DisplayName}", vote.At, approves ? "ok" : "no", vote.Justification.Length > 0 ? vote.Justification : null)
        {
            Detail = AssuranceWords.Of(vote.Assurance) + (vote.SecondsRead is { } seconds ? $", {TimeWords.Span(seconds)} after opening it" : ""),
        };
    }

    private static IEnumerable<TimelineEntry> Due(Review review, DateTimeOffset until)
    {
        foreach (TimeSpan reminder in review.Stage.Reminders)
        {
            DateTimeOffset at = review.Stage.After(reminder, review.StageStartedAt);
            if (at <= until && at < review.Deadline) yield return new("Reminded", at, "", "Those who had not voted were asked again.");
        }

        if (review.Stage.Escalation is { } escalation && review.Stage.After(escalation.After, review.StageStartedAt) is var late && late <= until && late < review.Deadline)
            yield return new("Escalated", late, "", $"{string.Join(", ", escalation.Groups)} asked too.");
    }
}
