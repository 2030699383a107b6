using System.Security.Cryptography;
using System.Text;
using Approvals.Policy;
using Approvals.Web.Notifications;
using Approvals.Web.Pages.Parts;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Policies;

namespace Approvals.Web.Actions;

/// <summary>One thing that happened to an action, or is yet to come.</summary>
/// <param name="At">When; <see langword="null"/> where only the order is known.</param>
/// <param name="Mood"><c>ok</c>, <c>no</c>, <c>warn</c>, <c>next</c> or empty: a class of the style sheet.</param>
/// <param name="Text">By somebody, so to be shown with care.</param>
public sealed record TimelineEntry(string Title, DateTimeOffset? At, string Mood, string? Text)
{
    /// <summary>By the gate: how it came about.</summary>
    public string? Detail { get; init; }
}

/// <summary>An action's life from its document and its notices, in order.</summary>
internal static class Timeline
{
    public static IReadOnlyList<TimelineEntry> Of(ActionDocument document, ActionNotices notices, DateTimeOffset now)
    {
        var entries = new List<TimelineEntry>
        {
            new("Requested", document.Request.RequestedAt, "", $"by {document.Request.Chain.Actor.DisplayName}"),
        };
        if (document.View is { } view)
            entries.Add(new("Redacted", null, "", view.Findings.Count switch { 0 => "Nothing to mask.", 1 => "One value masked; the original is destroyed.", var count => $"{count} values masked; the originals are destroyed." }));

        DateTimeOffset began = ReviewTimeline.BeganAt(document);
        foreach (PolicyChange change in document.PolicyChanges ?? [])
        {
            if (document.Review is null || change.At <= began) entries.Add(Of(change));
        }

        if (document.Policy is { } policy)
            entries.Add(new(Words(policy.Verdict), null, policy.Verdict == PolicyVerdict.Deny ? "no" : "", policy.Reason) { Detail = policy.Rule is { } rule ? $"Rule {rule}" : null });
        if (document.Review is { } review) new ReviewTimeline(document, review, notices, document.Decision?.At ?? now).AddTo(entries);
        AddOutcome(entries, document);
        entries.AddRange(notices.OfOutcome());
        if (document.FollowUp?.DoneAt is { } reviewed) entries.Add(new("Broken glass reviewed", reviewed, "", "By somebody who had no part in it; the finding stands in the ledger."));
        entries.AddRange(notices.ToCome());
        if (!document.IsTerminal && document.Review is { IsOpen: true } open)
            entries.Add(new("Deadline", open.Deadline, "next", "Without a quorum by then the action expires."));
        entries.AddRange(Next(document, now));
        return entries;
    }

    /// <summary>The same exactly as long as there is nothing new to show.</summary>
    public static string StampOf(ActionDocument document, ActionNotices notices, DateTimeOffset now)
    {
        var text = new StringBuilder(document.Status.ToString());
        foreach (TimelineEntry entry in Of(document, notices, now))
            text.Append('\n').Append(entry.Title).Append('|').Append(entry.Mood).Append('|').Append(entry.Text).Append('|').Append(entry.Detail);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>Whether nothing more can happen: refused, or approved and reported on, or approved and never released in time; and no review is owed.</summary>
    public static bool IsOver(ActionDocument document, DateTimeOffset now) => document switch
    {
        { IsTerminal: false } => false,
        { FollowUp.IsDebt: true } => false,
        { Status: not ActionStatus.Approved } => true,
        { RedeemedAt: null } => now >= document.Request.ExpiresAt,
        { Receipt: { } receipt } => receipt.Outcome != ExecutionOutcome.Started,
        _ => false,
    };

    public static TimelineEntry Of(PolicyChange change) => new("Policy changed", change.At, "warn", change.Effect switch
    {
        PolicyEffect.Kept => "This review keeps the plan it began with.",
        PolicyEffect.Confirmed => "Decided anew, with the same plan: the votes stand.",
        _ => "Decided anew, with another plan: votes given before do not count.",
    })
    {
        Detail = $"Policy {change.Number}",
    };

    private static void AddOutcome(List<TimelineEntry> entries, ActionDocument document)
    {
        if (document.Decision is { } decision)
        {
            string mood = decision.Outcome switch { Outcome.Approved => "ok", Outcome.Denied => "no", _ => "" };
            entries.Add(new(decision.Outcome.ToString(), decision.At, mood, decision.Reason) { Detail = DecisionWords.Sentence(decision.By) + UseOf(document) });
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
    }

    private static string UseOf(ActionDocument document) => document is { StandingUse: { } use, Decision.By: DecidedBy.StandingApproval }
        ? $": use {use.Number} of {use.Of}, granted by {string.Join(", ", use.GrantedBy.Select(person => person.Subject))}"
        : "";

    private static IEnumerable<TimelineEntry> Next(ActionDocument document, DateTimeOffset now)
    {
        TimelineEntry? next = document switch
        {
            { Status: ActionStatus.Pending } => new("Policy decides", null, "next", null),
            { Status: ActionStatus.Approved, RedeemedAt: null } when now >= document.Request.ExpiresAt =>
                new("Release expired", document.Request.ExpiresAt, "no", "Nobody redeemed it in time; it cannot be used any more."),
            { Status: ActionStatus.Approved, RedeemedAt: null } => new("Release", document.Request.ExpiresAt, "next", "The requester can fetch and redeem the release until then."),
            { Status: ActionStatus.Approved, Receipt: null } => new("Report", null, "next", "The executor has not reported yet."),
            _ => null,
        };
        if (next is not null) yield return next;
        if (document.FollowUp is { DoneAt: null } owed)
        {
            bool isLate = owed.IsOverdue(now);
            yield return new(isLate ? "Review of the broken glass is overdue" : "Review of the broken glass", owed.DueAt, isLate ? "no" : "next", $"Owed by {string.Join(", ", owed.Groups)}.");
        }
    }

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
