using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>The engine's side of <see cref="IDurableClient"/>.</summary>
internal sealed class DurableClient(EngineCore core, Func<bool> accepts) : IDurableClient
{
    private const int MaxIdLength = 256;
    private const int MaxReasonLength = 1024;

    /// <summary>Rows that one page of a query looks at.</summary>
    private const int QueryScan = 10_000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public bool IsBusy => core.IsFull || !accepts();

    public Task<bool> StartAsync(string orchestration, string instanceId, object? input, CancellationToken cancellationToken = default) =>
        StartAsync(orchestration, instanceId, input, alongside: null, cancellationToken);

    public Task<bool> StartAsync(
        string orchestration, string instanceId, object? input, Action<SqliteWriter>? alongside, CancellationToken cancellationToken)
    {
        Limit(instanceId, nameof(instanceId));
        if (core.FindNewest(orchestration) is not { } definition)
            throw new ArgumentException($"No orchestration '{orchestration}' is registered.", nameof(orchestration));
        if (core.IsFull)
            throw new EngineBusyException(RetryAfter);
        return PostAsync(instanceId, new StartMessage(definition, Payload.ToBytes(input, "The input of an orchestration"), alongside), cancellationToken);
    }

    public Task<RaiseResult> RaiseEventAsync(
        string instanceId, string eventName, string eventId, object? payload, CancellationToken cancellationToken = default)
    {
        Limit(instanceId, nameof(instanceId));
        Limit(eventName, nameof(eventName));
        Limit(eventId, nameof(eventId));
        if (core.IsOverfull)
            throw new EngineBusyException(RetryAfter);
        return PostAsync(instanceId, new RaiseMessage(eventName, eventId, Payload.ToBytes(payload, "An event")), cancellationToken);
    }

    public Task<InstanceState?> GetAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        Limit(instanceId, nameof(instanceId));
        InstanceState? state = core.Database.Read(db => InstanceStore.Get(db, instanceId));
        return Task.FromResult(state is null ? null : Explain(state));
    }

    public Task<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 1000, nameof(query));
        InstancePage page = core.Database.Read(db => InstanceStore.Query(db, query, QueryScan));
        return Task.FromResult(page with { Instances = [.. page.Instances.Select(Explain)] });
    }

    public Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        ControlAsync(instanceId, Control.Terminate, reason, cancellationToken);

    public Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        ControlAsync(instanceId, Control.Suspend, reason, cancellationToken);

    public Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken = default) =>
        ControlAsync(instanceId, Control.Resume, reason, cancellationToken);

    public Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        Limit(instanceId, nameof(instanceId));
        return core.Database.WriteAsync(db => InstanceStore.Purge(db, instanceId), cancellationToken);
    }

    private static void Limit(string value, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value, name);
        if (value.Length > MaxIdLength)
            throw new ArgumentException($"At most {MaxIdLength} characters.", name);
    }

    private Task<bool> ControlAsync(string instanceId, Control control, string reason, CancellationToken cancellationToken)
    {
        Limit(instanceId, nameof(instanceId));
        if (reason.Length > MaxReasonLength)
            throw new ArgumentException($"At most {MaxReasonLength} characters.", nameof(reason));
        return PostAsync(instanceId, new ControlMessage(control, reason), cancellationToken);
    }

    private Task<T> PostAsync<T>(string id, Message<T> message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!accepts())
            throw new EngineBusyException(RetryAfter);
        core.Post(id, message);
        return cancellationToken.CanBeCanceled ? message.Task.WaitAsync(cancellationToken) : message.Task;
    }

    /// <summary>Says of an instance whose code is missing why it does not go on.</summary>
    private InstanceState Explain(InstanceState state) =>
        state.HasEnded || core.FindDefinition(state.Orchestration, state.Version) is not null
            ? state
            : state with
            {
                FailureCode = "version_not_registered",
                FailureMessage = $"Parked: orchestration '{state.Orchestration}' version {state.Version} is not registered; register it and restart.",
            };
}
