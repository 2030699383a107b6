using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Releases;

/// <summary>Without a Service Bus namespace nobody is told of a decision; who waits for one asks over HTTP.</summary>
internal sealed class FetchedReleases : IReleasePublisher
{
    public Task PublishAsync(ActionDocument document, CancellationToken cancellationToken) => Task.CompletedTask;
}
