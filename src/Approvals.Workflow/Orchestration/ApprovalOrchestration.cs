using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Orchestration;

/// <summary>
/// One action from request to release: redact → evaluate policy → review if the policy says so → sign → append to ledger → release.
/// Deterministic; every effect is an activity. Changing the order of calls breaks running instances: add a version instead.
/// </summary>
public static class ApprovalOrchestration
{
    public const string Name = "approval";
    public const string VoteEvent = "vote";
    public const string CancelEvent = "cancel";

    public static OrchestrationDefinition Definition { get; } =
        OrchestrationDefinition.Create<ActionRequest, SealedDecision>(Name, 1, RunAsync);

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
            PolicyDecision policy = await interruption.Guard(steps.EvaluatePolicyAsync(redacted));
            return policy switch
            {
                { Verdict: PolicyVerdict.Allow } => (new Decision(Outcome.Approved, DecidedBy.Policy, policy.Reason, context.Now), null),
                { Verdict: PolicyVerdict.Review, Plan: { Stages.Count: > 0 } plan } =>
                    await ReviewAsync(context, steps, interruption, Review.Begin(plan, request.Chain, redacted.ViewDigest, context.Now)),
                _ => (new Decision(Outcome.Denied, DecidedBy.Policy, policy.Reason, context.Now), null),
            };
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

    private static async Task<(Decision Decision, Review? Review)> ReviewAsync(
        IOrchestrationContext context, Steps steps, Interruption interruption, Review review)
    {
        await interruption.Guard(steps.ShowReviewAsync(review, ReviewStep.Opened));
        Task<Vote> vote = context.WaitForEventAsync<Vote>(VoteEvent, interruption.Token);
        while (review.IsOpen)
        {
            DateTimeOffset moment = review.NextMoment(context.Now);
            await WaitForVoteOrTimeAsync(context, interruption, vote, moment);

            Review before = review;
            ReviewStep step;
            if (vote.IsCompleted)
            {
                review = review.Apply(await vote, context.Now);
                vote = context.WaitForEventAsync<Vote>(VoteEvent, interruption.Token);
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

        return (review.Outcome switch
        {
            ReviewOutcome.Approved => new Decision(Outcome.Approved, DecidedBy.People, "Approved by the reviewers that policy asked.", context.Now),
            ReviewOutcome.Denied => new Decision(Outcome.Denied, DecidedBy.People, "Denied by a reviewer.", context.Now),
            _ => new Decision(Outcome.Expired, DecidedBy.Timeout, "The review's deadline passed without a quorum.", context.Now),
        }, review);
    }

    private static async Task WaitForVoteOrTimeAsync(IOrchestrationContext context, Interruption interruption, Task<Vote> vote, DateTimeOffset moment)
    {
        using var decided = new CancellationTokenSource();
        try
        {
            await interruption.Guard(Task.WhenAny(vote, context.CreateTimerAsync(moment, decided.Token)));
        }
        finally
        {
            decided.Cancel(); // a timer nobody waits for must not keep the instance alive
        }
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
                SignedEnvelope signed = await steps.SignAsync(decision, review);
                return await steps.AppendAsync(decision, signed);
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
