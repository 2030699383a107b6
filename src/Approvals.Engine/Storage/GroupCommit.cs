using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>
/// The single writer: a thread that takes everything queued, writes it in one transaction, commits with one fsync and only then
/// tells the items. While it commits, the next batch gathers; a lone item commits at once.
/// </summary>
/// <remarks>
/// INVARIANT: this connection alone writes and checkpoints. SQLite versions before 3.51.3 can corrupt a WAL that two connections write
/// or checkpoint at the same moment (https://sqlite.org/wal.html#walresetbug), and readers are opened read-only for the same reason.
/// </remarks>
internal sealed unsafe class GroupCommit : IDisposable
{
    /// <summary>Bounds the length of one transaction, hence the wait of its first item.</summary>
    private const int MaxBatch = 4096;

    /// <summary>Frames in the WAL past which it is copied into the database: 16 MB of 8 KB pages.</summary>
    private const int CheckpointFrames = 2048;

    /// <summary>The same when the queue is empty: an idle machine does it sooner and nobody waits for it.</summary>
    private const int IdleCheckpointFrames = 512;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly SqliteConnection _connection;
    private readonly SqliteWriter _writer;
    private readonly Thread _thread;
    private readonly ILogger _logger;
    private readonly CommitMark _mark;
    private readonly ConcurrentQueue<TaskCompletionSource> _asked = new();
    private GCHandle _self;
    private List<WriteItem> _queue = [];
    private List<WriteItem> _batch = [];
    private bool _sleeping;
    private bool _stopping;
    private volatile bool _abandoned;
    private int _walFrames;
    private volatile DatabaseException? _fault;

    public GroupCommit(SqliteConnection connection, CommitMark mark, ILogger logger)
    {
        (_connection, _mark, _logger) = (connection, mark, logger);
        _writer = new SqliteWriter(connection);
        _self = GCHandle.Alloc(this);
        _ = Native.WalHook(connection.Handle, &OnWal, GCHandle.ToIntPtr(_self));
        _thread = new Thread(Run) { Name = "group commit", IsBackground = true };
    }

    /// <summary>Why the last commit failed, until one succeeds.</summary>
    public DatabaseException? Fault => _fault;

    public Action<CommitPoint>? Failpoint { get; set; }

    public void Start() => _thread.Start();

    /// <summary>Queues an item. Items of one caller commit in the order of their calls.</summary>
    public void Enqueue(WriteItem item)
    {
        bool wake;
        lock (_gate)
        {
            if (_stopping)
                throw new DatabaseException("closed", "The database is closed.");
            _queue.Add(item);
            wake = _sleeping;
            _sleeping = false;
        }

        if (wake)
            _wake.Set();
    }

    /// <summary>Has the writer thread checkpoint once all that is queued now is committed.</summary>
    public Task CheckpointAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(done);
        Enqueue(new WriteItem<bool>(_ => true)); // wakes the thread
        return done.Task;
    }

    /// <summary>Commits what is queued, checkpoints and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
            _stopping = true;
        _wake.Set();
        if (_thread.IsAlive)
            _thread.Join();
        if (!_abandoned && _fault is not { IsFatal: true })
            Checkpoint();
        _ = Native.WalHook(_connection.Handle, null, 0);
        _self.Free();
        _wake.Dispose();
    }

    /// <summary>Test seam: drops what is queued.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _abandoned = _stopping = true;
            _queue.Clear();
        }
    }

    private void Run()
    {
        while (Take())
        {
            for (int start = 0; start < _batch.Count && !_abandoned; start += MaxBatch)
                Commit(_batch.GetRange(start, Math.Min(MaxBatch, _batch.Count - start)));
            _batch.Clear();
            if (!_asked.IsEmpty)
                CheckpointAsAsked();
            else if (_walFrames >= CheckpointFrames || (_walFrames >= IdleCheckpointFrames && IsIdle()))
                Checkpoint();
        }
    }

    private void CheckpointAsAsked()
    {
        Checkpoint();
        while (_asked.TryDequeue(out TaskCompletionSource? done))
            done.TrySetResult();
    }

    private bool Take()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_queue.Count > 0)
                {
                    (_queue, _batch) = (_batch, _queue);
                    return true;
                }

                if (_stopping)
                    return false;
                _sleeping = true;
            }

            _wake.WaitOne();
        }
    }

    private bool IsIdle()
    {
        lock (_gate)
            return _queue.Count == 0;
    }

    private void Commit(List<WriteItem> items)
    {
        while (items.Count > 0)
        {
            Exception? error = TryCommit(items, out WriteItem? failed);
            if (failed is null)
            {
                foreach (WriteItem item in items)
                    item.Complete(error);
                return;
            }

            // Nothing of the batch is stored. The others run again without the one that failed.
            failed.Complete(error);
            items.Remove(failed);
        }
    }

    /// <summary>
    /// Writes and commits all items. When one of them fails by its own fault after it wrote something, names it: the transaction is
    /// rolled back. When it wrote nothing, it is completed and taken out, and the batch goes on: the common case costs nothing.
    /// </summary>
    private Exception? TryCommit(List<WriteItem> items, out WriteItem? failed)
    {
        failed = null;
        if (_fault is { IsFatal: true } fatal)
            return fatal;
        try
        {
            _writer.Execute("BEGIN IMMEDIATE");
            for (int i = 0; i < items.Count; i++)
            {
                int before = _connection.TotalChanges;
                try
                {
                    items[i].Apply(_writer);
                }
                catch (Exception error) when (_connection.InTransaction && error is not DatabaseException { ConcernsEverybody: true })
                {
                    _connection.ResetAll();
                    if (_connection.TotalChanges != before)
                    {
                        failed = items[i];
                        Rollback();
                        return error;
                    }

                    items[i].Complete(error);
                    items.RemoveAt(i--);
                }
            }

            CommitMark.Count(_writer);
            Failpoint?.Invoke(CommitPoint.BeforeCommit);
            _writer.Execute("COMMIT");
            _mark.Committed();
            Failpoint?.Invoke(CommitPoint.AfterCommit);
            _fault = null;
            return null;
        }
        catch (Exception error)
        {
            Rollback();
            DatabaseException fault = error as DatabaseException ?? new DatabaseException("sqlite", "A commit failed.", error);
            _fault = fault;
            _logger.LogError("A commit of {Count} writes failed with {Code}: {Message}", items.Count, fault.Code, fault.Message);
            return fault;
        }
    }

    private void Rollback()
    {
        try
        {
            _connection.ResetAll();
            if (_connection.InTransaction)
                _writer.Execute("ROLLBACK");
        }
        catch (DatabaseException error)
        {
            _fault = new DatabaseException("io", "A failed transaction could not be rolled back; restart the host.", error);
        }
    }

    private void Checkpoint()
    {
        int result = Native.WalCheckpoint(_connection.Handle, 0, Native.CheckpointPassive, out int log, out int done);
        if (result == Native.Ok && log == done)
            _walFrames = 0;
        else if (result is not (Native.Ok or Native.Busy))
            _logger.LogError("The WAL could not be checkpointed: SQLite {Result}", result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWal(nint self, nint db, byte* name, int frames)
    {
        ((GroupCommit)GCHandle.FromIntPtr(self).Target!)._walFrames = frames;
        return Native.Ok;
    }
}
