using Approvals.Notifications.Slack;
using Approvals.Policy;
using Approvals.Web.Requests;
using Approvals.Web.Reviews;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Slack;

/// <summary>One Slack user before one open stage of a review: who they are here, and whether they may decide what they were shown.</summary>
/// <param name="Document">Set only for who may know that the action exists.</param>
/// <param name="Refusal">Why not, in a sentence for them.</param>
internal sealed record SlackSeat(ActionDocument? Document, Principal? Reviewer, string? Refusal)
{
    /// <summary>Slack signed for the user, and an admin said who that is.</summary>
    public const Assurance Assurance = Policy.Assurance.Chat;

    private const string Stranger = "This gate does not know your Slack user. Ask an admin to add it, or decide on the review page.";

    /// <param name="stage">The stage and view that the message showed.</param>
    public static async Task<SlackSeat> TakeAsync(Exchange exchange, SlackInteraction interaction, string actionId, int stage, string viewDigest)
    {
        if (exchange.Service<SlackRequests>().PersonOf(interaction) is not { } person
            || await exchange.Service<IDirectory>().FindAsync(person, exchange.Aborted) is not { } known)
            return Refused(Stranger);
        Principal reviewer = await exchange.Service<Deputies>().WithLentAsync(known, exchange.Aborted);
        if (await exchange.Index.GetAsync(actionId, exchange.Aborted) is not { View: { } view } document) return Refused("This action is not known any more.");
        if (Ballot.Find(document, reviewer) is { } vote)
            return new SlackSeat(document, reviewer, $"You have voted: {(vote.Verdict == Verdict.Approve ? "approved" : "denied")}.");
        if (document.IsTerminal || document.Review is not { IsOpen: true } review) return Refused($"Nothing to do: the action is {SnakeCase.Of(document.Status)}.");
        if (review.CheckVoter(reviewer, exchange.Now) is { } refusal) return Refused(Ballot.Refused(refusal, review).Message);
        if (review.StageIndex != stage) return new SlackSeat(document, reviewer, "Another stage of the review has begun. Decide from its message or on the review page.");

        // INVARIANT: where policy wants a sign-in before anybody sees the request, no dialog shows it.
        if (Assurance < review.Stage.MinimumAssurance) return new SlackSeat(document, reviewer, Ballot.Refused(VoteRefusal.AssuranceTooLow, review).Message);
        if (!string.Equals(review.ViewDigest, viewDigest, StringComparison.Ordinal) || !string.Equals(view.Digest, viewDigest, StringComparison.Ordinal))
            return new SlackSeat(document, reviewer, "The message showed another view than the one in review. Read it on the review page.");
        ReviewPageModel.RequireIntact(view);
        return new SlackSeat(document, reviewer, null);
    }

    private static SlackSeat Refused(string why) => new(null, null, why);
}
