using System.Text.Json;
using ApprovalFunctions.Durable;
using Approvals.Durable;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Orchestration;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ApprovalFunctions.Triggers;

/// <summary>The orchestrations' activities, one function each, all run by the shared ones.</summary>
public sealed class Activities(ApprovalActivities activities, OutboxActivities outbox, DurableClientAdapter durable, ILogger<Activities> logger)
{
    [Function(ActivityNames.Redact)]
    public Task<JsonElement> Redact([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.Redact, call, client, context.CancellationToken);

    [Function(ActivityNames.EvaluatePolicy)]
    public Task<JsonElement> EvaluatePolicy([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.EvaluatePolicy, call, client, context.CancellationToken);

    [Function(ActivityNames.UseStandingApproval)]
    public Task<JsonElement> UseStandingApproval([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.UseStandingApproval, call, client, context.CancellationToken);

    [Function(ActivityNames.Reconsider)]
    public Task<JsonElement> Reconsider([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.Reconsider, call, client, context.CancellationToken);

    [Function(ActivityNames.ShowReview)]
    public Task<JsonElement> ShowReview([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.ShowReview, call, client, context.CancellationToken);

    [Function(ActivityNames.Record)]
    public Task<JsonElement> Record([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.Record, call, client, context.CancellationToken);

    [Function(ActivityNames.Sign)]
    public Task<JsonElement> Sign([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.Sign, call, client, context.CancellationToken);

    [Function(ActivityNames.Append)]
    public Task<JsonElement> Append([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.Append, call, client, context.CancellationToken);

    [Function(ActivityNames.Release)]
    public Task<JsonElement> Release([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(ActivityNames.Release, call, client, context.CancellationToken);

    [Function(OutboxActivities.Address)]
    public Task<JsonElement> AddressNotice([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(OutboxActivities.Address, call, client, context.CancellationToken);

    [Function(OutboxActivities.Deliver)]
    public Task<JsonElement> DeliverNotice([ActivityTrigger] JsonElement call, [DurableClient] DurableTaskClient client, FunctionContext context) =>
        RunAsync(OutboxActivities.Deliver, call, client, context.CancellationToken);

    private async Task<JsonElement> RunAsync(string name, JsonElement json, DurableTaskClient client, CancellationToken cancellationToken)
    {
        durable.Use(client);
        ActivityCall call = ActivityCall.Parse(json);
        ActivityDefinition definition = activities.Definitions.Concat(outbox.Definitions).Single(activity => activity.Name == name);
        try
        {
            // The host does not tell which attempt this is; activities are idempotent and do not ask.
            return await definition.RunAsync(new ActivityContext(call.InstanceId, Attempt: 1), call.Input, cancellationToken);
        }
        catch (Exception exception) when (exception is not ActivityFailureException)
        {
            // INVARIANT: what leaves here is a code. The host writes an exception's message and stack into history and log, and a
            // message may quote the payload (promise 5). Type and stack help an operator; messages stay here.
            var failure = ActivityFailureException.From(exception);
            logger.LogWarning(
                "Activity {Activity} of {InstanceId} failed with {Code}: {Exception} at {Stack}",
                name, call.InstanceId, failure.Code, exception.GetType().FullName, exception.StackTrace);
            throw failure;
        }
    }
}
