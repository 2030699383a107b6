using Approvals.Policy;
using Approvals.Web.Notifications;
using Approvals.Web.Pages.Parts;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Actions;

/// <summary>The review's share of the timeline: stage by stage who was asked, how, and what they did.</summary>
/// <param name="until">Now, or when the action was decided: what was due by then has happened.</param>
internal sealed class ReviewTimeline(ActionDocument document, Review review, ActionNotices notices, DateTimeOffset until)
{
    /// <summary>
    /// When the first stage of the review that is shown began. A review says this of its open stage alone; of an earlier one it is known to the
    /// moments that redaction and policy took.
    /// </summary>
    public static DateTimeOffset BeganAt(ActionDocument document) => document switch
    {
        { Review: { StageIndex: 0 } review } => review.StageStartedAt,
        { Review.Round: > 0, PolicyChanges: { } changes } when changes.LastOrDefault(change => change.Effect == PolicyEffect.Redecided) is { } last => last.At,
        _ => document.Request.RequestedAt,
    };

    public void AddTo(List<TimelineEntry> entries)
    {
        for (int stage = 0; stage <= review.StageIndex; stage++)
        {
            ReviewStage asked = review.Plan.Stages[stage];
            DateTimeOffset from = StartOf(stage), to = stage == review.StageIndex ? DateTimeOffset.MaxValue : StartOf(stage + 1);
            int quorum = Math.Max(1, asked.Quorum);
            string name = review.Plan.Stages.Count > 1 ? $"Review, stage {stage + 1} of {review.Plan.Stages.Count}: {asked.Name}" : "Review";
            entries.Add(new(name, from, "", $"{string.Join(", ", asked.Groups)} asked for {quorum} {(quorum == 1 ? "approval" : "approvals")}.")
            {
                Detail = notices.HowTold(NoticeKind.Requested, stage, DateTimeOffset.MinValue),
            });

            // Stable: what happened in the same instant stays in the order in which it is known.
            entries.AddRange(((IEnumerable<TimelineEntry>)
            [
                .. Due(asked, stage, from, to < until ? to : until),
                .. notices.OfStage(stage),
                .. (document.PolicyChanges ?? []).Where(change => change.At > from && change.At < to && change.Effect != PolicyEffect.Redecided).Select(Timeline.Of),
                .. (review.Consents ?? []).Where(consent => (stage == 0 || consent.At >= from) && consent.At < to).Select(OfConsent),
                .. review.Votes.Where(counted => counted.Stage == stage).Select(Of),
            ]).OrderBy(happened => happened.At));
        }
    }

    /// <summary>A stage begins with the vote that ended the one before it.</summary>
    private DateTimeOffset StartOf(int stage) =>
        stage == review.StageIndex ? review.StageStartedAt
        : review.Votes.LastOrDefault(counted => counted.Stage == stage - 1)?.Vote.At ?? BeganAt(document);

    private IEnumerable<TimelineEntry> Due(ReviewStage stage, int index, DateTimeOffset from, DateTimeOffset to)
    {
        DateTimeOffset deadline = stage.After(stage.Timeout, from);
        foreach (TimeSpan reminder in stage.Reminders)
        {
            DateTimeOffset at = stage.After(reminder, from);
            if (at <= to && at < deadline) yield return new("Reminded", at, "", "Those who had not voted were asked again.") { Detail = notices.HowTold(NoticeKind.Reminder, index, at) };
        }

        if (stage.Escalation is { } escalation && stage.After(escalation.After, from) is var late && late <= to && late < deadline)
            yield return new("Escalated", late, "warn", $"{string.Join(", ", escalation.Groups)} asked too.") { Detail = notices.HowTold(NoticeKind.Escalated, index, late) };
    }

    private static TimelineEntry Of(CountedVote counted)
    {
        Vote vote = counted.Vote;
        bool approves = vote.Verdict == Verdict.Approve;
        string standsIn = counted.For is { } absent ? $", standing in for {absent.Subject}" : "";
        return new($"{(approves ? "Approval" : "Denial")} by {vote.Voter.DisplayName}{standsIn}", vote.At, approves ? "ok" : "no", vote.Justification.Length > 0 ? vote.Justification : null)
        {
            Detail = AssuranceWords.Of(vote.Assurance) + (vote.SecondsRead is { } seconds ? $", {TimeWords.Span(seconds)} after opening it" : ""),
        };
    }

    private static TimelineEntry OfConsent(Vote consent) =>
        new($"Consent to break the glass by {consent.Voter.DisplayName}", consent.At, "warn", consent.Justification) { Detail = AssuranceWords.Of(consent.Assurance) };
}
