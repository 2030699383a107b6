namespace Approvals.Ledger.Records;

/// <summary>Who acts. Identity is issuer and subject; the display name is for people and proves nothing.</summary>
/// <param name="Kind"><c>human</c>, <c>service</c> or <c>agent</c>.</param>
/// <param name="Issuer">Who vouches for the subject.</param>
/// <param name="Subject">Immutable identifier at that issuer.</param>
/// <param name="DisplayName">As people know them.</param>
public sealed record RecordPrincipal(string Kind, string Issuer, string Subject, string? DisplayName = null);

/// <summary>What was to run. Never a raw payload value: target is as redaction left it.</summary>
/// <param name="Digest"><c>sha256:</c>… of the action binding.</param>
/// <param name="Type">Type of the action.</param>
/// <param name="Target">Redacted target; null when the action ended before redaction.</param>
/// <param name="ViewDigest"><c>sha256:</c>… of the redacted view; null when the action ended before redaction.</param>
public sealed record RecordAction(string Digest, string Type, string? Target = null, string? ViewDigest = null);

/// <summary>How many things of one type redaction found. Types and counts only, never values or places.</summary>
public sealed record RecordFinding(string Type, int Count);

/// <summary>What policy said.</summary>
/// <param name="Digest"><c>sha256:</c>… of the policy in force.</param>
/// <param name="Rule">The rule that matched; null where none did and the default applied.</param>
/// <param name="Verdict"><c>allow</c>, <c>deny</c> or <c>review</c>.</param>
/// <param name="Reason">Why, in policy's own words.</param>
public sealed record RecordPolicy(string Digest, string? Rule, string Verdict, string? Reason = null);

/// <summary>One vote that was counted.</summary>
/// <param name="Voter">Who voted.</param>
/// <param name="Verdict"><c>approve</c> or <c>deny</c>.</param>
/// <param name="Assurance"><c>link</c>, <c>chat</c>, <c>idp</c> or <c>idp+mfa</c>.</param>
/// <param name="Stage">Stage of the review plan, from 0.</param>
/// <param name="ViewDigest">Digest of the view the voter was shown.</param>
/// <param name="Justification">In the voter's words, after redaction.</param>
/// <param name="At">When.</param>
public sealed record RecordVote(
    RecordPrincipal Voter, string Verdict, string Assurance, int Stage, string ViewDigest, string? Justification, DateTimeOffset At);

/// <summary>The terminal outcome.</summary>
/// <param name="Outcome"><c>approved</c>, <c>denied</c>, <c>expired</c> or <c>canceled</c>.</param>
/// <param name="By"><c>policy</c>, <c>people</c>, <c>requester</c>, <c>timeout</c> or <c>gate</c> (it failed closed).</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="At">When.</param>
public sealed record RecordDecision(string Outcome, string By, string? Reason, DateTimeOffset At);

/// <summary>
/// Predicate of a decision record (<see cref="PredicateTypes.Decision"/>). Every field and its meaning: docs/record.md.
/// Times are UTC with millisecond precision; members without a value are left out.
/// </summary>
public sealed record DecisionPredicate
{
    /// <summary>UUIDv7 of the action.</summary>
    public required string ActionId { get; init; }

    /// <summary>Who asked.</summary>
    public required RecordPrincipal Actor { get; init; }

    /// <summary>On whose behalf; null when the actor acts for themselves.</summary>
    public RecordPrincipal? OnBehalfOf { get; init; }

    /// <summary>Who owns anything in the chain: the agent, the pipeline, the service.</summary>
    public IReadOnlyList<RecordPrincipal> Owners { get; init; } = [];

    public required RecordAction Action { get; init; }

    /// <summary>Ordered by type.</summary>
    public IReadOnlyList<RecordFinding> Findings { get; init; } = [];

    /// <summary>Null when the action ended before policy was asked.</summary>
    public RecordPolicy? Policy { get; init; }

    /// <summary>In the order they were counted.</summary>
    public IReadOnlyList<RecordVote> Votes { get; init; } = [];

    public required RecordDecision Decision { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Executor that may redeem a release; null when nothing is released.</summary>
    public string? Audience { get; init; }

    /// <summary>Deadline of the action.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
