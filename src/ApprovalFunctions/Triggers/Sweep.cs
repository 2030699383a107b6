using ApprovalFunctions.Durable;
using ApprovalFunctions.Index;
using ApprovalFunctions.Ledger;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ApprovalFunctions.Triggers;

/// <summary>What must happen though nobody asks.</summary>
public sealed class Sweep(TableReservations reservations, LedgerWatch ledger, OverdueWatch actions, DurableClientAdapter durable)
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

    [Function("watch-actions")]
    public Task WatchActions([TimerTrigger("30 */5 * * * *")] TimerInfo timer, FunctionContext context) =>
        actions.LookAsync(context.CancellationToken);
}
