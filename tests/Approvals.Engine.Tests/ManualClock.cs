namespace Approvals.Engine.Tests;

/// <summary>A clock that moves when a test says so, forwards or backwards; timers fire on the caller's thread.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
            return _elapsed.Ticks;
    }

    /// <summary>Time passes: wall clock and timers move together.</summary>
    public void Advance(TimeSpan by) => Move(by, by);

    /// <summary>Somebody sets the wall clock: timers, which count elapsed time, do not notice.</summary>
    public void Jump(TimeSpan by) => Move(by, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Move(TimeSpan wall, TimeSpan elapsed)
    {
        lock (_gate)
        {
            _now += wall;
            _elapsed += elapsed;
        }

        while (Due() is { } callback)
            callback();
    }

    private Action? Due()
    {
        lock (_gate)
        {
            int index = _timers.FindIndex(timer => timer.DueAt <= _elapsed);
            if (index < 0)
                return null;
            Action callback = _timers[index].Callback;
            _timers.RemoveAt(index);
            return callback;
        }
    }

    private sealed class ManualTimer(ManualClock clock, Action callback) : ITimer
    {
        public Action Callback => callback;

        public TimeSpan DueAt { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = clock._elapsed + dueTime;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
