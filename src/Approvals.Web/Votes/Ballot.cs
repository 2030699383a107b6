using Approvals.Durable;
using Approvals.Policy;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Votes;

/// <summary>What a reviewer decides, before it is a vote.</summary>
/// <param name="Justification">As written; it is redacted here.</param>
internal sealed record Choice(Verdict Verdict, string Justification, string ViewDigest)
{
    /// <inheritdoc cref="Vote.SecondsRead"/>
    public int? SecondsRead { get; init; }
}

/// <summary>
/// Casts votes. The orchestration alone counts them; what is checked here only answers a reviewer at once, and what is waited for only
/// tells what became of the vote.
/// </summary>
internal sealed class Ballot(IActionIndex index, IDurableClient durable, ApprovalsWebOptions options, TimeProvider time)
{
    public const int MaxJustification = 2_000;

    /// <summary>
    /// Casts a vote and waits for its effect. Returns the action as it is then, and whether the vote is counted in it; when not, the vote is
    /// durably queued and its effect not known yet. Repeating a vote that counts changes nothing.
    /// </summary>
    /// <param name="wait">How long to wait for the effect; <see langword="null"/> for as long as the options say.</param>
    /// <exception cref="ProblemException">The vote does not count, and why.</exception>
    public async Task<(ActionDocument Document, bool IsCounted)> CastAsync(
        ActionDocument document, Principal voter, Assurance assurance, Choice choice, CancellationToken cancellationToken, TimeSpan? wait = null)
    {
        if (Find(document, voter) is { } earlier && earlier.Verdict == choice.Verdict && earlier.ViewDigest == choice.ViewDigest) return (document, true);
        if (document.IsTerminal || document.Review is not { } review) throw NotOpen(document);

        DateTimeOffset now = time.GetUtcNow();
        var vote = new Vote(
            Vote.IdOf(review, voter.Id), voter, assurance, choice.Verdict, EdgeRedaction.Redact(choice.Justification.Trim()), choice.ViewDigest, now)
        {
            SecondsRead = choice.SecondsRead,
            Round = review.Round,
        };
        if (review.Check(vote, now) is { } refusal) throw Refused(refusal, review);

        RaiseResult raised = await durable.RaiseEventAsync(document.Id, ApprovalOrchestration.VoteEvent, vote.Id, vote, cancellationToken);
        document = await index.WaitAsync(
            document.Id, shown => Find(shown, voter) is not null || shown.IsTerminal || IsOver(vote, shown), wait ?? options.EffectWait, cancellationToken) ?? document;

        if (Find(document, voter) is { } counted)
        {
            // Two windows, two verdicts: the first one counts, and the second must not look as if it did.
            return counted.Verdict == choice.Verdict ? (document, true) : throw Refused(VoteRefusal.AlreadyVoted, review);
        }

        if (document.IsTerminal || raised is RaiseResult.Ended or RaiseResult.UnknownInstance)
            throw new ProblemException(ProblemTypes.VoteNotCounted, $"Nothing to do: the action was {SnakeCase.Of(document.Status)} before this vote could count.");
        if (IsOver(vote, document)) throw Refused(VoteRefusal.OtherRound, review);
        return (document, false);
    }

    /// <summary>Whether the round that a vote was cast in has ended without it.</summary>
    public static bool IsOver(Vote vote, ActionDocument document) => document.Review is { } review && review.Round > vote.Round;

    public static Vote? Find(ActionDocument document, Principal voter) =>
        document.Review?.Votes.FirstOrDefault(counted => counted.Vote.Voter.Id == voter.Id)?.Vote;

    public static ProblemException Refused(VoteRefusal refusal, Review review) => new(ProblemTypes.Of(refusal), refusal switch
    {
        VoteRefusal.ReviewClosed => "Nothing to do: look at the action for the decision.",
        VoteRefusal.DeadlinePassed => "Nothing to do: the requester may submit the action again.",
        VoteRefusal.NotHuman => "Vote as a person; services and agents have no vote.",
        VoteRefusal.InPrincipalChain => "Leave it to others: who asks for an action, or answers for who asks, has no vote in it.",
        VoteRefusal.NotEligible => $"Leave it to members of: {string.Join(", ", review.Stage.Groups)}.",
        VoteRefusal.AlreadyVoted => "Nothing to do: one person has one vote, and yours is counted.",
        VoteRefusal.AssuranceTooLow => "Sign in with your identity provider and vote from the page.",
        VoteRefusal.OtherRound => "Policy has changed, and the action is asked for anew: look at it again, then vote.",
        VoteRefusal.OtherView => "Read the view again and send the digest of what you read.",
        VoteRefusal.JustificationTooShort => $"Write a justification of at least {review.Stage.MinimumJustification} characters.",
        VoteRefusal.TicketMissing => $"Name the ticket in the justification, in the form {review.Stage.TicketPattern}.",
        _ => "Read the action again.",
    })
    {
        Pointer = refusal switch
        {
            VoteRefusal.OtherView => "/viewDigest",
            VoteRefusal.JustificationTooShort or VoteRefusal.TicketMissing => "/justification",
            _ => null,
        },
    };

    private static ProblemException NotOpen(ActionDocument document) => document.IsTerminal
        ? new ProblemException(ProblemTypes.ReviewClosed, $"Nothing to do: the action is {SnakeCase.Of(document.Status)}.")
        : new ProblemException(ProblemTypes.ReviewNotOpen, "Wait until policy asks for a review.");
}
