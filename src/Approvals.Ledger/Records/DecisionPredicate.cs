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
public sealed record RecordPolicy(string Digest, string? Rule, string Verdict, string? Reason = null)
{
    /// <summary>0 to 100; null for none.</summary>
    public int? Risk { get; init; }

    /// <summary>Control ids that this decision is evidence for.</summary>
    public IReadOnlyList<string>? Evidence { get; init; }

    /// <summary>Policies that came into force while people were asked, in order; null for none.</summary>
    public IReadOnlyList<RecordPolicyChange>? Changes { get; init; }
}

/// <summary>What a new policy meant for an open review.</summary>
/// <param name="Digest"><c>sha256:</c>… of the policy that came into force.</param>
/// <param name="Effect"><c>kept</c> (the plan it began with), <c>confirmed</c> (decided anew with the same plan) or <c>redecided</c> (with another).</param>
public sealed record RecordPolicyChange(string Digest, string Effect, DateTimeOffset At);

/// <summary>Who had to be asked: the plan by which the votes were counted.</summary>
public sealed record RecordReview(IReadOnlyList<RecordStage> Stages);

/// <summary>One stage of the plan.</summary>
/// <param name="Quorum">How many distinct people had to approve.</param>
/// <param name="Assurance">The weakest that counted.</param>
/// <param name="Groups">Who could vote; null where they were too many to be written down.</param>
public sealed record RecordStage(string Name, int Quorum, string Assurance, IReadOnlyList<string>? Groups = null)
{
    /// <summary>True when each group had to give an approval of its own.</summary>
    public bool? OneFromEachGroup { get; init; }
}

/// <summary>The use of a standing approval that a decision rests on.</summary>
/// <param name="Id">Id of the action that granted it.</param>
/// <param name="Use">1 for the first use.</param>
/// <param name="Of">How many uses it has.</param>
/// <param name="LedgerIndex">Where the ledger holds the use.</param>
public sealed record RecordStandingApproval(string Id, int Use, int Of, long LedgerIndex);

/// <summary>Two people past the review.</summary>
/// <param name="Consents">Theirs, in the form of votes.</param>
/// <param name="FollowUpGroups">Who owes a review of it.</param>
/// <param name="FollowUpDueAt">By when.</param>
public sealed record RecordBreakGlass(IReadOnlyList<RecordVote> Consents, IReadOnlyList<string> FollowUpGroups, DateTimeOffset FollowUpDueAt);

/// <summary>One vote that was counted.</summary>
/// <param name="Voter">Who voted.</param>
/// <param name="Verdict"><c>approve</c> or <c>deny</c>.</param>
/// <param name="Assurance"><c>link</c>, <c>chat</c>, <c>idp</c> or <c>idp+mfa</c>.</param>
/// <param name="Stage">Stage of the review plan, from 0.</param>
/// <param name="ViewDigest">Digest of the view the voter was shown.</param>
/// <param name="Justification">In the voter's words, after redaction.</param>
/// <param name="At">When.</param>
public sealed record RecordVote(
    RecordPrincipal Voter, string Verdict, string Assurance, int Stage, string ViewDigest, string? Justification, DateTimeOffset At)
{
    /// <summary>Who was away and is heard by this vote; null when the voter spoke for themselves alone.</summary>
    public RecordIdentity? For { get; init; }
}

/// <summary>Somebody, by identity alone.</summary>
public sealed record RecordIdentity(string Issuer, string Subject);

/// <summary>The terminal outcome.</summary>
/// <param name="Outcome"><c>approved</c>, <c>denied</c>, <c>expired</c> or <c>canceled</c>.</param>
/// <param name="By"><c>policy</c>, <c>people</c>, <c>requester</c>, <c>timeout</c>, <c>gate</c> (it failed closed), <c>standing-approval</c> or <c>break-glass</c>.</param>
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

    /// <summary>The plan of the review; null where nobody was asked.</summary>
    public RecordReview? Review { get; init; }

    /// <summary>In the order they were counted.</summary>
    public IReadOnlyList<RecordVote> Votes { get; init; } = [];

    public RecordStandingApproval? StandingApproval { get; init; }

    /// <summary>Set exactly in records of the type <see cref="PredicateTypes.BreakGlass"/>.</summary>
    public RecordBreakGlass? BreakGlass { get; init; }

    public required RecordDecision Decision { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Executor that may redeem a release; null when nothing is released.</summary>
    public string? Audience { get; init; }

    /// <summary>Deadline of the action.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
