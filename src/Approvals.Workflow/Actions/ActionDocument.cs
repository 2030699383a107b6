using System.Text.Json;
using System.Text.Json.Serialization;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Actions;

public enum ActionStatus
{
    /// <summary>Being redacted and judged by policy.</summary>
    Pending,

    /// <summary>People are asked.</summary>
    InReview,

    Approved,
    Denied,
    Expired,
    Canceled,
}

/// <summary>
/// What the gate shows of one action: the row of the action index. Derived from the orchestration, which alone decides; a
/// reader may see it a moment late, never ahead of what is durable. Stored as JSON by <see cref="Durable.DurableJson.Options"/>.
/// </summary>
public sealed record ActionDocument
{
    public required string Id { get; init; }

    public required ActionStatus Status { get; init; }

    public required ActionRequest Request { get; init; }

    public RedactedView? View { get; init; }

    public PolicyDecision? Policy { get; init; }

    /// <summary>Policies that came into force while people were asked, and what each meant; <see langword="null"/> for none.</summary>
    public IReadOnlyList<PolicyChange>? PolicyChanges { get; init; }

    public Review? Review { get; init; }

    /// <summary>The use of a standing approval that was begun for this action; counts once the ledger holds it.</summary>
    public StandingUse? StandingUse { get; init; }

    /// <summary>The review that broken glass owes.</summary>
    public FollowUpReview? FollowUp { get; init; }

    public Decision? Decision { get; init; }

    /// <summary>Where the decision record stands in the ledger; set together with a terminal status.</summary>
    public long? LedgerIndex { get; init; }

    /// <summary>Set once the release was redeemed; the ledger holds the proof.</summary>
    public DateTimeOffset? RedeemedAt { get; init; }

    public ExecutionReceipt? Receipt { get; init; }

    /// <summary>What is shown of a request that was only just taken in.</summary>
    public static ActionDocument Received(ActionRequest request) => new() { Id = request.Id, Status = ActionStatus.Pending, Request = request };

    [JsonIgnore]
    public bool IsTerminal => Status is not (ActionStatus.Pending or ActionStatus.InReview);
}

/// <summary>What anyone downstream of redaction sees of the request.</summary>
/// <param name="Content">Object: <c>type, actor, subject, target, parameters, context, justification</c>, masked.</param>
/// <param name="Digest"><c>sha256:</c> and the hex digest of <paramref name="Content"/> in canonical JSON. A vote names it.</param>
/// <param name="Findings">What was masked, and where.</param>
public sealed record RedactedView([property: JsonConverter(typeof(RawJson))] JsonElement Content, string Digest, IReadOnlyList<Finding> Findings);

public enum ExecutionOutcome
{
    Started,
    Succeeded,
    Failed,
}

/// <summary>What the executor reported back.</summary>
/// <param name="ResultDigest"><c>sha256:</c> and hex, of whatever the executor calls its result.</param>
public sealed record ExecutionReceipt(ExecutionOutcome Outcome, string? ResultDigest, DateTimeOffset At, long LedgerIndex);
