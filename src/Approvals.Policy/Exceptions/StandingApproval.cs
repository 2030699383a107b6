namespace Approvals.Policy;

/// <summary>How far standing approvals may go.</summary>
/// <param name="Types">Exact types, or everything under one: <c>deployment.*</c>.</param>
public sealed record StandingApprovalLimits(IReadOnlyList<string> Types, int MaximumUses, TimeSpan Longest)
{
    /// <summary>Whether actions of this type may be approved ahead.</summary>
    public bool Covers(string actionType) => TypePatterns.Match(Types, actionType);
}

/// <summary>An approval given ahead, for one exact type and target. Wire format.</summary>
/// <param name="TargetDigest"><c>sha256:</c> and the hex digest of the canonical JSON (RFC 8785) of the exact target.</param>
/// <param name="MaximumUses">So many actions, and not one more.</param>
/// <param name="Until">Not at or after this.</param>
public sealed record StandingApproval(string Id, string ActionType, string TargetDigest, int MaximumUses, DateTimeOffset From, DateTimeOffset Until, IReadOnlyList<PersonRef> GrantedBy);

/// <summary>Whether a standing approval covers an action. Pure; whoever records a use must make "read, judge, record" one step.</summary>
public static class StandingApprovals
{
    /// <summary>The type of the action by which one is asked for.</summary>
    public const string GrantType = "standing-approval.grant";

    /// <summary>Why it may not be granted under a policy, as a stable code, or <see langword="null"/>.</summary>
    public static string? RefusalToGrant(StandingApproval approval, StandingApprovalLimits? limits) =>
        limits is null ? "standing_approvals_off"
        : !limits.Covers(approval.ActionType) ? "standing_approval_type"
        : approval.MaximumUses < 1 || approval.MaximumUses > limits.MaximumUses ? "standing_approval_uses"
        : approval.Until <= approval.From || approval.Until - approval.From > limits.Longest ? "standing_approval_too_long"
        : approval.GrantedBy.Count == 0 ? "standing_approval_nobody"
        : null;

    /// <summary>Why it does not cover this use, as a stable code, or <see langword="null"/> when it does.</summary>
    /// <param name="uses">How often it was used before, all uses that were ever recorded.</param>
    /// <param name="limits">Of the policy in force now: a policy that became stricter holds for approvals given before.</param>
    /// <param name="decision">What policy says of the action now. INVARIANT: a standing approval stands in for a review and never for a deny.</param>
    /// <param name="requesters">Everyone in the principal chain: nobody approved their own request ahead.</param>
    public static string? RefusalToUse(
        StandingApproval approval, int uses, StandingApprovalLimits? limits, string actionType, string targetDigest, PolicyDecision decision,
        IReadOnlyCollection<PersonRef> requesters, DateTimeOffset now) =>
        RefusalToGrant(approval, limits)
        ?? (decision.Verdict != PolicyVerdict.Review ? "not_a_review"
            : approval.ActionType != actionType || approval.TargetDigest != targetDigest ? "standing_approval_other_action"
            : now < approval.From || now >= approval.Until ? "standing_approval_expired"
            : uses < 0 || uses >= approval.MaximumUses ? "standing_approval_used_up"
            : approval.GrantedBy.Intersect(requesters).Any() ? "standing_approval_own"
            : null);

    /// <summary>Pairs that cover the same action at the same time: together they allow more uses than anybody granted at once.</summary>
    public static IReadOnlyList<(StandingApproval First, StandingApproval Second)> Overlaps(IReadOnlyList<StandingApproval> approvals) =>
        [.. from pair in approvals.Index()
            from other in approvals.Skip(pair.Index + 1)
            where pair.Item.ActionType == other.ActionType && pair.Item.TargetDigest == other.TargetDigest && pair.Item.From < other.Until && other.From < pair.Item.Until
            select (pair.Item, other)];
}
