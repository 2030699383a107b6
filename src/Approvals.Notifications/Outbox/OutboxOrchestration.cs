using Approvals.Durable;

namespace Approvals.Notifications.Outbox;

/// <summary>
/// The outbox: one durable instance per action and audience, which takes notices as events and delivers them. What it was given survives the
/// process; what it delivers arrives at least once; nobody who decides waits for it. It knows which messages stand where, so that they can be
/// updated. Deterministic: changing the order of its calls breaks running instances; add a version instead.
/// </summary>
public static class OutboxOrchestration
{
    public const string Name = "outbox";
    public const string NoticeEvent = "notice";
    public const string ReplayEvent = "replay";

    /// <summary>Bounds the instance's status; the oldest goes first.</summary>
    public const int MaxDeadLetters = 10;

    /// <summary>Bounds the instance's status, which Durable Functions limits to 16 KiB of UTF-16.</summary>
    public const int MaxTold = 10;

    public static OrchestrationDefinition Definition { get; } = OrchestrationDefinition.Create<OutboxOrder, OutboxStatus>(Name, 1, RunAsync);

    public static async Task<OutboxStatus> RunAsync(IOrchestrationContext context, OutboxOrder order)
    {
        using var outbox = new OutboxRun(context, order);
        return await outbox.RunAsync();
    }
}
