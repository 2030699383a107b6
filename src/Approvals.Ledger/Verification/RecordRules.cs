using Approvals.Ledger.Records;

namespace Approvals.Ledger.Verification;

/// <summary>What a decision record must say to be believed, beyond its signature. Rules and codes: docs/record.md.</summary>
internal static class RecordRules
{
    public static IEnumerable<VerificationFailure> Check(Statement statement, DecisionPredicate predicate)
    {
        if (predicate.ActionId != statement.ActionId || predicate.Action.Digest != statement.ActionDigest)
            yield return new VerificationFailure("record_inconsistent", "Subject and predicate of the record name different actions.");
        if (predicate.Decision.Outcome is not ("approved" or "denied" or "expired" or "canceled"))
            yield return new VerificationFailure("decision_unknown", "The record's outcome is not one of approved, denied, expired, canceled.");
        if (predicate.Decision.Outcome == "approved")
        {
            foreach (VerificationFailure failure in CheckApproval(predicate)) yield return failure;
        }
    }

    private static IEnumerable<VerificationFailure> CheckApproval(DecisionPredicate predicate)
    {
        RecordVote[] approvals = [.. predicate.Votes.Where(v => v.Verdict == "approve")];
        if (predicate.Decision.By == "policy" && predicate.Policy?.Verdict != "allow")
            yield return new VerificationFailure("approval_unfounded", "Approved by policy, whose verdict is not \"allow\".");
        if (predicate.Decision.By == "people" && approvals.Length == 0)
            yield return new VerificationFailure("approval_unfounded", "Approved by people, without a vote to approve.");
        if (predicate.Decision.By is not ("policy" or "people"))
            yield return new VerificationFailure("approval_unfounded", "Approved by something that is neither policy nor people.");

        RecordPrincipal?[] chain = [predicate.Actor, predicate.OnBehalfOf, .. predicate.Owners];
        foreach (RecordVote vote in approvals)
        {
            if (vote.Voter.Kind != "human") yield return new VerificationFailure("vote_not_human", "An approving vote is by a service or an agent.");
            if (chain.Any(p => p is not null && IsSame(p, vote.Voter)))
                yield return new VerificationFailure("vote_in_principal_chain", "An approving vote is by somebody in the principal chain of the action.");
            if (vote.ViewDigest != predicate.Action.ViewDigest)
                yield return new VerificationFailure("vote_view_mismatch", "An approving vote is for another view than the one on record.");
        }
        if (approvals.DistinctBy(v => (v.Voter.Issuer, v.Voter.Subject)).Count() != approvals.Length)
            yield return new VerificationFailure("vote_duplicate", "One person's approval is counted twice.");
    }

    /// <summary>Identity is issuer and subject; names prove nothing.</summary>
    private static bool IsSame(RecordPrincipal a, RecordPrincipal b) => a.Issuer == b.Issuer && a.Subject == b.Subject;
}
