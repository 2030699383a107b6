using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Orchestration;

/// <summary>What the redaction activity tells the orchestration: digests and counts, never the view itself.</summary>
public sealed record RedactionSummary(string ViewDigest, IReadOnlyList<FindingCount> Findings);

public sealed record FindingCount(string Type, int Count);

/// <summary>A signed decision record: the DSSE envelope as JSON.</summary>
public sealed record SignedEnvelope(string Json);

/// <summary>A decision that stands in the ledger, and where.</summary>
public sealed record SealedDecision(Decision Decision, long LedgerIndex);

public enum ReviewStep
{
    Opened,
    Voted,
    Reminded,
    Escalated,
}

public sealed record PolicyStep(ActionRequest Request, RedactionSummary Redacted);

/// <param name="At">The orchestration's time of the step; makes its notice's id the same on every repetition.</param>
public sealed record ReviewUpdate(Review Review, ReviewStep Step, DateTimeOffset At);

public sealed record SignStep(ActionRequest Request, RedactionSummary? Redacted, PolicyDecision? Policy, Review? Review, Decision Decision);

public sealed record AppendStep(Decision Decision, SignedEnvelope Record);

public sealed record ReleaseStep(SealedDecision Sealed, Review? Review);

/// <summary>The orchestration's activities under their names, with how each is retried, and what earlier ones returned.</summary>
internal sealed class Steps(IOrchestrationContext context, ActionRequest request)
{
    /// <summary>The pause between rounds of trying to record a refusal; attempts within a round back off on their own.</summary>
    public static readonly TimeSpan RecordingPause = TimeSpan.FromMinutes(5);

    private const int Unbounded = int.MaxValue;
    private RedactionSummary? redacted;
    private PolicyDecision? policy;

    /// <summary>The review as last shown, for a record of an action that was interrupted in it.</summary>
    public Review? Review { get; private set; }

    public async Task<RedactionSummary> RedactAsync() =>
        redacted = await context.CallActivityAsync<RedactionSummary>(ActivityNames.Redact, request, UntilDeadline());

    public async Task<PolicyDecision> EvaluatePolicyAsync(RedactionSummary summary) =>
        policy = await context.CallActivityAsync<PolicyDecision>(
            ActivityNames.EvaluatePolicy, new PolicyStep(request, summary), UntilDeadline());

    public Task ShowReviewAsync(Review review, ReviewStep step)
    {
        Review = review;
        return context.CallActivityAsync<bool>(ActivityNames.ShowReview, new ReviewUpdate(review, step, context.Now), UntilDeadline());
    }

    public Task<SignedEnvelope> SignAsync(Decision decision, Review? review) =>
        context.CallActivityAsync<SignedEnvelope>(
            ActivityNames.Sign, new SignStep(request, redacted, policy, review, decision), UntilDeadline());

    public Task<SealedDecision> AppendAsync(Decision decision, SignedEnvelope record) =>
        context.CallActivityAsync<SealedDecision>(ActivityNames.Append, new AppendStep(decision, record), UntilDeadline());

    public Task ReleaseAsync(SealedDecision sealedDecision, Review? review) =>
        context.CallActivityAsync<bool>(
            ActivityNames.Release,
            new ReleaseStep(sealedDecision, review),
            new RetryPolicy(Unbounded, TimeSpan.FromMilliseconds(200), MaxInterval: TimeSpan.FromMinutes(5)));

    private RetryPolicy UntilDeadline()
    {
        TimeSpan left = request.ExpiresAt - context.Now;
        return left > TimeSpan.Zero
            ? new RetryPolicy(Unbounded, TimeSpan.FromMilliseconds(200), MaxInterval: TimeSpan.FromMinutes(1), Timeout: left)
            : new RetryPolicy(5, TimeSpan.FromMilliseconds(200), MaxInterval: TimeSpan.FromSeconds(30));
    }
}
