using System.Text.Json.Serialization;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Policies;
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

/// <summary>Another policy came into force while the review was open.</summary>
public sealed record PolicyChangeStep(ActionRequest Request, PolicyChanged Changed, Review Review);

/// <param name="Policy">What decides from now on.</param>
public sealed record Reconsidered(PolicyChange Change, PolicyDecision Policy);

/// <summary>Whether a standing approval covers the action.</summary>
/// <param name="Use">Its use, which stands in the ledger; <see langword="null"/> when there is none.</param>
public sealed record StandingApprovalStep(StandingUse? Use)
{
    [JsonIgnore]
    public bool IsUsed => Use is not null;
}

public sealed record SignStep(ActionRequest Request, RedactionSummary? Redacted, PolicyDecision? Policy, Review? Review, Decision Decision)
{
    /// <summary>What changes of the policy meant while the review was open; <see langword="null"/> for none.</summary>
    public IReadOnlyList<PolicyChange>? PolicyChanges { get; init; }

    public StandingUse? StandingUse { get; init; }
}

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
    private List<PolicyChange>? changes;
    private StandingUse? standing;

    /// <summary>What decides: the first decision, or that of a policy that took its place.</summary>
    public PolicyDecision Policy => policy ?? throw new InvalidOperationException("Policy was not asked yet.");

    /// <summary>The review as last shown, for a record of an action that was interrupted in it.</summary>
    public Review? Review { get; private set; }

    public async Task<RedactionSummary> RedactAsync() =>
        redacted = await context.CallActivityAsync<RedactionSummary>(ActivityNames.Redact, request, UntilDeadline());

    public async Task<PolicyDecision> EvaluatePolicyAsync(RedactionSummary summary) =>
        policy = await context.CallActivityAsync<PolicyDecision>(
            ActivityNames.EvaluatePolicy, new PolicyStep(request, summary), UntilDeadline());

    public async Task<StandingApprovalStep> UseStandingApprovalAsync()
    {
        var step = await context.CallActivityAsync<StandingApprovalStep>(ActivityNames.UseStandingApproval, request, UntilDeadline());
        standing = step.Use;
        return step;
    }

    /// <summary>What another policy means for the open review; from here on <see cref="Policy"/> is what decides.</summary>
    public async Task<PolicyEffect> ReconsiderAsync(PolicyChanged changed, Review review)
    {
        var reconsidered = await context.CallActivityAsync<Reconsidered?>(
            ActivityNames.Reconsider, new PolicyChangeStep(request, changed, review), UntilDeadline());
        if (reconsidered is null) return PolicyEffect.Kept; // decided under that policy already
        (changes ??= []).Add(reconsidered.Change);
        policy = reconsidered.Policy;
        return reconsidered.Change.Effect;
    }

    public Task ShowReviewAsync(Review review, ReviewStep step)
    {
        Review = review;
        return context.CallActivityAsync<bool>(ActivityNames.ShowReview, new ReviewUpdate(review, step, context.Now), UntilDeadline());
    }

    public async Task<SealedDecision> RecordAsync(Decision decision, Review? review)
    {
        var step = new SignStep(request, redacted, policy, review, decision) { PolicyChanges = changes?.ToArray(), StandingUse = standing };
        if (context.Version > 2) return await context.CallActivityAsync<SealedDecision>(ActivityNames.Record, step, UntilDeadline());

        // Versions 1 and 2 signed and appended in two steps, and so carried the signed record through their history.
        var signed = await context.CallActivityAsync<SignedEnvelope>(ActivityNames.Sign, step, UntilDeadline());
        return await context.CallActivityAsync<SealedDecision>(ActivityNames.Append, new AppendStep(decision, signed), UntilDeadline());
    }

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
