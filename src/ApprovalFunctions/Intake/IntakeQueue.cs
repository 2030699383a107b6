using ApprovalFunctions.Durable;
using Approvals.Web.Actions;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ApprovalFunctions.Intake;

/// <summary>
/// Takes actions from a queue: a message's body is the body of <c>POST /api/actions</c>, its <c>MessageId</c> the idempotency key, its
/// <c>Diagnostic-Id</c> or <c>traceparent</c> property the trace context. It goes through the very handler of that route, as <see cref="IntakeCaller"/>.
/// </summary>
/// <remarks>
/// A message is completed once its action is taken in, so a crash delivers it again, and its id makes that the same action. The
/// answer's nonce goes to nobody: executors of queued actions fetch the release with the service's API key and take the binding from there.
/// </remarks>
public sealed class IntakeQueue(IServiceProvider services, DurableClientAdapter durable, ILogger<IntakeQueue> logger)
{
    [Function("intake")]
    public async Task RunAsync(
        [ServiceBusTrigger("%IntakeQueueName%", Connection = "ServiceBus", AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        [DurableClient] DurableTaskClient client,
        FunctionContext context)
    {
        durable.Use(client);
        IntakeAnswer answer = await SubmitAsync(message, context.CancellationToken);
        switch (answer.Outcome)
        {
            case IntakeOutcome.Complete:
                await actions.CompleteMessageAsync(message, context.CancellationToken);
                break;
            case IntakeOutcome.DeadLetter:
                logger.LogWarning("Message {MessageId} was refused: {Code}.", message.MessageId, answer.Reason);
                await actions.DeadLetterMessageAsync(
                    message, deadLetterReason: answer.Reason, deadLetterErrorDescription: answer.Description, cancellationToken: context.CancellationToken);
                break;
            default:
                logger.LogWarning("Message {MessageId} was not taken in yet: {Code}.", message.MessageId, answer.Reason);
                await actions.AbandonMessageAsync(message, cancellationToken: context.CancellationToken);
                break;
        }
    }

    private async Task<IntakeAnswer> SubmitAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken)
    {
        using var answered = new MemoryStream();
        byte[] body = message.Body.ToArray();
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = cancellationToken };
        http.Features.Set(new IntakeMessageFeature());
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answered));
        http.Request.Method = HttpMethods.Post;
        http.Request.Path = "/api/actions";
        http.Request.ContentType = "application/json";
        http.Request.ContentLength = body.Length;
        http.Request.Body = new MemoryStream(body, writable: false);
        if (!string.IsNullOrEmpty(message.MessageId)) http.Request.Headers["Idempotency-Key"] = message.MessageId;
        if (TraceParent(message) is { } parent) http.Request.Headers.TraceParent = parent;

        IResult result = await ActionHandlers.SubmitAsync(http);
        await result.ExecuteAsync(http);
        return IntakeAnswer.Of(http.Response.StatusCode, answered.ToArray());
    }

    /// <summary>The SDKs of Service Bus send W3C context as <c>Diagnostic-Id</c>, CloudEvents senders as <c>cloudEvents_traceparent</c>.</summary>
    private static string? TraceParent(ServiceBusReceivedMessage message) =>
        ((string[])["Diagnostic-Id", "traceparent", "cloudEvents_traceparent"])
            .Select(name => message.ApplicationProperties.TryGetValue(name, out object? value) ? value as string : null)
            .FirstOrDefault(value => value is not null);
}
