using Approvals.Notifications.Chats;
using Approvals.Policy;
using Approvals.Web.Requests;
using Approvals.Web.Reviews;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Chats;

/// <summary>One user of a chat before one open stage of a review: who they are here, and whether they may decide what they were shown.</summary>
/// <param name="Document">Set only for who may know that the action exists.</param>
/// <param name="Refusal">Why not, in a sentence for them.</param>
internal sealed record ChatSeat(ActionDocument? Document, Principal? Reviewer, string? Refusal)
{
    /// <summary>The chat's operator signed for the user, and an admin said who that is.</summary>
    public const Assurance Assurance = Policy.Assurance.Chat;

    /// <param name="person">Who the user is here; <see langword="null"/> for strangers.</param>
    /// <param name="button">What the message showed.</param>
    /// <param name="chat">What people call it.</param>
    public static async Task<ChatSeat> TakeAsync(Exchange exchange, PrincipalId? person, ChatButton button, string chat)
    {
        if (person is not { } id || await exchange.Service<IDirectory>().FindAsync(id, exchange.Aborted) is not { } known)
            return Refused($"This gate does not know your {chat} user. Ask an admin to add it, or decide on the review page.");
        Principal reviewer = await exchange.Service<Deputies>().WithLentAsync(known, exchange.Aborted);
        if (await exchange.Index.GetAsync(button.ActionId, exchange.Aborted) is not { View: { } view } document) return Refused("This action is not known any more.");
        if (Ballot.Find(document, reviewer) is { } vote)
            return new ChatSeat(document, reviewer, $"You have voted: {(vote.Verdict == Verdict.Approve ? "approved" : "denied")}.");
        if (document.IsTerminal || document.Review is not { IsOpen: true } review) return Refused($"Nothing to do: the action is {SnakeCase.Of(document.Status)}.");
        if (review.CheckVoter(reviewer, exchange.Now) is { } refusal) return Refused(Ballot.Refused(refusal, review).Message);

        // INVARIANT: who was shown one round's stage decides in no other round's: another policy asks there.
        if (review.Round != button.Round) return new ChatSeat(document, reviewer, "Policy has changed, and the action is asked for anew. Decide from the newest message or on the review page.");
        if (review.StageIndex != button.Stage) return new ChatSeat(document, reviewer, "Another stage of the review has begun. Decide from its message or on the review page.");

        // INVARIANT: where policy wants a sign-in before anybody sees the request, no chat shows it.
        if (Assurance < review.Stage.MinimumAssurance) return new ChatSeat(document, reviewer, Ballot.Refused(VoteRefusal.AssuranceTooLow, review).Message);
        if (!string.Equals(review.ViewDigest, button.ViewDigest, StringComparison.Ordinal) || !string.Equals(view.Digest, button.ViewDigest, StringComparison.Ordinal))
            return new ChatSeat(document, reviewer, "The message showed another view than the one in review. Read it on the review page.");
        ReviewPageModel.RequireIntact(view);
        return new ChatSeat(document, reviewer, null);
    }

    private static ChatSeat Refused(string why) => new(null, null, why);
}
