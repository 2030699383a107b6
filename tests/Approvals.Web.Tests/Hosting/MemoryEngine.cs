using System.Collections.Concurrent;
using System.Text.Json;
using Approvals.Durable;

namespace Approvals.Web.Tests.Hosting;

/// <summary>Runs orchestrations in this process, without history: enough to put real actions behind the routes.</summary>
internal sealed class MemoryEngine(TimeProvider time) : IDurableClient
{
    private readonly ConcurrentDictionary<string, Instance> instances = new();
    private readonly ConcurrentDictionary<string, InstanceState> statuses = new();
    private readonly TaskCompletionSource raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Dictionary<string, ActivityDefinition> Activities { get; } = [];

    public OrchestrationDefinition? Orchestration { get; set; }

    /// <summary>Events that instances of other orchestrations got, in order.</summary>
    public ConcurrentQueue<(string InstanceId, string Event)> Told { get; } = new();

    /// <summary>When set, nothing is accepted.</summary>
    public TimeSpan? BusyFor { get; set; }

    /// <summary>When set, events are accepted but not delivered until it completes.</summary>
    public Task? HoldEvents { get; set; }

    /// <summary>Completes when the first event was accepted.</summary>
    public Task Raised => raised.Task;

    public Task<bool> StartAsync(string orchestration, string instanceId, object? input, CancellationToken cancellationToken = default)
    {
        if (BusyFor is { } wait) throw new EngineBusyException(wait);
        var instance = new Instance(this, instanceId, time);
        if (!instances.TryAdd(instanceId, instance)) return Task.FromResult(false);
        JsonElement json = JsonSerializer.SerializeToElement(input, DurableJson.Options);
        instance.Run = Task.Run(() => Orchestration!.RunAsync(instance, json), CancellationToken.None);
        return Task.FromResult(true);
    }

    public Task<RaiseResult> RaiseEventAsync(string instanceId, string eventName, string eventId, object? payload, CancellationToken cancellationToken = default)
    {
        if (BusyFor is { } wait) throw new EngineBusyException(wait);
        if (statuses.ContainsKey(instanceId))
        {
            Told.Enqueue((instanceId, eventName));
            return Task.FromResult(RaiseResult.Accepted);
        }

        if (!instances.TryGetValue(instanceId, out Instance? instance)) return Task.FromResult(RaiseResult.UnknownInstance);
        if (instance.Run!.IsCompleted) return Task.FromResult(RaiseResult.Ended);
        if (!instance.Seen.TryAdd(eventId, true)) return Task.FromResult(RaiseResult.Duplicate);
        JsonElement json = JsonSerializer.SerializeToElement(payload, DurableJson.Options);
        if (HoldEvents is { } held) _ = held.ContinueWith(_ => instance.Raise(eventName, json), TaskScheduler.Default);
        else instance.Raise(eventName, json);
        raised.TrySetResult();
        return Task.FromResult(RaiseResult.Accepted);
    }

    public Task<InstanceState?> GetAsync(string instanceId, CancellationToken cancellationToken = default) => Task.FromResult(statuses.GetValueOrDefault(instanceId));

    public Task<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken = default) =>
        Task.FromResult(new InstancePage([.. statuses.Values.Where(state => state.Orchestration == query.Orchestration).OrderBy(state => state.InstanceId, StringComparer.Ordinal)], null));

    /// <summary>Has an instance of another orchestration show this of itself.</summary>
    public void Show(string orchestration, string instanceId, object status) => statuses[instanceId] = new InstanceState(
        instanceId, orchestration, 1, InstanceStatus.Running, time.GetUtcNow(), time.GetUtcNow(), JsonSerializer.Serialize(status, DurableJson.Options), null, null, null);

    public Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken = default) => Task.FromResult(false);

    public Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken = default) => Task.FromResult(false);

    public Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken = default) => Task.FromResult(false);

    public Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken = default) => Task.FromResult(false);

    private sealed class Instance(MemoryEngine engine, string id, TimeProvider time) : IOrchestrationContext
    {
        private readonly Lock gate = new();
        private readonly List<(string Name, JsonElement Payload)> buffer = [];
        private readonly List<(string Name, TaskCompletionSource<JsonElement> Waiter)> waiters = [];

        public ConcurrentDictionary<string, bool> Seen { get; } = new();

        public Task? Run { get; set; }

        public string InstanceId => id;

        public int Version => engine.Orchestration!.Version;

        public DateTimeOffset Now => time.GetUtcNow();

        public bool IsReplaying => false;

        public Guid NewGuid() => Guid.CreateVersion7(Now);

        public async Task<TResult> CallActivityAsync<TResult>(string name, object? input, RetryPolicy? retry = null)
        {
            JsonElement json = JsonSerializer.SerializeToElement(input, DurableJson.Options);
            JsonElement result = await engine.Activities[name].RunAsync(new ActivityContext(id, 1), json, CancellationToken.None);
            return result.Deserialize<TResult>(DurableJson.Options)!;
        }

        public async Task<TEvent> WaitForEventAsync<TEvent>(string name, CancellationToken cancellationToken = default)
        {
            var waiter = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (gate)
            {
                int at = buffer.FindIndex(raised => raised.Name == name);
                if (at >= 0)
                {
                    waiter.SetResult(buffer[at].Payload);
                    buffer.RemoveAt(at);
                }
                else
                {
                    waiters.Add((name, waiter));
                }
            }

            await using (cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken)))
                return (await waiter.Task).Deserialize<TEvent>(DurableJson.Options)!;
        }

        public void Raise(string name, JsonElement payload)
        {
            lock (gate)
            {
                int at = waiters.FindIndex(waiting => waiting.Name == name && !waiting.Waiter.Task.IsCompleted);
                if (at < 0)
                {
                    buffer.Add((name, payload));
                    return;
                }

                waiters[at].Waiter.SetResult(payload);
                waiters.RemoveAt(at);
            }
        }

        public Task CreateTimerAsync(DateTimeOffset dueAt, CancellationToken cancellationToken = default)
        {
            TimeSpan wait = dueAt - time.GetUtcNow();
            return Task.Delay(wait < TimeSpan.Zero ? TimeSpan.Zero : wait, time, cancellationToken);
        }

        public void SetStatus(object? status)
        {
        }
    }
}
