using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Approvals.Durable;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>What the parts of a running engine share.</summary>
internal sealed class EngineCore : IDisposable
{
    private static readonly TimeSpan ReloadDelay = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Name, int Version), OrchestrationDefinition> _orchestrations = [];
    private readonly Dictionary<string, OrchestrationDefinition> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActivityDefinition> _activities = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _reloads = new();
    private readonly ITimer _reloadTimer;
    private long _lastKey;
    private int _reloading;
    private volatile bool _stopping;

    public EngineCore(Database database, EngineOptions options, TimeProvider clock, ILogger logger)
    {
        (Database, Options, Clock, Logger) = (database, options, clock, logger);
        Hot = new HotSet(this, options.MaxHotInstances);
        Activities = new ActivityDispatcher(this, options.MaxConcurrentActivities);
        Timers = new TimerQueue(this);
        Recovery = new Recovery(this);
        _reloadTimer = clock.CreateTimer(_ => ReloadNow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Database Database { get; }

    public EngineOptions Options { get; }

    public TimeProvider Clock { get; }

    public ILogger Logger { get; }

    public HotSet Hot { get; }

    public ActivityDispatcher Activities { get; }

    public TimerQueue Timers { get; }

    public Recovery Recovery { get; }

    /// <summary>Unix milliseconds by the wall clock, which may jump.</summary>
    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Past this not even events are taken. Later than <see cref="IsFull"/>, so that a flood of new instances does not keep events of running ones out.</summary>
    public bool IsOverfull => Hot.Active >= Options.MaxActiveInstances + (Options.MaxActiveInstances / 4);

    public bool IsFull => Hot.Active >= Options.MaxActiveInstances;

    public void Add(OrchestrationDefinition definition)
    {
        _orchestrations.Add((definition.Name, definition.Version), definition);
        if (!_newest.TryGetValue(definition.Name, out OrchestrationDefinition? newest) || newest.Version < definition.Version)
            _newest[definition.Name] = definition;
    }

    public void Add(ActivityDefinition definition) => _activities.Add(definition.Name, definition);

    public OrchestrationDefinition? FindDefinition(string name, int version) => _orchestrations.GetValueOrDefault((name, version));

    public OrchestrationDefinition? FindNewest(string name) => _newest.GetValueOrDefault(name);

    public bool TryFindActivity(string name, [NotNullWhen(true)] out ActivityDefinition? definition) =>
        _activities.TryGetValue(name, out definition);

    public void Start()
    {
        _lastKey = Database.Read(InstanceStore.LastKey);
        Timers.Pump();
        Recovery.Pump();
    }

    public long NextKey() => Interlocked.Increment(ref _lastKey);

    /// <summary>Hands a message to the instance of this id, loading it when it is not in memory.</summary>
    public void Post(string id, Message message)
    {
        while (!Hot.GetOrAdd(id).TryPost(message))
            Thread.Yield(); // It is just leaving memory.
    }

    /// <summary>Has an instance loaded again after its commit failed.</summary>
    public void Reload(string id)
    {
        if (_stopping || Database.Fault is { IsFatal: true })
            return;
        _reloads.Enqueue(id);
        if (Interlocked.Exchange(ref _reloading, 1) == 0)
            _reloadTimer.Change(ReloadDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fewer instances are active than just now: what was held back goes on.</summary>
    public void OnQuieter()
    {
        if (Recovery.IsHeldBack)
            ThreadPool.UnsafeQueueUserWorkItem(static recovery => recovery.Pump(), Recovery, preferLocal: false);
        if (Timers.IsHeldBack)
            ThreadPool.UnsafeQueueUserWorkItem(static timers => timers.Pump(), Timers, preferLocal: false);
    }

    /// <summary>Ends everything that begins work, waits for what runs, and for what it still commits.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        Timers.Dispose();
        Recovery.Stop();
        await Activities.StopAsync(cancellationToken);
        await Hot.WaitIdleAsync().WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _stopping = true;
        Timers.Dispose();
        Activities.Dispose();
        _reloadTimer.Dispose();
    }

    private void ReloadNow()
    {
        Volatile.Write(ref _reloading, 0);
        for (int i = _reloads.Count; i > 0 && !_stopping && _reloads.TryDequeue(out string? id); i--)
            Post(id, new Message.Wake());
    }
}
