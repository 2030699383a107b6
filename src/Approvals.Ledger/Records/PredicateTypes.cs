namespace Approvals.Ledger.Records;

/// <summary>The kinds of entry in the ledger, as in-toto predicate types. A change that an old verifier would misread takes a new version.</summary>
public static class PredicateTypes
{
    /// <summary>The one terminal decision about an action: <see cref="DecisionPredicate"/>.</summary>
    public const string Decision = "https://approvals.dev/decision/v1";

    /// <summary>A release token was redeemed: <see cref="RedemptionPredicate"/>.</summary>
    public const string Redemption = "https://approvals.dev/redemption/v1";

    /// <summary>The executor reported what came of the action: <see cref="ReceiptPredicate"/>.</summary>
    public const string Receipt = "https://approvals.dev/receipt/v1";
}
