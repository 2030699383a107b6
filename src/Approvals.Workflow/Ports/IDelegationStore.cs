using Approvals.Policy;

namespace Approvals.Workflow.Ports;

/// <summary>
/// Who is away and who decides for them. Few: a gate's people, a few times a year. Calls may overlap; writes are durable on return and seen by
/// every instance of the host within a minute.
/// </summary>
public interface IDelegationStore
{
    /// <summary>
    /// Stores a delegation unless <paramref name="refusal"/> says why not, judging by all that are stored: both in one step, so that of two at
    /// once that may not stand together one is refused. Returns the refusal, or <see langword="null"/> when it is stored.
    /// </summary>
    /// <param name="refusal">Pure; may run more than once.</param>
    Task<string?> AddAsync(Delegation delegation, Func<IReadOnlyList<Delegation>, string?> refusal, CancellationToken cancellationToken);

    /// <summary>All that have not ended long ago, in the order of their beginning.</summary>
    Task<IReadOnlyList<Delegation>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Ends one early. False when there is none of that id, or it has ended.</summary>
    Task<bool> EndAsync(string id, DateTimeOffset at, CancellationToken cancellationToken);
}
