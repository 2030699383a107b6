using Approvals.Durable;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;

namespace Approvals.Workflow.Actions;

/// <summary>
/// The intake over stores that know nothing of each other. A crash between its writes leaves a sealed payload that nobody opens, an action that goes
/// on by itself (its redaction shows it), or a payload beside its view, which redaction shreds when it runs again.
/// </summary>
public sealed class OrderedIntake(IPayloadVault vault, IDurableClient durable, IActionIndex index) : IIntake
{
    public async Task<ActionDocument> AcceptAsync(ActionRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await vault.SealAsync(request.Id, payload, cancellationToken).ConfigureAwait(false);
        await durable.StartAsync(ApprovalOrchestration.Name, request.Id, request, cancellationToken).ConfigureAwait(false);
        return await index.CreateAsync(ActionDocument.Received(request), cancellationToken).ConfigureAwait(false);
    }

    public async Task<ActionDocument> ReplacePayloadAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken)
    {
        ActionDocument document = await index.UpdateAsync(actionId, change, cancellationToken).ConfigureAwait(false);
        await vault.ShredAsync(actionId, cancellationToken).ConfigureAwait(false);
        return document;
    }
}
