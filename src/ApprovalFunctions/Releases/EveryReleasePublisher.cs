using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace ApprovalFunctions.Releases;

/// <summary>Announces by all of them, one after the other. When one fails, all are called again: receivers drop what they have by the action's id.</summary>
internal sealed class EveryReleasePublisher(IReadOnlyList<IReleasePublisher> publishers) : IReleasePublisher
{
    public async Task PublishAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        foreach (IReleasePublisher publisher in publishers) await publisher.PublishAsync(document, cancellationToken);
    }
}
