using Approvals.Web.Actions;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Inbox;

/// <summary>How close a deadline is.</summary>
public enum Urgency
{
    None,

    /// <summary>Less than an hour, or than a quarter of the time there was.</summary>
    Soon,

    /// <summary>It has passed; the gate is about to close the review.</summary>
    Over,
}

/// <summary>One action in the inbox.</summary>
/// <param name="IsForYou">Whether this person can vote on it now.</param>
/// <param name="Due">When its review, or the action itself, ends without a decision; <see langword="null"/> when it is not in review.</param>
public sealed record InboxItem(ActionDocument Document, string? Target, bool IsForYou, DateTimeOffset? Due, Urgency Urgency)
{
    internal static InboxItem Of(ActionDocument document, Principal person, DateTimeOffset now)
    {
        string? target = TargetText.Of(document);
        if (document.IsTerminal || document.Review is not { } review) return new InboxItem(document, target, false, null, Urgency.None);

        DateTimeOffset due = review.Deadline < document.Request.ExpiresAt ? review.Deadline : document.Request.ExpiresAt;
        TimeSpan left = due - now;
        Urgency urgency = left <= TimeSpan.Zero ? Urgency.Over
            : left < TimeSpan.FromHours(1) || left < (due - review.StageStartedAt) / 4 ? Urgency.Soon
            : Urgency.None;
        return new InboxItem(document, target, review.CheckVoter(person, now) is null, due, urgency);
    }
}
