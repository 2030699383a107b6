namespace Approvals.Ledger.Records;

/// <summary>The kinds of entry in the ledger, as in-toto predicate types. A change that an old verifier would misread takes a new version.</summary>
public static class PredicateTypes
{
    /// <summary>The one terminal decision about an action: <see cref="DecisionPredicate"/>.</summary>
    public const string Decision = "https://approvals.dev/decision/v1";

    /// <summary>The one terminal decision about an action, come to by breaking the glass: <see cref="DecisionPredicate"/> with <see cref="DecisionPredicate.BreakGlass"/>.</summary>
    public const string BreakGlass = "https://approvals.dev/break-glass/v1";

    /// <summary>The review that broken glass owes was done: <see cref="FollowUpPredicate"/>.</summary>
    public const string FollowUp = "https://approvals.dev/follow-up/v1";

    /// <summary>A standing approval was used: <see cref="StandingUsePredicate"/>.</summary>
    public const string StandingUse = "https://approvals.dev/standing-use/v1";

    /// <summary>Another policy came into force: <see cref="PolicyPredicate"/>.</summary>
    public const string Policy = "https://approvals.dev/policy/v1";

    /// <summary>A release token was redeemed: <see cref="RedemptionPredicate"/>.</summary>
    public const string Redemption = "https://approvals.dev/redemption/v1";

    /// <summary>The executor reported what came of the action: <see cref="ReceiptPredicate"/>.</summary>
    public const string Receipt = "https://approvals.dev/receipt/v1";
}
