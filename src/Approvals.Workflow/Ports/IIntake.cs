using Approvals.Workflow.Actions;

namespace Approvals.Workflow.Ports;

/// <summary>
/// The two writes that reach across vault, engine and index: taking an action in, and putting its view in the place of its payload. A host whose
/// stores are one database does each in one transaction; <see cref="OrderedIntake"/> does it step by step. Calls may overlap. After a call that throws,
/// the effect is unclear: repeating it is safe.
/// </summary>
public interface IIntake
{
    /// <summary>
    /// Seals the payload, starts the orchestration and shows the action: each durable before the next, or all at once. Durable on return. Of an id that
    /// was accepted before, the first acceptance stands.
    /// </summary>
    /// <returns>The action as it is shown.</returns>
    /// <exception cref="Durable.EngineBusyException">The engine is past its capacity and started nothing.</exception>
    Task<ActionDocument> AcceptAsync(ActionRequest request, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>
    /// Stores what <paramref name="change"/> makes of the document, as <see cref="IActionIndex.UpdateAsync"/> does, and shreds the payload, which is there
    /// until the change is durable. Shreds also when the change changes nothing. Durable on return.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no document of that id; nothing was shredded.</exception>
    Task<ActionDocument> ReplacePayloadAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken);
}
