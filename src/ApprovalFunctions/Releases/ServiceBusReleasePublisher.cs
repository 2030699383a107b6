using System.Diagnostics;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Azure.Messaging.ServiceBus;

namespace ApprovalFunctions.Releases;

/// <summary>
/// Sends decisions to a Service Bus topic. The release activity calls it after the ledger has the decision and tries until it is sent; the
/// topic's duplicate detection drops what was sent twice within its window.
/// </summary>
internal sealed class ServiceBusReleasePublisher(ServiceBusSender topic, string source) : IReleasePublisher
{
    public async Task PublishAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        ReleaseMessage message = ReleaseMessage.Of(document, source, Activity.Current?.Id ?? document.Request.TraceParent);
        var sent = new ServiceBusMessage(message.Body)
        {
            MessageId = message.Id,
            CorrelationId = message.Id,
            Subject = message.Subject,
            ContentType = ReleaseMessage.ContentType,
        };
        foreach ((string name, object value) in message.Properties) sent.ApplicationProperties[name] = value;
        await topic.SendMessageAsync(sent, cancellationToken);
    }
}
