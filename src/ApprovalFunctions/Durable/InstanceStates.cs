using Approvals.Durable;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Durable;

/// <summary>Durable Task's words for an instance in ours.</summary>
internal static class InstanceStates
{
    /// <summary><see langword="null"/> for what is no orchestration of ours.</summary>
    public static InstanceState? Of(OrchestrationMetadata found)
    {
        if (!OrchestrationNames.TryParse(found.Name, out string orchestration, out int version)) return null;
        InstanceStatus status = StatusOf(found.RuntimeStatus);
        return new InstanceState(
            found.InstanceId,
            orchestration,
            version,
            status,
            found.CreatedAt,
            found.LastUpdatedAt,
            found.SerializedCustomStatus,
            status == InstanceStatus.Completed ? found.SerializedOutput : null,
            status == InstanceStatus.Failed ? found.FailureDetails?.ErrorType.Split('.')[^1] ?? "unknown" : null,
            // Of a failure only the type: its message may hold data. The output of a terminated instance is the reason it was given.
            status == InstanceStatus.Terminated ? found.SerializedOutput : null);
    }

    public static OrchestrationRuntimeStatus[] RuntimeStatuses(InstanceStatus status) => status switch
    {
        InstanceStatus.Running => [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running],
        InstanceStatus.Suspended => [OrchestrationRuntimeStatus.Suspended],
        InstanceStatus.Completed => [OrchestrationRuntimeStatus.Completed],
        InstanceStatus.Failed => [OrchestrationRuntimeStatus.Failed],
        _ => [OrchestrationRuntimeStatus.Terminated],
    };

    private static InstanceStatus StatusOf(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Completed => InstanceStatus.Completed,
        OrchestrationRuntimeStatus.Failed => InstanceStatus.Failed,
        OrchestrationRuntimeStatus.Terminated => InstanceStatus.Terminated,
        OrchestrationRuntimeStatus.Suspended => InstanceStatus.Suspended,
        _ => InstanceStatus.Running,
    };
}
