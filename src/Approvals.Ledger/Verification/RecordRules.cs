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
        if ((predicate.BreakGlass is not null) != (statement.PredicateType == PredicateTypes.BreakGlass)
            || (predicate.BreakGlass is not null) != (predicate.Decision.By == "break-glass"))
            yield return new VerificationFailure("record_inconsistent", "Type, decision and content of the record do not agree on whether the glass was broken.");
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
        if (predicate.Decision.By == "standing-approval" && (predicate.Policy?.Verdict != "review" || predicate.StandingApproval is not { } standing || standing.Use < 1 || standing.Use > standing.Of))
            yield return new VerificationFailure("approval_unfounded", "Approved by a standing approval that is not there, or used up, or for what policy does not review.");
        if (predicate.Decision.By is not ("policy" or "people" or "standing-approval" or "break-glass"))
            yield return new VerificationFailure("approval_unfounded", "Approved by something that is neither policy nor people.");
        if (predicate.Decision.By == "people" && predicate.Review is { } review)
        {
            foreach (VerificationFailure failure in CheckQuorum(review, approvals)) yield return failure;
        }

        if (predicate.BreakGlass is { } broken)
        {
            foreach (VerificationFailure failure in CheckBreakGlass(predicate, broken)) yield return failure;
        }

        RecordPrincipal?[] chain = [predicate.Actor, predicate.OnBehalfOf, .. predicate.Owners];
        foreach (RecordVote vote in approvals.Concat(predicate.BreakGlass?.Consents ?? []))
        {
            if (vote.Voter.Kind != "human") yield return new VerificationFailure("vote_not_human", "An approving vote is by a service or an agent.");
            if (chain.Any(p => p is not null && IsSame(p, vote.Voter)))
                yield return new VerificationFailure("vote_in_principal_chain", "An approving vote is by somebody in the principal chain of the action.");
            if (vote.For is { } absent && chain.Any(p => p is not null && p.Issuer == absent.Issuer && p.Subject == absent.Subject))
                yield return new VerificationFailure("vote_in_principal_chain", "An approving vote is for somebody in the principal chain of the action.");
            if (vote.ViewDigest != predicate.Action.ViewDigest)
                yield return new VerificationFailure("vote_view_mismatch", "An approving vote is for another view than the one on record.");
        }
        (string, string)[] heard = [.. approvals.SelectMany(v => v.For is { } absent ? [(v.Voter.Issuer, v.Voter.Subject), (absent.Issuer, absent.Subject)] : new[] { (v.Voter.Issuer, v.Voter.Subject) })];
        if (heard.Distinct().Count() != heard.Length)
            yield return new VerificationFailure("vote_duplicate", "One person's approval is counted twice.");
    }

    private static IEnumerable<VerificationFailure> CheckQuorum(RecordReview review, RecordVote[] approvals)
    {
        for (int stage = 0; stage < review.Stages.Count; stage++)
        {
            RecordVote[] counted = [.. approvals.Where(vote => vote.Stage == stage)];
            if (counted.Length < Math.Max(1, review.Stages[stage].Quorum))
                yield return new VerificationFailure("quorum_not_met", $"Stage {stage + 1} has fewer approvals than its quorum.");
            if (counted.Any(vote => Rank(vote.Assurance) < Rank(review.Stages[stage].Assurance)))
                yield return new VerificationFailure("assurance_too_low", $"Stage {stage + 1} counts a vote of weaker assurance than it asks for.");
        }
    }

    private static IEnumerable<VerificationFailure> CheckBreakGlass(DecisionPredicate predicate, RecordBreakGlass broken)
    {
        if (predicate.Policy?.Verdict != "review")
            yield return new VerificationFailure("approval_unfounded", "The glass was broken for what policy does not review.");
        if (broken.Consents.DistinctBy(v => (v.Voter.Issuer, v.Voter.Subject)).Count() < 2 || broken.Consents.Any(vote => vote.Assurance != "idp+mfa"))
            yield return new VerificationFailure("approval_unfounded", "The glass was broken by fewer than two people with the strongest assurance.");
    }

    private static int Rank(string assurance) => Array.IndexOf(["link", "chat", "idp", "idp+mfa"], assurance);

    /// <summary>Identity is issuer and subject; names prove nothing.</summary>
    private static bool IsSame(RecordPrincipal a, RecordPrincipal b) => a.Issuer == b.Issuer && a.Subject == b.Subject;
}
