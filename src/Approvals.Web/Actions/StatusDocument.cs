using Approvals.Policy;
using Approvals.Web.Callers;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Actions;

/// <summary>What the API shows of an action. Wire format: fields are added, never renamed or removed.</summary>
internal sealed record StatusDocument(
    string Id,
    ActionStatus Status,
    string Type,
    string ActionDigest,
    DateTimeOffset RequestedAt,
    DateTimeOffset ExpiresAt,
    PrincipalDocument Actor,
    PrincipalDocument? OnBehalfOf,
    IReadOnlyList<PrincipalDocument> Owners,
    string? Audience,
    string? CallbackUrl,
    ViewSummary? View,
    PolicySummary? Policy,
    ReviewDocument? Review,
    DecisionDocument? Decision,
    LedgerReference? Ledger,
    DateTimeOffset? RedeemedAt,
    ReceiptDocument? Receipt,
    SortedDictionary<string, string> Links)
{
    public static StatusDocument Of(Caller caller, ActionDocument document) => new(
        document.Id,
        document.Status,
        document.Request.Type,
        document.Request.ActionDigest,
        document.Request.RequestedAt,
        document.Request.ExpiresAt,
        PrincipalDocument.Of(document.Request.Chain.Actor),
        document.Request.Chain.OnBehalfOf is { } subject ? PrincipalDocument.Of(subject) : null,
        [.. document.Request.Chain.Owners.Select(PrincipalDocument.Of)],
        document.Request.Audience,
        document.Request.CallbackUrl,
        document.View is { } view ? ViewSummary.Of(view) : null,
        document.Policy is { } policy ? new PolicySummary(policy.Verdict, policy.Rule, policy.Reason, policy.PolicyDigest, policy.Error) : null,
        document.Review is { } review ? ReviewDocument.Of(review) : null,
        document.Decision is { } decision ? new DecisionDocument(decision.Outcome, decision.By, decision.Reason, decision.At) : null,
        document.LedgerIndex is { } index ? new LedgerReference(index) : null,
        document.RedeemedAt,
        document.Receipt is { } receipt ? new ReceiptDocument(receipt.Outcome, receipt.ResultDigest, receipt.At, receipt.LedgerIndex) : null,
        ActionLinks.Of(caller, document));
}

internal sealed record PrincipalDocument(PrincipalKind Kind, string Issuer, string Subject, string DisplayName)
{
    public static PrincipalDocument Of(Principal principal) => new(principal.Kind, principal.Issuer, principal.Subject, principal.DisplayName);
}

/// <param name="Findings">How often redaction found what.</param>
internal sealed record ViewSummary(string Digest, SortedDictionary<string, int> Findings)
{
    public static ViewSummary Of(RedactedView view) => new(
        view.Digest,
        new SortedDictionary<string, int>(view.Findings.GroupBy(finding => finding.Type).ToDictionary(type => type.Key, type => type.Count()), StringComparer.Ordinal));
}

internal sealed record PolicySummary(PolicyVerdict Verdict, string? Rule, string Reason, string PolicyDigest, string? Error);

internal sealed record DecisionDocument(Outcome Outcome, DecidedBy By, string Reason, DateTimeOffset At);

internal sealed record LedgerReference(long Index);

internal sealed record ReceiptDocument(ExecutionOutcome Outcome, string? ResultDigest, DateTimeOffset At, long LedgerIndex);

/// <summary>Progress of a review.</summary>
/// <param name="Stage">The stage that is open, or was when the review closed.</param>
internal sealed record ReviewDocument(ReviewOutcome Outcome, StageDocument Stage, IReadOnlyList<VoteDocument> Votes)
{
    public static ReviewDocument Of(Review review) => new(
        review.Outcome,
        new StageDocument(
            review.Stage.Name,
            review.StageIndex + 1,
            review.Plan.Stages.Count,
            review.Stage.Groups,
            review.Approvals,
            Math.Max(1, review.Stage.Quorum),
            review.StageStartedAt,
            review.Deadline,
            review.Stage.Escalation is { } escalation ? new EscalationDocument(review.Stage.After(escalation.After, review.StageStartedAt), escalation.Groups) : null,
            review.Stage.MinimumAssurance,
            review.Stage.MinimumJustification,
            review.Stage.OneFromEachGroup),
        [.. review.Votes.Select(VoteDocument.Of)]);
}

/// <param name="Number">1 for the first.</param>
/// <param name="Of">How many stages there are.</param>
internal sealed record StageDocument(
    string Name,
    int Number,
    int Of,
    IReadOnlyList<string> Groups,
    int Approvals,
    int Quorum,
    DateTimeOffset StartedAt,
    DateTimeOffset Deadline,
    EscalationDocument? Escalation,
    Assurance MinimumAssurance,
    int MinimumJustification,
    bool OneFromEachGroup);

internal sealed record EscalationDocument(DateTimeOffset At, IReadOnlyList<string> Groups);

internal sealed record VoteDocument(
    PrincipalDocument Voter, Verdict Verdict, string Justification, Assurance Assurance, int Stage, string ViewDigest, DateTimeOffset At)
{
    public static VoteDocument Of(CountedVote counted) => new(
        PrincipalDocument.Of(counted.Vote.Voter),
        counted.Vote.Verdict,
        counted.Vote.Justification,
        counted.Vote.Assurance,
        counted.Stage + 1,
        counted.Vote.ViewDigest,
        counted.Vote.At);
}
