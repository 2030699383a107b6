namespace Approvals.Durable;

/// <summary>
/// Starts orchestrations and speaks to them from outside. Calls may overlap. When a call returns, its effect is durable: it survives
/// SIGKILL in the next instant. A call that throws may or may not have taken effect; every call here is safe to repeat.
/// </summary>
public interface IDurableClient
{
    /// <summary>
    /// Whether <see cref="StartAsync"/> would refuse at this moment for want of capacity: lets a caller refuse before it has prepared anything. A hint,
    /// not a promise.
    /// </summary>
    bool IsBusy => false;

    /// <summary>
    /// Starts an instance under <paramref name="instanceId"/> with the highest registered version of the orchestration.
    /// Returns <see langword="false"/>, and changes nothing, when an instance of that id exists (in whatever state).
    /// </summary>
    /// <exception cref="EngineBusyException">The engine is past its capacity and accepted nothing; try again later.</exception>
    Task<bool> StartAsync(string orchestration, string instanceId, object? input, CancellationToken cancellationToken = default);

    /// <summary>
    /// Delivers an event. One <paramref name="eventId"/> is delivered to an instance once, however often it is raised.
    /// Returns what became of it; only <see cref="RaiseResult.Accepted"/> and <see cref="RaiseResult.Duplicate"/> mean that the instance has it.
    /// </summary>
    /// <exception cref="EngineBusyException">The engine is past its capacity and accepted nothing; try again later.</exception>
    Task<RaiseResult> RaiseEventAsync(string instanceId, string eventName, string eventId, object? payload, CancellationToken cancellationToken = default);

    /// <summary>The instance's state, or <see langword="null"/> when there is none of that id.</summary>
    Task<InstanceState?> GetAsync(string instanceId, CancellationToken cancellationToken = default);

    /// <summary>Instances in the order of their ids, a page at a time.</summary>
    Task<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken = default);

    /// <summary>Ends an instance at once with status <see cref="InstanceStatus.Terminated"/>. False when it is unknown or had ended.</summary>
    Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken = default);

    /// <summary>Holds an instance: events, timers and results are kept and take effect on resume. False when unknown or ended.</summary>
    Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken = default);

    /// <summary>Lets a suspended instance go on. False when unknown, ended or not suspended.</summary>
    Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken = default);

    /// <summary>Forgets an ended instance with its history. False when it is unknown or has not ended.</summary>
    Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken = default);
}

public enum RaiseResult
{
    /// <summary>The instance has the event, durably.</summary>
    Accepted,

    /// <summary>An event of this id was accepted before; nothing changed.</summary>
    Duplicate,

    /// <summary>There is no instance of that id.</summary>
    UnknownInstance,

    /// <summary>The instance has ended; the event went nowhere.</summary>
    Ended,
}

public enum InstanceStatus
{
    Running,
    Suspended,
    Completed,
    Failed,
    Terminated,
}

/// <summary>What a query sees of an instance. <see cref="Status"/> and <see cref="CustomStatusJson"/> are of one and the same step.</summary>
/// <param name="FailureCode">Set when failed: a stable code, e.g. <c>nondeterministic</c>, or the exception's type name.</param>
/// <param name="FailureMessage">For operators: names the first differing step, or the reason of a termination. Holds no payload data.</param>
public sealed record InstanceState(
    string InstanceId,
    string Orchestration,
    int Version,
    InstanceStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? CustomStatusJson,
    string? OutputJson,
    string? FailureCode,
    string? FailureMessage)
{
    public bool HasEnded => Status is InstanceStatus.Completed or InstanceStatus.Failed or InstanceStatus.Terminated;
}

/// <param name="Limit">1 to 1,000.</param>
/// <param name="Cursor">From <see cref="InstancePage.NextCursor"/>; <see langword="null"/> for the first page.</param>
public sealed record InstanceQuery(
    InstanceStatus? Status = null,
    string? Orchestration = null,
    DateTimeOffset? UpdatedBefore = null,
    int Limit = 100,
    string? Cursor = null);

public sealed record InstancePage(IReadOnlyList<InstanceState> Instances, string? NextCursor);

/// <summary>The engine is past its capacity; nothing was accepted.</summary>
public sealed class EngineBusyException(TimeSpan retryAfter) : Exception("The engine is past its capacity; nothing was accepted.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
