namespace Approvals.Ledger.Records;

/// <summary>Predicate of a redemption (<see cref="PredicateTypes.Redemption"/>): the one time a release was used.</summary>
public sealed record RedemptionPredicate
{
    public required string ActionId { get; init; }

    /// <summary><c>jti</c> of the release token.</summary>
    public required string TokenId { get; init; }

    /// <summary>Ledger index of the decision record that allowed it.</summary>
    public required long DecisionIndex { get; init; }

    public required string Audience { get; init; }

    public required RecordPrincipal RedeemedBy { get; init; }

    public required DateTimeOffset RedeemedAt { get; init; }

    /// <summary><c>sha256:</c>… of the idempotency key of the call, by which a repetition of it is known; null when it had none.</summary>
    public string? RequestKeyDigest { get; init; }
}

/// <summary>Predicate of a receipt (<see cref="PredicateTypes.Receipt"/>): what the executor reports back.</summary>
public sealed record ReceiptPredicate
{
    public required string ActionId { get; init; }

    public required RecordPrincipal Executor { get; init; }

    /// <summary><c>started</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary><c>sha256:</c>… of whatever the executor calls its result.</summary>
    public string? ResultDigest { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public required DateTimeOffset ReportedAt { get; init; }
}
