using Approvals.Policy;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Reviews;

/// <summary>Why a review link opens no review.</summary>
public enum DeadLink
{
    /// <summary>The recipient has voted.</summary>
    Voted,

    /// <summary>The action is decided, expired or canceled.</summary>
    Decided,

    /// <summary>The stage that the link was for is over; the review goes on.</summary>
    StageOver,

    /// <summary>Another policy is in force and the action is decided anew; who is asked now has another link.</summary>
    PolicyChanged,

    /// <summary>The deadline has passed; the gate is about to close the review.</summary>
    TooLate,

    /// <summary>The recipient is nobody any more, or not asked any more.</summary>
    NotAsked,
}

/// <summary>What became of what a review link stands for.</summary>
internal static class LinkState
{
    /// <summary>
    /// How sure the gate must be of somebody before it tells anything: what the link's stage asks; of a plan that is no more, the most that the plan
    /// in its place asks anywhere.
    /// </summary>
    public static Assurance MinimumAssurance(ReviewLinkTarget target, ActionDocument document) => document.Review switch
    {
        null => Assurance.Link,
        { Plan.Stages: var stages } review when review.Round == target.Round && target.Stage < stages.Count => stages[target.Stage].MinimumAssurance,
        { Plan.Stages: var stages } => stages.Max(stage => stage.MinimumAssurance),
    };

    /// <summary>Why the link is dead, or <see langword="null"/> when it opens the review. The same for GET and POST.</summary>
    public static DeadLink? Find(ReviewLinkTarget target, ActionDocument document, Principal? recipient, DateTimeOffset now)
    {
        if (recipient is null) return DeadLink.NotAsked;
        if (Ballot.Find(document, recipient) is not null) return DeadLink.Voted;
        if (document.IsTerminal || document.Review is not { IsOpen: true } review) return DeadLink.Decided;
        if (review.Round != target.Round) return DeadLink.PolicyChanged;
        if (review.StageIndex != target.Stage) return DeadLink.StageOver;
        if (now >= target.ExpiresAt) return DeadLink.TooLate;
        return review.CheckVoter(recipient, now) switch
        {
            null => null,
            VoteRefusal.DeadlinePassed => DeadLink.TooLate,
            VoteRefusal.ReviewClosed => DeadLink.Decided,
            VoteRefusal.AlreadyVoted => DeadLink.Voted,
            _ => DeadLink.NotAsked,
        };
    }
}
