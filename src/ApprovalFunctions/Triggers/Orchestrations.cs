using System.Text.Json;
using ApprovalFunctions.Durable;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Orchestration;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace ApprovalFunctions.Triggers;

/// <summary>
/// One function per version of the orchestration that may still have instances. A new version gets a new function beside the old one, which
/// goes when the last of its instances has ended.
/// </summary>
public static class Orchestrations
{
    [Function("approval-v1")]
    public static Task<JsonElement> ApprovalV1([OrchestrationTrigger] TaskOrchestrationContext context) =>
        RunAsync(context, version: 1);

    [Function("approval-v2")]
    public static Task<JsonElement> ApprovalV2([OrchestrationTrigger] TaskOrchestrationContext context) =>
        RunAsync(context, version: 2);

    [Function("approval-v3")]
    public static Task<JsonElement> ApprovalV3([OrchestrationTrigger] TaskOrchestrationContext context) =>
        RunAsync(context, version: 3);

    [Function("outbox-v1")]
    public static Task<JsonElement> OutboxV1([OrchestrationTrigger] TaskOrchestrationContext context) =>
        OutboxOrchestration.Definition.RunAsync(new OrchestrationContextAdapter(context, version: 1), context.GetInput<JsonElement>());

    private static Task<JsonElement> RunAsync(TaskOrchestrationContext context, int version) =>
        ApprovalOrchestration.Versions.Single(definition => definition.Version == version)
            .RunAsync(new OrchestrationContextAdapter(context, version), context.GetInput<JsonElement>());
}
