using Approvals.Durable;
using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Web.Votes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.BreakGlass;

/// <summary>
/// Takes consents to breaking the glass. The orchestration alone counts them; what is checked here only answers at once, and what is waited
/// for only tells what became of it.
/// </summary>
internal sealed class Emergency(IActionIndex index, IDurableClient durable, ApprovalsWebOptions options, TimeProvider time)
{
    /// <summary>The action as it is then, and whether the consent is counted in it; when not, it is durably queued. Repeating it changes nothing.</summary>
    /// <exception cref="ProblemException">It does not count, and why.</exception>
    public async Task<(ActionDocument Document, bool IsCounted)> ConsentAsync(
        ActionDocument document, Principal person, Assurance assurance, string justification, string viewDigest, CancellationToken cancellationToken)
    {
        if (Find(document, person) is not null) return (document, true);
        if (document.IsTerminal || document.Review is not { } review)
            throw new ProblemException(document.IsTerminal ? ProblemTypes.ReviewClosed : ProblemTypes.ReviewNotOpen, "Look at the action: nobody is asked about it now.");

        DateTimeOffset now = time.GetUtcNow();
        var consent = new Vote(
            Vote.IdOf(review, person.Id, breaksGlass: true), person, assurance, Verdict.Approve, EdgeRedaction.Redact(justification.Trim()), viewDigest, now)
        {
            BreaksGlass = true,
            Round = review.Round,
        };
        if (review.CheckConsent(consent, LimitsOf(document), now) is { } refusal) throw Refused(refusal, LimitsOf(document));

        RaiseResult raised = await durable.RaiseEventAsync(document.Id, ApprovalOrchestration.VoteEvent, consent.Id, consent, cancellationToken);
        document = await index.WaitAsync(
            document.Id, shown => Find(shown, person) is not null || shown.IsTerminal || Ballot.IsOver(consent, shown), options.EffectWait, cancellationToken) ?? document;
        if (Find(document, person) is not null) return (document, true);
        if (document.IsTerminal || raised is RaiseResult.Ended or RaiseResult.UnknownInstance)
            throw new ProblemException(ProblemTypes.VoteNotCounted, $"Nothing to do: the action was {SnakeCase.Of(document.Status)} before this could count.");
        if (Ballot.IsOver(consent, document)) throw Refused(VoteRefusal.OtherRound, LimitsOf(document));
        return (document, false);
    }

    public static BreakGlassLimits? LimitsOf(ActionDocument document) => document.Policy?.Exceptions?.BreakGlass;

    /// <summary>Whether the way there is worth showing; how strongly somebody signed in, and what they write, is checked when they do it.</summary>
    public static bool MayConsent(ActionDocument document, Caller caller, DateTimeOffset now)
    {
        if (document is not { IsTerminal: false, Review: { } review } || !caller.Has(Role.Reviewer)) return false;
        var best = new Vote("", caller.Principal, Assurance.IdpMfa, Verdict.Approve, new string('x', Policy.BreakGlass.MinimumJustification), review.ViewDigest, now) { BreaksGlass = true };
        return review.CheckConsent(best, LimitsOf(document), now) is null;
    }

    public static Vote? Find(ActionDocument document, Principal person) =>
        document.Review?.Consents?.FirstOrDefault(consent => consent.Voter.Id == person.Id);

    private static ProblemException Refused(VoteRefusal refusal, BreakGlassLimits? limits) => new(ProblemTypes.Of(refusal), refusal switch
    {
        VoteRefusal.BreakGlassOff => "Wait for the review: policy lets nobody break the glass for this action.",
        VoteRefusal.NotEligible => $"Leave it to members of: {string.Join(", ", limits?.Groups ?? [])}.",
        VoteRefusal.InPrincipalChain => "Leave it to others: who asks for an action, or answers for who asks, cannot break the glass for it.",
        VoteRefusal.NotHuman => "Do it as a person; services and agents cannot.",
        VoteRefusal.AssuranceTooLow => "Sign in with your identity provider and a second factor.",
        VoteRefusal.JustificationTooShort => $"Say what the emergency is, in at least {Policy.BreakGlass.MinimumJustification} characters.",
        VoteRefusal.OtherRound => "Policy has changed, and the action is asked for anew: look at it again first.",
        VoteRefusal.OtherView => "Read the view again and send the digest of what you read.",
        _ => "Read the action again.",
    })
    {
        Pointer = refusal switch
        {
            VoteRefusal.OtherView => "/viewDigest",
            VoteRefusal.JustificationTooShort => "/justification",
            _ => null,
        },
    };
}
