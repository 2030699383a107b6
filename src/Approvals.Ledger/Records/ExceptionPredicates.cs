namespace Approvals.Ledger.Records;

/// <summary>Predicate of a use of a standing approval (<see cref="PredicateTypes.StandingUse"/>). Written before the decision that rests on it.</summary>
public sealed record StandingUsePredicate
{
    public required string ActionId { get; init; }

    /// <summary>Id of the action that granted it.</summary>
    public required string StandingApproval { get; init; }

    /// <summary>1 for the first use.</summary>
    public required int Use { get; init; }

    /// <summary>How many uses it has.</summary>
    public required int Of { get; init; }

    public required DateTimeOffset UsedAt { get; init; }
}

/// <summary>Predicate of the review that follows broken glass (<see cref="PredicateTypes.FollowUp"/>).</summary>
public sealed record FollowUpPredicate
{
    public required string ActionId { get; init; }

    public required RecordPrincipal Reviewer { get; init; }

    /// <summary><c>justified</c> or <c>unjustified</c>.</summary>
    public required string Finding { get; init; }

    /// <summary>In the reviewer's words, after redaction.</summary>
    public required string Comment { get; init; }

    /// <summary>By when it was owed.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public required DateTimeOffset DoneAt { get; init; }
}

/// <summary>
/// Predicate of a change of policy (<see cref="PredicateTypes.Policy"/>). Its statement is about no action: the subject is named <c>policy</c> and its digest is
/// the policy's.
/// </summary>
public sealed record PolicyPredicate
{
    /// <summary>1 for the first policy of the gate; without gaps.</summary>
    public required long Number { get; init; }

    /// <summary><c>sha256:</c>… of the policy file's bytes.</summary>
    public required string Digest { get; init; }

    /// <summary>Digest of the policy that was in force before; null for the first.</summary>
    public string? Previous { get; init; }

    /// <summary>The policy's own name, where it has one.</summary>
    public string? Name { get; init; }

    /// <summary>How many rules it has.</summary>
    public required int Rules { get; init; }

    /// <summary>Who changed it, as the file itself says; null where it says nothing.</summary>
    public RecordPrincipal? ChangedBy { get; init; }

    /// <summary>When it came into force.</summary>
    public required DateTimeOffset At { get; init; }
}
