using System.Text.Json;
using Approvals.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace ApprovalFunctions.Durable;

/// <summary>
/// Our durable client over the one of Durable Functions. That one is handed out by a binding only, so every function that may need it has
/// the binding and calls <see cref="Use"/> first; they are all the same client of the same task hub.
/// </summary>
/// <remarks>
/// The host takes commands for instances as messages: what a call returns is judged by the instance's state just before. An event for an
/// instance that ends in between goes nowhere although <see cref="RaiseResult.Accepted"/> was returned, so callers look at the action's document
/// afterwards. An event id raised twice is <see cref="RaiseResult.Accepted"/> twice and delivered once, by <see cref="EventInbox"/>.
/// </remarks>
public sealed class DurableClientAdapter(IReadOnlyDictionary<string, int> newestVersions) : IDurableClient
{
    /// <summary>No state of an earlier instance makes its id free again: an id is started once.</summary>
    private static readonly OrchestrationRuntimeStatus[] AnyStatus =
    [
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended,
        OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
    ];

    private volatile DurableTaskClient? bound;

    private DurableTaskClient Client =>
        bound ?? throw new InvalidOperationException("The function that runs lacks a [DurableClient] parameter, or does not hand it over.");

    public void Use(DurableTaskClient client) => bound = client;

    public async Task<bool> StartAsync(string orchestration, string instanceId, object? input, CancellationToken cancellationToken = default)
    {
        // Asked before as well: a host without reuse policies would replace an instance that has ended.
        if (await FindAsync(instanceId, cancellationToken) is not null) return false;
        StartOrchestrationOptions options = new StartOrchestrationOptions(InstanceId: instanceId).WithDedupeStatuses(AnyStatus);
        try
        {
            await Client.ScheduleNewOrchestrationInstanceAsync(
                OrchestrationNames.Function(orchestration, newestVersions[orchestration]),
                JsonSerializer.SerializeToElement(input, DurableJson.Options),
                options,
                cancellationToken);
            return true;
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            // The type for "exists" differs between hosts. An instance that is there now was there, or this call made it: either way it runs.
            if (await FindAsync(instanceId, cancellationToken) is not null) return false;
            throw;
        }
    }

    public async Task<RaiseResult> RaiseEventAsync(
        string instanceId, string eventName, string eventId, object? payload, CancellationToken cancellationToken = default)
    {
        switch (await FindAsync(instanceId, cancellationToken))
        {
            case null: return RaiseResult.UnknownInstance;
            case { IsCompleted: true }: return RaiseResult.Ended;
        }

        var envelope = new EventEnvelope(eventId, JsonSerializer.SerializeToElement(payload, DurableJson.Options));
        await Client.RaiseEventAsync(instanceId, eventName, JsonSerializer.SerializeToElement(envelope, DurableJson.Options), cancellationToken);
        return RaiseResult.Accepted;
    }

    public async Task<InstanceState?> GetAsync(string instanceId, CancellationToken cancellationToken = default) =>
        await Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellationToken) is { } found
            ? InstanceStates.Of(found)
            : null;

    public async Task<InstancePage> QueryAsync(InstanceQuery query, CancellationToken cancellationToken = default)
    {
        var filter = new OrchestrationQuery(
            Statuses: query.Status is { } status ? InstanceStates.RuntimeStatuses(status) : null,
            PageSize: Math.Clamp(query.Limit, 1, 1000),
            FetchInputsAndOutputs: true,
            ContinuationToken: query.Cursor);
        await foreach (Page<OrchestrationMetadata> page in Client.GetAllInstancesAsync(filter).AsPages(query.Cursor, filter.PageSize).WithCancellation(cancellationToken))
        {
            // What the service cannot filter is left out here, so a page may hold fewer than asked for, or none, and still have a next one.
            InstanceState[] instances =
            [
                .. page.Values
                    .Select(InstanceStates.Of)
                    .OfType<InstanceState>()
                    .Where(instance => query.Orchestration is null || instance.Orchestration == query.Orchestration)
                    .Where(instance => query.UpdatedBefore is not { } before || instance.UpdatedAt < before),
            ];
            return new InstancePage(instances, page.ContinuationToken);
        }

        return new InstancePage([], null);
    }

    public async Task<bool> TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(instanceId, cancellationToken) is not { IsCompleted: false }) return false;
        await Client.TerminateInstanceAsync(instanceId, (object)reason, cancellationToken);
        return true;
    }

    public async Task<bool> SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(instanceId, cancellationToken) is not { IsCompleted: false }) return false;
        await Client.SuspendInstanceAsync(instanceId, reason, cancellationToken);
        return true;
    }

    public async Task<bool> ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(instanceId, cancellationToken) is not { RuntimeStatus: OrchestrationRuntimeStatus.Suspended }) return false;
        await Client.ResumeInstanceAsync(instanceId, reason, cancellationToken);
        return true;
    }

    public async Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(instanceId, cancellationToken) is not { IsCompleted: true }) return false;
        return (await Client.PurgeInstanceAsync(instanceId, cancellationToken)).PurgedInstanceCount > 0;
    }

    /// <summary>Wakes an entity; durable on return, handled later.</summary>
    public Task SignalAsync(EntityInstanceId entity, string operation, CancellationToken cancellationToken) =>
        Client.Entities.SignalEntityAsync(entity, operation, cancellation: cancellationToken);

    private Task<OrchestrationMetadata?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
        Client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellationToken);
}
