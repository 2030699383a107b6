using ApprovalFunctions.Ledger;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace ApprovalFunctions.Triggers;

/// <summary>
/// The sequencer as a Durable Entity: Durable Functions runs one operation of an entity at a time, in the whole app. It has no state of its
/// own. An operation that finds nothing waiting, because one before it took everything, costs two reads.
/// </summary>
public sealed class LedgerEntity(LedgerSequencer sequencer, ILogger<LedgerEntity> logger)
{
    public const string Name = "ledger";
    public const string Sequence = "sequence";

    public static readonly EntityInstanceId Id = new(Name, "log");

    [Function(Name)]
    public Task RunAsync([EntityTrigger] TaskEntityDispatcher dispatcher, FunctionContext context) => dispatcher.DispatchAsync(async operation =>
    {
        if (operation.Name != Sequence) return null;
        long appended = await sequencer.RunAsync(context.CancellationToken);
        if (appended > 0) logger.LogInformation("The ledger took {Entries} entries.", appended);
        return null;
    });
}
