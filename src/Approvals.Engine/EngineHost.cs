using Approvals.Durable;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>
/// Runs durable orchestrations in this process, on a <see cref="Database"/> that it shares with its host. Durable execution by event
/// sourcing and deterministic replay; docs/engine.md has the formats, guarantees and limits.
/// </summary>
/// <remarks>
/// Order of use: construct (adds its schema to the database), <see cref="Add(OrchestrationDefinition)"/>, open the database,
/// <see cref="StartAsync"/>, use <see cref="Client"/>, <see cref="StopAsync"/>, dispose the database.
/// What was acknowledged survives SIGKILL; a crash repeats nothing but activities.
/// </remarks>
public sealed class EngineHost : IAsyncDisposable
{
    private readonly EngineCore _core;
    private readonly DurableClient _client;
    private volatile bool _running;

    public EngineHost(Database database, EngineOptions options, TimeProvider clock, ILogger<EngineHost> logger)
    {
        database.AddSchema("engine", InstanceStore.Migrations);
        _core = new EngineCore(database, options, clock, logger);
        _client = new DurableClient(_core, () => _running);
    }

    /// <summary>Speaks to instances; accepts calls between <see cref="StartAsync"/> and <see cref="StopAsync"/>.</summary>
    public IDurableClient Client => _client;

    /// <summary>Instances that run, commit or are queued: not those that only wait. For metrics and readiness.</summary>
    public int ActiveInstances => _core.Hot.Active;

    /// <summary>Instances that wait and are in memory. For metrics.</summary>
    public int HotInstances => _core.Hot.Waiting;

    /// <summary>
    /// <see cref="IDurableClient.StartAsync"/> that also writes what the host keeps of the instance, in the very transaction that starts it: both are
    /// durable or neither. Nothing is written when an instance of that id exists.
    /// </summary>
    /// <param name="alongside">As of <see cref="Database.WriteAsync{T}"/>: short, and with no effect outside the database. What it throws fails the start.</param>
    public Task<bool> StartTogetherAsync(
        string orchestration, string instanceId, object? input, Action<SqliteWriter> alongside, CancellationToken cancellationToken = default) =>
        _client.StartAsync(orchestration, instanceId, input, alongside, cancellationToken);

    /// <summary>
    /// Registers one version of an orchestration, before <see cref="StartAsync"/>. Instances of a version that is not registered are
    /// parked: kept, with an error in the log, until a start with it.
    /// </summary>
    public EngineHost Add(OrchestrationDefinition definition)
    {
        _core.Add(definition);
        return this;
    }

    /// <summary>Registers an activity, before <see cref="StartAsync"/>.</summary>
    public EngineHost Add(ActivityDefinition definition)
    {
        _core.Add(definition);
        return this;
    }

    /// <summary>
    /// Takes up timers and the instances that had work when the last process ended. Returns when the engine accepts calls; recovery goes
    /// on behind it.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _core.Start();
        _running = true;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Refuses further calls, cancels running activities, commits what they and the instances still have to say, and returns when nothing
    /// moves any more. Canceling the token gives up waiting: what is left is taken up by the next start, as after a crash.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!_running)
            return;
        _running = false;
        await _core.StopAsync(cancellationToken);
    }

    /// <summary>Test seam: completes when every instance only waits, whatever its timers say.</summary>
    internal async Task IdleAsync()
    {
        do
        {
            await _core.Timers.IdleAsync();
            await _core.Hot.WaitIdleAsync();
        }
        while (!_core.Timers.IdleAsync().IsCompleted);
    }

    /// <summary>Test seam: stops as a killed process does.</summary>
    internal void Abandon()
    {
        _running = false;
        _core.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _core.Dispose();
    }
}
