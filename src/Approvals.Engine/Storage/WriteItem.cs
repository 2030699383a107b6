namespace Approvals.Engine;

/// <summary>One piece of work for the group commit.</summary>
internal abstract class WriteItem
{
    /// <summary>
    /// Writes, on the writer thread. May run again, in a new transaction, when another item of the same batch failed: only the last
    /// run counts.
    /// </summary>
    public abstract void Apply(SqliteWriter writer);

    /// <summary>
    /// Called once on the writer thread: with <see langword="null"/> when what <see cref="Apply"/> wrote is durable. Must neither block
    /// nor throw.
    /// </summary>
    public abstract void Complete(Exception? error);
}

internal sealed class WriteItem<T>(Func<SqliteWriter, T> work) : WriteItem
{
    // Continuations must not run on the writer thread: it serves everybody.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _completion.Task;

    public override void Apply(SqliteWriter writer) => _result = work(writer);

    public override void Complete(Exception? error)
    {
        if (error is null)
            _completion.TrySetResult(_result);
        else
            _completion.TrySetException(error);
    }
}

/// <summary>Where tests interrupt a commit.</summary>
internal enum CommitPoint
{
    /// <summary>The batch is written but not committed: an exception here means "failed and not stored".</summary>
    BeforeCommit,

    /// <summary>The batch is durable but nobody knows: an exception here means "failed but stored".</summary>
    AfterCommit,
}
