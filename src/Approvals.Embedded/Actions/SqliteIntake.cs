using Approvals.Embedded.Vault;
using Approvals.Engine;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.Actions;

/// <summary>The intake over one database: vault, engine and index write in one transaction, so a crash leaves all of it or nothing.</summary>
public sealed class SqliteIntake(EngineHost engine, SqlitePayloadVault vault, SqliteActionIndex index) : IIntake
{
    public async Task<ActionDocument> AcceptAsync(ActionRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SealedPayload box = vault.Seal(request.Id, payload.Span);
        ActionDocument document = await index.CreateAsync(ActionDocument.Received(request), StartAsync, cancellationToken);
        vault.Stored(box);
        return document;

        // Not canceled: others may wait for the same document.
        Task<bool> StartAsync(Action<SqliteWriter> insert) => engine.StartTogetherAsync(
            ApprovalOrchestration.Name,
            request.Id,
            request,
            writer =>
            {
                box.Write(writer);
                insert(writer);
            },
            CancellationToken.None);
    }

    public async Task<ActionDocument> ReplacePayloadAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken)
    {
        // INVARIANT: the payload is there until its view is durable: both change in one transaction.
        (ActionDocument document, bool hasChanged) = await index.UpdateAsync(
            actionId, change, writer => SqlitePayloadVault.Shred(writer, actionId), cancellationToken);
        if (!hasChanged) await vault.ShredAsync(actionId, cancellationToken);
        return document;
    }
}
