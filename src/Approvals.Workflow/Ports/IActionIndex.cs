using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Ports;

/// <summary>What the gate shows: one document per action, for reads, lists and search. Calls may overlap. Writes are durable on return.</summary>
public interface IActionIndex
{
    /// <summary>
    /// Remembers which action an idempotency key of a requester stands for; the first reservation wins and is returned to all. Kept at least 24 hours.
    /// </summary>
    Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken);

    /// <summary>Stores the document unless its id is there; returns what is stored. Repeating it does nothing.</summary>
    Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken);

    Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the document by what <paramref name="change"/> makes of it, atomically. The function must be pure: it may run more than once.
    /// After a call that throws the change may or may not be stored; changes are written so that repeating them does nothing.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no document of that id.</exception>
    Task<ActionDocument> UpdateAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken);

    /// <summary>
    /// The document as soon as <paramref name="until"/> holds of it, or as it is when <paramref name="timeout"/> is over;
    /// <see langword="null"/> when there is none. Sees changes made by any instance of the host.
    /// </summary>
    Task<ActionDocument?> WaitAsync(string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Newest first, a page at a time.</summary>
    /// <exception cref="FormatException">The cursor is not of the form that earlier pages have.</exception>
    Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken);
}

/// <param name="Requester">Whose key it is; keys of different requesters never meet.</param>
/// <param name="KeyHash">Hex SHA-256 of the <c>Idempotency-Key</c>.</param>
/// <param name="ActionId">The id the first request was given.</param>
/// <param name="SealedNonce">Its nonce, protected by the web room.</param>
/// <param name="RequestHash">HMAC of the request under its nonce, to tell a repeated request from another one under the same key.</param>
public sealed record IdempotencyReservation(
    PrincipalId Requester, string KeyHash, string ActionId, string SealedNonce, string RequestHash, DateTimeOffset RequestedAt);

/// <param name="Actor">Only actions whose actor this is.</param>
/// <param name="Limit">1 to 200.</param>
/// <param name="Cursor">From <see cref="ActionPage.NextCursor"/>.</param>
public sealed record ActionQuery(
    ActionStatus? Status = null, string? Type = null, PrincipalId? Actor = null, int Limit = 50, string? Cursor = null)
{
    /// <summary>Only actions whose review plan names one of these groups; <see langword="null"/> for no such limit.</summary>
    public IReadOnlyList<string>? ReviewGroups { get; init; }

    /// <summary>Only actions whose broken glass still owes a review.</summary>
    public bool OwesFollowUp { get; init; }
}

public sealed record ActionPage(IReadOnlyList<ActionDocument> Actions, string? NextCursor);
