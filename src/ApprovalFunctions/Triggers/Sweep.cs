using ApprovalFunctions.Durable;
using ApprovalFunctions.Index;
using ApprovalFunctions.Ledger;
using Approvals.Policy;
using Approvals.Workflow.Policies;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Triggers;

/// <summary>What must happen though nobody asks.</summary>
public sealed class Sweep(TableReservations reservations, LedgerWatch ledger, OverdueWatch actions, PolicyHistory history, Func<PolicySet> policy, DurableClientAdapter durable)
{
    /// <summary>Idempotency reservations are kept twice as long as promised.</summary>
    [Function("sweep-reservations")]
    public Task SweepReservations([TimerTrigger("0 17 3 * * *")] TimerInfo timer, FunctionContext context) =>
        reservations.SweepAsync(context.CancellationToken);

    /// <summary>Wakes the sequencer for entries whose callers are gone, and reports how many wait: the alert "ledger behind" goes by it.</summary>
    [Function("watch-ledger")]
    public Task WatchLedger([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, FunctionContext context)
    {
        durable.Use(client);
        return ledger.LookAsync(context.CancellationToken);
    }

    /// <summary>
    /// A policy comes with a deployment, on instance after instance. The first that looks records it, within a minute, and tells the actions that
    /// wait; repeating that does nothing.
    /// </summary>
    [Function("watch-policy")]
    public async Task WatchPolicy([TimerTrigger("15 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, FunctionContext context)
    {
        durable.Use(client);
        PolicyEntry entry = await history.RecordAsync(policy(), context.CancellationToken);
        await history.TellOpenActionsAsync(entry, context.CancellationToken);
    }

    [Function("watch-actions")]
    public Task WatchActions([TimerTrigger("30 */5 * * * *")] TimerInfo timer, FunctionContext context) =>
        actions.LookAsync(context.CancellationToken);
}
