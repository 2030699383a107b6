namespace Approvals.Engine;

/// <summary>
/// Runs the code of one instance on one thread at a time, in an order that depends on nothing but the order of its events.
/// Continuations run where a task completes, or from a queue in the order they were posted.
/// </summary>
/// <remarks>
/// A continuation that arrives from another thread awaited something outside the orchestration's context (a foreign task). Its order is
/// not in the history, so it is not run: <see cref="Foreign"/> is set and the owner is told once.
/// </remarks>
internal sealed class OrchestrationScheduler(Action onForeign) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private volatile int _thread;
    private int _foreign;

    public bool Foreign => Volatile.Read(ref _foreign) != 0;

    public bool IsRunning => _thread == Environment.CurrentManagedThreadId;

    /// <summary>Runs <paramref name="step"/> and everything it makes runnable.</summary>
    public void Run<TState>(Action<TState> step, TState state)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            step(state);
            while (_queue.TryDequeue(out (SendOrPostCallback Callback, object? State) next))
                next.Callback(next.State);
        }
        finally
        {
            _thread = 0;
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsRunning)
            _queue.Enqueue((d, state));
        else
            ReportForeign();
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (IsRunning)
            d(state);
        else
            ReportForeign();
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Every call of the code into its context passes here.</summary>
    public void Verify()
    {
        if (IsRunning)
            return;
        ReportForeign();
        throw new InvalidOperationException(
            "An orchestration called its context from a foreign thread: await only tasks of the context, without ConfigureAwait(false) or Task.Run.");
    }

    private void ReportForeign()
    {
        if (Interlocked.Exchange(ref _foreign, 1) == 0)
            onForeign();
    }
}
