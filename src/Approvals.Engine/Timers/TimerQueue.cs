using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>
/// Fires timers when they are due. The timer table holds all of them; here is only a window of the nearest, so that a million waiting
/// instances cost no memory.
/// </summary>
/// <remarks>
/// INVARIANT: every row at or before the horizon is in the window or was handed to its instance. An entry may be there twice, or stand
/// for a row that is gone: rows are looked up before they fire, and an instance ignores what it does not wait for.
/// </remarks>
internal sealed class TimerQueue : IDisposable
{
    private const int WindowSize = 20_000;
    private const int FireBatch = 256;

    /// <summary>The clock is looked at no less often, in case it jumped.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(10);

    private static readonly (long Due, long Key, int Step) Forever = (long.MaxValue, long.MaxValue, int.MaxValue);

    private readonly Lock _gate = new();
    private readonly EngineCore _engine;
    private readonly ITimer _timer;
    private readonly PriorityQueue<(long Due, long Key, int Step), (long, long, int)> _window = new();
    private (long Due, long Key, int Step) _horizon = (-1, -1, -1);
    private List<(long Due, long Key, int Step)>? _whileLoading;
    private long _armedFor = long.MaxValue;
    private bool _pumping;
    private bool _again;
    private bool _pumpQueued;
    private TaskCompletionSource? _idle;
    private bool _stopped;

    public TimerQueue(EngineCore engine)
    {
        _engine = engine;
        _timer = engine.Clock.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether due timers wait until fewer instances are active.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>Takes up a row that was committed.</summary>
    public void Add(long due, long key, int step)
    {
        lock (_gate)
        {
            _whileLoading?.Add((due, key, step));
            if ((due, key, step).CompareTo(_horizon) > 0)
                return;
            _window.Enqueue((due, key, step), (due, key, step));
            if (_window.Count > 2 * WindowSize)
                Shrink();
            if (due < _armedFor)
                Arm(due);
        }
    }

    /// <summary>Fires what is due. Overlapping calls are merged.</summary>
    public void Pump()
    {
        lock (_gate)
        {
            _again = true;
            _pumpQueued = false;
            if (_pumping || _stopped)
                return;
            _pumping = true;
        }

        while (true)
        {
            lock (_gate)
            {
                if (!_again || _stopped)
                {
                    _pumping = false;
                    if (!_stopped)
                        Arm(_window.TryPeek(out (long Due, long, int) next, out _) ? next.Due : long.MaxValue);
                    if (!_pumpQueued)
                    {
                        _idle?.TrySetResult();
                        _idle = null;
                    }

                    return;
                }

                _again = false;
            }

            try
            {
                FireDue();
            }
            catch (Exception error)
            {
                // Looked at again after the longest sleep; the rows are still there.
                _engine.Logger.LogError("Timers could not be fired: {Error}", (error as DatabaseException)?.Message ?? error.GetType().Name);
                Restart();
            }
        }
    }

    /// <summary>Test seam: completes when nothing is being fired and nothing is due.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
        {
            if (!_pumping && !_pumpQueued)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _stopped = true;
        _timer.Dispose();
    }

    private void PumpSoon()
    {
        _pumpQueued = true;
        ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Pump(), this, preferLocal: false);
    }

    private void FireDue()
    {
        var due = new List<(long Due, long Key, int Step)>();
        while (!_stopped)
        {
            due.Clear();
            IsHeldBack = true; // Before the look, so that whoever leaves after it calls Pump.
            if (_engine.IsFull)
                return;
            IsHeldBack = false;
            bool load;
            lock (_gate)
            {
                long now = _engine.Now;
                while (due.Count < FireBatch && _window.TryPeek(out (long Due, long Key, int Step) next, out _) && next.Due <= now)
                    due.Add(_window.Dequeue());
                load = _window.Count == 0 && _horizon.CompareTo(Forever) < 0;
            }

            if (due.Count > 0)
                Fire(due);
            if (load)
                Load();
            else if (due.Count == 0)
                return;
        }
    }

    private void Fire(List<(long Due, long Key, int Step)> due)
    {
        List<(string Id, Message.TimerDue Message)> found = _engine.Database.Read(db =>
        {
            var rows = new List<(string, Message.TimerDue)>(due.Count);
            foreach ((long at, long key, int step) in due)
            {
                if (InstanceStore.FindTimer(db, at, key, step) is { } id)
                    rows.Add((id, new Message.TimerDue(at, step)));
            }

            return rows;
        });
        foreach ((string id, Message.TimerDue message) in found)
            _engine.Post(id, message);
    }

    /// <summary>Fills the empty window from the table, and with what was committed meanwhile.</summary>
    private void Load()
    {
        (long Due, long Key, int Step) from;
        lock (_gate)
        {
            from = _horizon;
            _whileLoading = [];
        }

        List<(long Due, long Key, int Step)> rows = _engine.Database.Read(db => InstanceStore.TimersAfter(db, from, WindowSize));
        lock (_gate)
        {
            _horizon = rows.Count == WindowSize ? rows[^1] : Forever;
            foreach ((long, long, int) row in rows)
                _window.Enqueue(row, row);
            foreach ((long, long, int) row in _whileLoading!)
            {
                if (row.CompareTo(from) > 0 && row.CompareTo(_horizon) <= 0)
                    _window.Enqueue(row, row);
            }

            _whileLoading = null;
        }
    }

    private void Shrink()
    {
        var all = new List<(long Due, long Key, int Step)>(_window.Count);
        while (all.Count < WindowSize)
            all.Add(_window.Dequeue());
        _window.Clear();
        foreach ((long, long, int) row in all)
            _window.Enqueue(row, row);
        _horizon = all[^1];
    }

    private void Restart()
    {
        lock (_gate)
        {
            _whileLoading = null;
            _window.Clear();
            _horizon = (-1, -1, -1);
        }
    }

    private void Arm(long due)
    {
        _armedFor = due;
        long wait = Math.Min(due - _engine.Now, (long)LongestSleep.TotalMilliseconds);
        if (_stopped)
            return;
        if (wait <= 0)
            PumpSoon();
        else
            _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
