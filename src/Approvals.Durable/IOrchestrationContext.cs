namespace Approvals.Durable;

/// <summary>
/// What an orchestration may call. An orchestration is an async method that an engine replays from its history, so it must be
/// deterministic: time, identifiers and everything from outside come from here and from nowhere else.
/// The shape follows <c>TaskOrchestrationContext</c> of Durable Task, so that an adapter to it stays thin.
/// </summary>
/// <remarks>
/// Tasks returned from here complete only inside the orchestration's own scheduler. Combine them with <see cref="Task.WhenAny(Task[])"/>
/// and <see cref="Task.WhenAll(Task[])"/>; never with <c>ConfigureAwait(false)</c>, <c>Task.Run</c> or blocking waits. Cancel a
/// <see cref="CancellationTokenSource"/> with <c>Cancel</c>: <c>CancelAsync</c> works on the thread pool, which no history can repeat.
/// </remarks>
public interface IOrchestrationContext
{
    /// <summary>The id this instance was started with.</summary>
    string InstanceId { get; }

    /// <summary>The version of the orchestration this instance began with; it never changes during the instance's life.</summary>
    int Version { get; }

    /// <summary>Time in UTC as of the event being processed: the same on every replay.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Whether the code now runs over recorded history only. Use it to write a log line once, never to decide anything.</summary>
    bool IsReplaying { get; }

    /// <summary>A new identifier: derived from the instance id and a counter (RFC 9562 version 5), the same on every replay.</summary>
    Guid NewGuid();

    /// <summary>
    /// Runs an activity at least once and returns its recorded result. Input and result travel as JSON; results stand in the
    /// history, and on engines that keep them inputs too.
    /// </summary>
    /// <param name="name">The activity's registered name.</param>
    /// <param name="input">Serialized with <see cref="DurableJson.Options"/>.</param>
    /// <param name="retry">What to do when an attempt throws; <see langword="null"/> is one attempt.</param>
    /// <exception cref="ActivityFailedException">The last attempt allowed by <paramref name="retry"/> failed.</exception>
    Task<TResult> CallActivityAsync<TResult>(string name, object? input, RetryPolicy? retry = null);

    /// <summary>
    /// Waits for the next event of this name. Events are buffered when they come early, delivered in the order they were accepted,
    /// and each event id is delivered once. Canceling the token withdraws the wait: the event then goes to the next one who waits.
    /// </summary>
    Task<TEvent> WaitForEventAsync<TEvent>(string name, CancellationToken cancellationToken = default);

    /// <summary>Completes when <paramref name="dueAt"/> has come (at once when it has passed). Durable; cancel the token to withdraw it.</summary>
    Task CreateTimerAsync(DateTimeOffset dueAt, CancellationToken cancellationToken = default);

    /// <summary>Sets the custom status that a query of this instance returns; durable with the step that sets it. At most 16 KB as JSON.</summary>
    void SetStatus(object? status);
}
