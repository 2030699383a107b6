using Approvals.Workflow.Actions;

namespace Approvals.Workflow.Ports;

/// <summary>
/// Announces a decision to machines, after the ledger has it: a message never carries the release token, the executor fetches that.
/// At least once; receivers drop duplicates by the action id. Calls may overlap. On return the announcement is durably handed over.
/// </summary>
public interface IReleasePublisher
{
    Task PublishAsync(ActionDocument document, CancellationToken cancellationToken);
}
