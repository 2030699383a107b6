using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Records;

/// <summary>Puts a decision into its record (docs/record.md) and reads it back.</summary>
public static class DecisionRecord
{
    /// <summary>The one place of an action's decision in the ledger: the ledger takes one entry per key (promise 2).</summary>
    public static string LedgerKey(string actionId) => $"decision:{actionId}";

    /// <summary>Signs the record of a decision. The DSSE envelope as canonical JSON.</summary>
    public static async Task<string> SignAsync(SignStep step, RedactedView? view, ISigner signer, CancellationToken cancellationToken)
    {
        string keyId = (await signer.CurrentKeyAsync(cancellationToken).ConfigureAwait(false)).KeyId;
        SignedRecord signed = await SignedRecord.SignDecisionAsync(
            Describe(step, view), keyId, (digest, token) => signer.SignAsync(keyId, digest, token), cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(signed.Bytes);
    }

    /// <summary>The decision that a stored record holds.</summary>
    public static Decision ReadDecision(ReadOnlyMemory<byte> envelope)
    {
        RecordDecision recorded = SignedRecord.Parse(envelope).ReadPredicate(RecordJson.Decision).Decision;
        return new Decision(
            Enum.Parse<Outcome>(recorded.Outcome, ignoreCase: true),
            Enum.Parse<DecidedBy>(recorded.By.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            recorded.Reason ?? "",
            recorded.At);
    }

    public static RecordPrincipal Describe(Principal principal) =>
        new(Word(principal.Kind), principal.Issuer, principal.Subject, principal.DisplayName);

    private static DecisionPredicate Describe(SignStep step, RedactedView? view)
    {
        ActionRequest request = step.Request;
        return RecordLimits.Fit(new DecisionPredicate
        {
            ActionId = request.Id,
            Actor = Describe(request.Chain.Actor),
            OnBehalfOf = request.Chain.OnBehalfOf is { } subject ? Describe(subject) : null,
            Owners = [.. request.Chain.Owners.Select(Describe)],
            Action = new RecordAction(request.ActionDigest, request.Type, Target(view), step.Redacted?.ViewDigest),
            Findings = [.. (step.Redacted?.Findings ?? []).Select(finding => new RecordFinding(finding.Type, finding.Count))],
            Policy = step.Policy is { } policy ? Describe(policy, step.PolicyChanges) : null,
            Review = step.Review is { } review ? new RecordReview([.. review.Plan.Stages.Select(Describe)]) : null,
            StandingApproval = step is { Decision.By: DecidedBy.StandingApproval, StandingUse: { } use } ? new RecordStandingApproval(use.Id, use.Number, use.Of, use.LedgerIndex) : null,
            BreakGlass = DescribeBreakGlass(step),
            Votes = [.. (step.Review?.Votes ?? []).Select(Describe)],
            Decision = new RecordDecision(Word(step.Decision.Outcome), Word(step.Decision.By), step.Decision.Reason, step.Decision.At),
            RequestedAt = request.RequestedAt,
            Audience = request.Audience ?? request.Chain.Actor.Subject,
            ExpiresAt = request.ExpiresAt,
        });
    }

    private static RecordPolicy Describe(PolicyDecision policy, IReadOnlyList<PolicyChange>? changes) =>
        new(policy.PolicyDigest, policy.Rule, Word(policy.Verdict), policy.Reason)
        {
            Risk = policy.RiskScore > 0 ? policy.RiskScore : null,
            Evidence = policy.Evidence.Count > 0 ? policy.Evidence : null,
            Changes = changes is null ? null : [.. changes.Select(change => new RecordPolicyChange(change.Digest, Word(change.Effect), change.At))],
        };

    private static RecordStage Describe(ReviewStage stage) => new(stage.Name, Math.Max(1, stage.Quorum), Word(stage.MinimumAssurance), stage.Groups)
    {
        OneFromEachGroup = stage.OneFromEachGroup ? true : null,
    };

    private static RecordBreakGlass? DescribeBreakGlass(SignStep step) =>
        step is { Decision: { By: DecidedBy.BreakGlass } decision, Review.Consents: { } consents, Policy.Exceptions.BreakGlass: { } limits }
            ? new RecordBreakGlass([.. consents.Select(consent => Describe(consent, 0))], limits.FollowUpGroups, decision.At + limits.FollowUpWithin)
            : null;

    private static RecordVote Describe(CountedVote counted) => Describe(counted.Vote, counted.Stage) with
    {
        For = counted.For is { } absent ? new RecordIdentity(absent.Issuer, absent.Subject) : null,
    };

    private static RecordVote Describe(Vote vote, int stage) =>
        new(Describe(vote.Voter), Word(vote.Verdict), Word(vote.Assurance), stage, vote.ViewDigest, vote.Justification, vote.At);

    private static string? Target(RedactedView? view)
    {
        if (view is null || !view.Content.TryGetProperty("target", out JsonElement target)) return null;
        return target.ValueKind == JsonValueKind.String ? target.GetString() : Encoding.UTF8.GetString(CanonicalJson.Canonicalize(target));
    }

    private static string Word(Assurance assurance) => JsonSerializer.SerializeToElement(assurance).GetString()!;

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
