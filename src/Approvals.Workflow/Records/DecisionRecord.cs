using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Ledger.Records;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Orchestration;
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
            Enum.Parse<Outcome>(recorded.Outcome, ignoreCase: true), Enum.Parse<DecidedBy>(recorded.By, ignoreCase: true), recorded.Reason ?? "", recorded.At);
    }

    public static RecordPrincipal Describe(Principal principal) =>
        new(Word(principal.Kind), principal.Issuer, principal.Subject, principal.DisplayName);

    private static DecisionPredicate Describe(SignStep step, RedactedView? view)
    {
        ActionRequest request = step.Request;
        return new DecisionPredicate
        {
            ActionId = request.Id,
            Actor = Describe(request.Chain.Actor),
            OnBehalfOf = request.Chain.OnBehalfOf is { } subject ? Describe(subject) : null,
            Owners = [.. request.Chain.Owners.Select(Describe)],
            Action = new RecordAction(request.ActionDigest, request.Type, Target(view), step.Redacted?.ViewDigest),
            Findings = [.. (step.Redacted?.Findings ?? []).Select(finding => new RecordFinding(finding.Type, finding.Count))],
            Policy = step.Policy is { } policy ? new RecordPolicy(policy.PolicyDigest, policy.Rule, Word(policy.Verdict), policy.Reason) : null,
            Votes = [.. (step.Review?.Votes ?? []).Select(Describe)],
            Decision = new RecordDecision(Word(step.Decision.Outcome), Word(step.Decision.By), step.Decision.Reason, step.Decision.At),
            RequestedAt = request.RequestedAt,
            Audience = request.Audience ?? request.Chain.Actor.Subject,
            ExpiresAt = request.ExpiresAt,
        };
    }

    private static RecordVote Describe(CountedVote counted)
    {
        Vote vote = counted.Vote;
        string assurance = JsonSerializer.SerializeToElement(vote.Assurance).GetString()!;
        return new RecordVote(Describe(vote.Voter), Word(vote.Verdict), assurance, counted.Stage, vote.ViewDigest, vote.Justification, vote.At);
    }

    private static string? Target(RedactedView? view)
    {
        if (view is null || !view.Content.TryGetProperty("target", out JsonElement target)) return null;
        return target.ValueKind == JsonValueKind.String ? target.GetString() : Encoding.UTF8.GetString(CanonicalJson.Canonicalize(target));
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
