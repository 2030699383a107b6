using System.Collections.Concurrent;

namespace Approvals.Engine;

/// <summary>
/// The instances in memory. Those that only wait are kept up to a limit, the longest waiting is evicted first; the others are active:
/// something of them runs, commits or is queued.
/// </summary>
internal sealed class HotSet(EngineCore engine, int maxWaiting)
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly LinkedList<Instance> _waiting = new();
    private TaskCompletionSource? _idle;
    private int _count;

    /// <summary>Instances that do not only wait.</summary>
    public int Active
    {
        get
        {
            lock (_gate)
                return _count - _waiting.Count;
        }
    }

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>Completes when every instance only waits, for an engine that begins no more work.</summary>
    public Task WaitIdleAsync()
    {
        lock (_gate)
        {
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            ReportIdle();
            return _idle.Task;
        }
    }

    public Instance GetOrAdd(string id)
    {
        if (_instances.TryGetValue(id, out Instance? instance))
            return instance;
        var created = new Instance(engine, id);
        if (!_instances.TryAdd(id, created))
            return _instances.GetOrAdd(id, created);
        lock (_gate)
            _count++;
        return created;
    }

    /// <summary>Called under the instance's lock.</summary>
    public void Activate(Instance instance)
    {
        lock (_gate)
        {
            if (instance.Node.List is not null)
                _waiting.Remove(instance.Node);
        }
    }

    /// <summary>Called under the instance's lock.</summary>
    public void Rest(Instance instance)
    {
        lock (_gate)
        {
            if (instance.Node.List is null)
                _waiting.AddLast(instance.Node);
            ReportIdle();
        }
    }

    /// <summary>Evicts what is over the limit. Called under no lock: eviction takes the instance's, then this one's.</summary>
    public void Trim()
    {
        while (true)
        {
            Instance oldest;
            lock (_gate)
            {
                if (_waiting.Count <= maxWaiting)
                    break;
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }

            if (oldest.TryEvict())
                Remove(oldest);
        }

        engine.OnQuieter();
    }

    public void Remove(Instance instance)
    {
        if (!_instances.TryRemove(KeyValuePair.Create(instance.Id, instance)))
            return;
        lock (_gate)
        {
            _count--;
            if (instance.Node.List is not null)
                _waiting.Remove(instance.Node);
            ReportIdle();
        }

        engine.OnQuieter();
    }

    private void ReportIdle()
    {
        if (_count == _waiting.Count)
            _idle?.TrySetResult();
    }
}
