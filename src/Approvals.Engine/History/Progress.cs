using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>
/// Where an instance stands, folded from its records without running its code: what is pending, which events it has had, whether it
/// has ended. The same fold serves a running instance, one loaded for replay and one whose code is not registered.
/// </summary>
internal sealed class Progress
{
    private readonly List<PendingActivity> _activities = [];
    private readonly List<(int Step, long DueAt)> _timers = [];
    private HashSet<string>? _eventIds;

    public int Records { get; private set; }

    public string Orchestration { get; private set; } = "";

    public int Version { get; private set; }

    public long CreatedAt { get; private set; }

    public long UpdatedAt { get; private set; }

    public InstanceStatus Status { get; private set; } = InstanceStatus.Running;

    public byte[]? CustomStatus { get; private set; }

    public byte[]? Output { get; private set; }

    public string? FailureCode { get; private set; }

    public string? FailureMessage { get; private set; }

    public bool HasEnded => Status is InstanceStatus.Completed or InstanceStatus.Failed or InstanceStatus.Terminated;

    /// <summary>Events that were recorded while the code did not run.</summary>
    public List<HistoryEvent> Backlog { get; } = [];

    /// <summary>Activities without a final outcome, in the order they were called.</summary>
    public IReadOnlyList<PendingActivity> Activities => _activities;

    public IReadOnlyList<(int Step, long DueAt)> Timers => _timers;

    /// <summary>Rows to insert into and delete from the timer table for what was applied since this was last cleared.</summary>
    public List<TimerChange> TimerChanges { get; } = [];

    /// <summary>Whether the instance must be looked at after a restart even if no timer or event comes.</summary>
    public bool HasWork => !HasEnded
        && ((Backlog.Count > 0 && Status != InstanceStatus.Suspended) || _activities.Exists(activity => activity.RetryAt is null));

    public bool HasEvent(string id) => _eventIds?.Contains(id) ?? false;

    public PendingActivity? FindActivity(int step) => _activities.Find(activity => activity.Step == step);

    public bool HasTimer(int step) => _timers.Exists(timer => timer.Step == step);

    public void Apply(HistoryRecord record)
    {
        if (record.Number != Records || record.At < UpdatedAt || (HasEnded && record.Number > 0))
            throw new DatabaseException("corrupt", "A history has a gap or is out of order; stop the host and restore the last backup.");
        Records++;
        UpdatedAt = record.At;
        if (record.Ran)
            Backlog.Clear();
        foreach (HistoryEvent happened in record.Events)
            Apply(happened, record);
        foreach (HistoryAction action in record.Actions)
            Apply(action, record);
        if (HasEnded)
            Settle();
    }

    private void Settle()
    {
        foreach (PendingActivity activity in _activities)
            DropRetry(activity);
        foreach ((int step, long dueAt) in _timers)
            TimerChanges.Add(new TimerChange(false, dueAt, step));
        _activities.Clear();
        _timers.Clear();
        Backlog.Clear();
    }

    private void RemoveActivity(int step)
    {
        int index = _activities.FindIndex(activity => activity.Step == step);
        if (index < 0)
            return;
        DropRetry(_activities[index]);
        _activities.RemoveAt(index);
    }

    private void RemoveTimer(int step)
    {
        int index = _timers.FindIndex(timer => timer.Step == step);
        if (index < 0)
            return;
        TimerChanges.Add(new TimerChange(false, _timers[index].DueAt, step));
        _timers.RemoveAt(index);
    }

    private void DropRetry(PendingActivity activity)
    {
        if (activity.RetryAt is { } retryAt)
            TimerChanges.Add(new TimerChange(false, retryAt, activity.Step));
    }

    private void Retry(HistoryEvent.AttemptFailed failed)
    {
        if (FindActivity(failed.Step) is not { } pending)
            return;
        DropRetry(pending);
        (pending.Attempts, pending.FirstAttemptAt, pending.RetryAt) = (failed.Attempt, failed.FirstAttemptAt, failed.RetryAt);
        TimerChanges.Add(new TimerChange(true, failed.RetryAt, failed.Step));
    }

    private void Apply(HistoryEvent happened, HistoryRecord record)
    {
        switch (happened)
        {
            case HistoryEvent.Started(var orchestration, var version, _):
                (Orchestration, Version, CreatedAt) = (orchestration, version, record.At);
                break;
            case HistoryEvent.ActivityCompleted(var step, _):
                RemoveActivity(step);
                break;
            case HistoryEvent.ActivityFailed(var step, _, _):
                RemoveActivity(step);
                break;
            case HistoryEvent.AttemptFailed failed:
                Retry(failed);
                return;
            case HistoryEvent.TimerFired(var step):
                RemoveTimer(step);
                break;
            case HistoryEvent.EventRaised raised:
                (_eventIds ??= new HashSet<string>(StringComparer.Ordinal)).Add(raised.Id);
                break;
            case HistoryEvent.Suspended:
                Status = InstanceStatus.Suspended;
                return;
            case HistoryEvent.Resumed:
                Status = InstanceStatus.Running;
                return;
            case HistoryEvent.Terminated(var reason):
                (Status, FailureCode, FailureMessage) = (InstanceStatus.Terminated, "terminated", reason);
                return;
        }

        if (!record.Ran)
            Backlog.Add(happened);
    }

    private void Apply(HistoryAction action, HistoryRecord record)
    {
        switch (action)
        {
            case HistoryAction.CallActivity(var step, var name, var check):
                if (!record.Completes(step)) // Else it was local.
                    _activities.Add(new PendingActivity(step, name, check) { FirstAttemptAt = record.At });
                break;
            case HistoryAction.CreateTimer(var step, var dueAt):
                if (dueAt > record.At) // Else it completed at once.
                {
                    _timers.Add((step, dueAt));
                    TimerChanges.Add(new TimerChange(true, dueAt, step));
                }

                break;
            case HistoryAction.CancelTimer(var step):
                RemoveTimer(step);
                break;
            case HistoryAction.SetStatus(var json):
                CustomStatus = json;
                break;
            case HistoryAction.Completed(var output):
                (Status, Output) = (InstanceStatus.Completed, output);
                break;
            case HistoryAction.Failed(var code, var message):
                (Status, FailureCode, FailureMessage) = (InstanceStatus.Failed, code, message);
                break;
        }
    }
}

/// <summary>An activity that was called and has no final outcome yet.</summary>
internal sealed class PendingActivity(int step, string name, uint inputCheck)
{
    public int Step { get; } = step;

    public string Name { get; } = name;

    public uint InputCheck { get; } = inputCheck;

    /// <summary>Failed attempts so far.</summary>
    public int Attempts { get; set; }

    /// <summary>When it was called: what a policy's timeout counts from, so that a crash does not prolong it.</summary>
    public long FirstAttemptAt { get; set; }

    /// <summary>When the next attempt is due; <see langword="null"/> when one is due now or running.</summary>
    public long? RetryAt { get; set; }

    /// <summary>Whether an attempt is queued or running in this process.</summary>
    public bool Running { get; set; }
}

/// <summary>A row of the timer table that comes or goes: a timer of the code, or an activity's next attempt.</summary>
internal readonly record struct TimerChange(bool Added, long DueAt, int Step);
