using System.Runtime.InteropServices;
using Approvals.Ledger.Records;

namespace Approvals.Ledger.Verification;

/// <summary>Follows each action through the log, entry by entry, and notes what may not happen.</summary>
internal sealed class ActionHistory(Findings findings)
{
    private readonly Dictionary<string, Seen> _actions = [];
    private readonly Dictionary<string, long> _counts = [];
    private readonly HashSet<(string Id, int Use)> _standingUses = [];
    private long _policies;

    public IReadOnlyDictionary<string, long> Counts => _counts;

    private struct Seen
    {
        public long DecisionIndex; // plus one: zero is none
        public string? Digest;
        public bool Approved, Redeemed, Started, Ended, GlassBroken, FollowedUp;
        public (string Id, int Use)? Standing;
    }

    /// <summary>Takes the next entry of the log.</summary>
    public void Add(long index, CheckedRecord entry)
    {
        foreach (VerificationFailure failure in entry.Failures) findings.Note(failure.Code, $"Entry {index}: {failure.Message}");
        if (entry.Record is not { } record) return;

        string type = record.Statement.PredicateType;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, type, out _)++;
        // A record that does not verify proves nothing about its action.
        if (entry.Failures.Count > 0) return;
        if (type == PredicateTypes.Policy)
        {
            AddPolicy(index, record);
            return;
        }

        ref Seen seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_actions, record.Statement.ActionId, out _);
        if (entry.Decision is { } decision) AddDecision(index, record, decision, ref seen);
        else if (type == PredicateTypes.Redemption) AddRedemption(index, record, ref seen);
        else if (type == PredicateTypes.Receipt) AddReceipt(index, record, ref seen);
        else if (type == PredicateTypes.StandingUse) AddStandingUse(index, record, ref seen);
        else AddFollowUp(index, record, ref seen);
    }

    private void AddDecision(long index, SignedRecord record, DecisionPredicate decision, ref Seen seen)
    {
        if (seen.DecisionIndex != 0)
        {
            findings.Note("decision_duplicate", $"Entry {index}: the action was decided before, at index {seen.DecisionIndex - 1}.");
            return;
        }
        seen.DecisionIndex = index + 1;
        seen.Digest = record.Statement.ActionDigest;
        seen.Approved = decision.Decision.Outcome == "approved";
        seen.GlassBroken = decision.BreakGlass is not null;
        if (decision.Decision.By == "standing-approval" && decision.StandingApproval is { } standing && seen.Standing != (standing.Id, standing.Use))
            findings.Note("standing_use_missing", $"Entry {index}: the decision rests on a use of a standing approval that no earlier entry holds.");
    }

    private void AddStandingUse(long index, SignedRecord record, ref Seen seen)
    {
        StandingUsePredicate use = record.ReadPredicate(RecordJson.StandingUse);
        if (use.Use < 1 || use.Use > use.Of || !_standingUses.Add((use.StandingApproval, use.Use)))
            findings.Note("standing_use_duplicate", $"Entry {index}: this use of the standing approval was taken before, or is beyond its limit.");
        seen.Standing = (use.StandingApproval, use.Use);
    }

    private void AddFollowUp(long index, SignedRecord record, ref Seen seen)
    {
        if (!seen.GlassBroken || seen.FollowedUp || seen.Digest != record.Statement.ActionDigest)
            findings.Note("follow_up_unfounded", $"Entry {index}: a review that no broken glass owes, or that was done before.");
        seen.FollowedUp = true;
    }

    private void AddPolicy(long index, SignedRecord record)
    {
        if (record.ReadPredicate(RecordJson.Policy).Number != ++_policies)
            findings.Note("policy_number_wrong", $"Entry {index}: changes of policy are not numbered in their order.");
    }

    private void AddRedemption(long index, SignedRecord record, ref Seen seen)
    {
        if (!seen.Approved || seen.Digest != record.Statement.ActionDigest || seen.DecisionIndex != record.ReadPredicate(RecordJson.Redemption).DecisionIndex + 1)
            findings.Note("redemption_without_approval", $"Entry {index}: a release was redeemed that no earlier approval in the log allows.");
        if (seen.Redeemed) findings.Note("redemption_duplicate", $"Entry {index}: the release was redeemed before.");
        seen.Redeemed = true;
    }

    private void AddReceipt(long index, SignedRecord record, ref Seen seen)
    {
        if (!seen.Redeemed || seen.Digest != record.Statement.ActionDigest)
            findings.Note("receipt_without_redemption", $"Entry {index}: a receipt for an action whose release was not redeemed.");
        ref bool reported = ref seen.Ended;
        if (record.ReadPredicate(RecordJson.Receipt).Outcome == "started") reported = ref seen.Started;
        if (reported) findings.Note("receipt_duplicate", $"Entry {index}: the executor had reported this before.");
        reported = true;
    }
}
