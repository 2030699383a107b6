using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Orchestration;

/// <summary>
/// One action from request to release: redact → evaluate policy → review if the policy says so → sign → append to ledger → release.
/// Deterministic; every effect is an activity. Changing the order of calls breaks running instances: add a version instead.
/// Version 1 knew no policy that changes during a review, versions 1 and 2 recorded a decision in two steps; the rest of them is what is here.
/// </summary>
public static class ApprovalOrchestration
{
    public const string Name = "approval";
    public const string VoteEvent = "vote";
    public const string CancelEvent = "cancel";
    public const string PolicyEvent = "policy";

    /// <summary>Every version that may still have instances, oldest first: an engine is given all of them.</summary>
    public static IReadOnlyList<OrchestrationDefinition> Versions { get; } =
    [
        OrchestrationDefinition.Create<ActionRequest, SealedDecision>(Name, 1, RunAsync),
        OrchestrationDefinition.Create<ActionRequest, SealedDecision>(Name, 2, RunAsync),
        OrchestrationDefinition.Create<ActionRequest, SealedDecision>(Name, 3, RunAsync),
    ];

    /// <summary>What new instances begin with.</summary>
    public static OrchestrationDefinition Definition => Versions[^1];

    public static async Task<SealedDecision> RunAsync(IOrchestrationContext context, ActionRequest request)
    {
        var steps = new Steps(context, request);
        (Decision decision, Review? review) = await DecideAsync(context, request, steps);
        SealedDecision sealedDecision = await SealAsync(context, request, steps, decision, review);
        await steps.ReleaseAsync(sealedDecision, review);
        return sealedDecision;
    }

    /// <summary>Comes to a decision; whatever goes wrong on the way is a decision too, and never an approval (promise 4).</summary>
    private static async Task<(Decision Decision, Review? Review)> DecideAsync(IOrchestrationContext context, ActionRequest request, Steps steps)
    {
        using var interruption = new Interruption(context, request.ExpiresAt);
        try
        {
            RedactionSummary redacted = await interruption.Guard(steps.RedactAsync());
            await interruption.Guard(steps.EvaluatePolicyAsync(redacted));
            for (int round = 0; ; round++)
            {
                // Each round by the policy that is in force when it begins.
                if (steps.Policy is not { Verdict: PolicyVerdict.Review, Plan: { Stages.Count: > 0 } plan } policy)
                    return (Decision.ByPolicy(steps.Policy, context.Now), null);
                if (policy.Exceptions?.StandingApprovals is not null && await interruption.Guard(steps.UseStandingApprovalAsync()) is { IsUsed: true })
                    return (Decision.ByStandingApproval(context.Now), null);

                Review review = await ReviewAsync(context, steps, interruption, Review.Begin(plan, request.Chain, redacted.ViewDigest, context.Now, round));
                if (!review.IsOpen) return (Decision.ByPeople(review.Outcome, context.Now), review);
            }
        }
        catch (InterruptedException interrupted)
        {
            return (interrupted.Decision, steps.Review);
        }
        catch (ActivityFailedException failure)
        {
            return (new Decision(Outcome.Denied, DecidedBy.Gate, $"The gate could not finish '{failure.Activity}' ({failure.ErrorCode}).", context.Now), steps.Review);
        }
    }

    /// <summary>Asks people until they decide or time is up. A review that comes back open has lost its policy: decide anew.</summary>
    private static async Task<Review> ReviewAsync(IOrchestrationContext context, Steps steps, Interruption interruption, Review review)
    {
        await interruption.Guard(steps.ShowReviewAsync(review, ReviewStep.Opened));
        using var inbox = new ReviewInbox(context, interruption);
        while (review.IsOpen)
        {
            DateTimeOffset moment = review.NextMoment(context.Now);
            (Vote? vote, PolicyChanged? changed) = await inbox.NextAsync(moment);

            Review before = review;
            ReviewStep step;
            if (changed is not null)
            {
                if (await interruption.Guard(steps.ReconsiderAsync(changed, review)) == PolicyEffect.Redecided) return review;
                continue;
            }

            if (vote is not null)
            {
                review = vote.BreaksGlass ? review.Consent(vote, steps.Policy.Exceptions?.BreakGlass, context.Now) : review.Apply(vote, context.Now);
                step = review.StageIndex == before.StageIndex ? ReviewStep.Voted : ReviewStep.Opened;
                if (ReferenceEquals(before, review)) continue; // a refused vote changes nothing
            }
            else
            {
                review = review.ExpireAt(context.Now);
                step = review.EscalatesAt(moment) ? ReviewStep.Escalated : ReviewStep.Reminded;
            }

            // A closed review is shown with its decision, once that stands in the ledger.
            if (review.IsOpen) await interruption.Guard(steps.ShowReviewAsync(review, step));
        }

        return review;
    }

    /// <summary>
    /// Signs the decision and appends it to the ledger. An approval that cannot be recorded before the action's deadline becomes an
    /// expiry; a refusal is tried until it is recorded. The ledger takes one decision per action, and what it holds is what counts:
    /// an approval that was stored although its append seemed to fail stands.
    /// </summary>
    private static async Task<SealedDecision> SealAsync(
        IOrchestrationContext context, ActionRequest request, Steps steps, Decision decision, Review? review)
    {
        while (true)
        {
            try
            {
                return await steps.RecordAsync(decision, review);
            }
            catch (ActivityFailedException)
            {
                // INVARIANT: the steps' retries end at the action's deadline, so an approval never outlives it, and nothing expires before it.
                if (decision.Outcome == Outcome.Approved)
                {
                    await context.CreateTimerAsync(request.ExpiresAt);
                    decision = new Decision(Outcome.Expired, DecidedBy.Timeout, "The decision could not be recorded before the action's deadline.", context.Now);
                    continue;
                }

                await context.CreateTimerAsync(context.Now + Steps.RecordingPause);
            }
        }
    }
}
