namespace Approvals.Engine;

/// <summary>Something that happened to an instance: what its code waits for, or what was asked of it.</summary>
internal abstract record HistoryEvent
{
    /// <summary>The first event of every history.</summary>
    public sealed record Started(string Orchestration, int Version, byte[] Input) : HistoryEvent;

    public sealed record ActivityCompleted(int Step, byte[] Result) : HistoryEvent;

    /// <summary>An activity failed for good.</summary>
    public sealed record ActivityFailed(int Step, string ErrorCode, int Attempts) : HistoryEvent;

    /// <summary>An attempt failed and another one is due. The code never sees it.</summary>
    public sealed record AttemptFailed(int Step, int Attempt, string ErrorCode, long FirstAttemptAt, long RetryAt) : HistoryEvent;

    public sealed record TimerFired(int Step) : HistoryEvent;

    public sealed record EventRaised(string Name, string Id, byte[] Payload) : HistoryEvent;

    public sealed record Suspended(string Reason) : HistoryEvent;

    public sealed record Resumed(string Reason) : HistoryEvent;

    public sealed record Terminated(string Reason) : HistoryEvent;
}

/// <summary>Something that the code of an instance did. <c>Step</c> counts activities, timers and waits of an instance from 1.</summary>
internal abstract record HistoryAction
{
    /// <param name="InputCheck">CRC-32C of the input's JSON. The input itself is not kept: replay computes it again.</param>
    public sealed record CallActivity(int Step, string Name, uint InputCheck) : HistoryAction;

    public sealed record CreateTimer(int Step, long DueAt) : HistoryAction;

    public sealed record CancelTimer(int Step) : HistoryAction;

    public sealed record WaitForEvent(int Step, string Name) : HistoryAction;

    public sealed record CancelWait(int Step) : HistoryAction;

    public sealed record SetStatus(byte[] Json) : HistoryAction;

    public sealed record Completed(byte[] Output) : HistoryAction;

    public sealed record Failed(string Code, string Message) : HistoryAction;
}

/// <summary>
/// One durable step of an instance: the events it consumed and the actions its code produced from them, stored in one row.
/// </summary>
/// <param name="Number">Counts the records of an instance from 0.</param>
/// <param name="At">Milliseconds since the Unix epoch; never less than in the record before.</param>
/// <param name="Ran">
/// Whether the code ran. When not (suspended, or the version is not registered), the events wait for the next record that ran: it
/// consumes them first.
/// </param>
internal sealed record HistoryRecord(
    int Number, long At, bool Ran, IReadOnlyList<HistoryEvent> Events, IReadOnlyList<HistoryAction> Actions)
{
    /// <summary>Whether it holds the outcome of this activity: a local one's stands in the record that calls it.</summary>
    public bool Completes(int step)
    {
        for (int i = 0; i < Events.Count; i++)
        {
            if (Events[i] is HistoryEvent.ActivityCompleted completed && completed.Step == step)
                return true;
        }

        return false;
    }
}
