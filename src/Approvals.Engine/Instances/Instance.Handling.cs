using Approvals.Durable;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <content>How messages become one record.</content>
internal sealed partial class Instance
{
    /// <summary>Bounds a record of code that calls one local activity after the other.</summary>
    private const int MaxEvents = 64;

    private readonly List<Message> _answers = [];

    /// <summary>Local activities that began before the step that calls them was durable and have not ended, by step.</summary>
    private Dictionary<int, Task<byte[]>>? _begun;

    private void Handle()
    {
        if (_progress is null && _handling[0] is not StartMessage && !Load())
        {
            int unknown = _handling.FindIndex(message => message is StartMessage);
            if (unknown < 0)
                unknown = _handling.Count;
            foreach (Message message in _handling.Take(unknown))
                AnswerUnknown(message);
            _handling.RemoveRange(0, unknown);
            if (_handling.Count == 0)
            {
                Leave();
                return;
            }
        }

        if (_progress is null)
        {
            var start = (StartMessage)_handling[0];
            _handling.RemoveAt(0);
            Requeue(0);
            Begin(start);
            return;
        }

        // A control message makes a record of its own, so that "the code ran" is true or false of a whole record.
        int count = _handling.FindIndex(message => message is ControlMessage);
        if (count < 0)
            count = _handling.Count;
        else if (count == 0)
            count = 1;
        Requeue(count);
        try
        {
            Step();
        }
        catch (NondeterminismException error)
        {
            _engine.Logger.LogError("Instance {InstanceId} failed: {Message}", Id, error.Message);
            Fail(error);
        }
    }

    /// <summary>Puts back all but the first messages.</summary>
    private void Requeue(int count)
    {
        if (_handling.Count == count)
            return;
        lock (_gate)
            _mailbox.InsertRange(0, _handling.Skip(count));
        _handling.RemoveRange(count, _handling.Count - count);
    }

    private void Begin(StartMessage start)
    {
        _answers.Add(start);
        start.Result = true;
        _definition = start.Definition;
        Key = _engine.NextKey();
        _progress = new Progress();
        _run = new OrchestrationRun(_definition, Id, OnForeign);
        long now = _engine.Now;
        var started = new HistoryEvent.Started(_definition.Name, _definition.Version, start.Input);
        try
        {
            _run.Run(started, now);
            Commit(new HistoryRecord(0, now, Ran: true, [started], _run.TakeActions()), start);
        }
        catch (NondeterminismException error)
        {
            HistoryAction failed = new HistoryAction.Failed(NondeterminismException.Code, error.Message);
            Commit(new HistoryRecord(0, now, Ran: true, [started], [.. _run.TakeActions(), failed]), start);
        }
    }

    private void Step()
    {
        Progress progress = _progress!;
        long now = Math.Max(_engine.Now, progress.UpdatedAt);
        var events = new List<HistoryEvent>(_handling.Count);
        bool resume = _handling is [ControlMessage { Control: Control.Resume }] && progress.Status == InstanceStatus.Suspended;
        bool runs = (progress.Status == InstanceStatus.Running || resume)
            && _handling is not [ControlMessage { Control: not Control.Resume }] && EnsureRun();
        bool backlog = runs && progress.Backlog.Count > 0;
        if (!resume)
            RunBacklog();
        for (int i = 0; i < _handling.Count; i++)
        {
            if (Accept(_handling[i], now, events) is not { } happened)
                continue;
            events.Add(happened);
            if (happened is HistoryEvent.Resumed)
                RunBacklog();
            else if (runs)
                _run!.Run(happened, now);
        }

        if (runs)
            RunLocal(events, now);
        _answers.AddRange(_handling.Where(message => message is RaiseMessage or ControlMessage));
        _handling.Clear();
        if (events.Count > 0 || backlog)
        {
            Commit(new HistoryRecord(progress.Records, now, runs, events, runs ? _run!.TakeActions() : []), start: null);
            return;
        }

        foreach (Message message in _answers)
            message.Answer();
        _answers.Clear();
        GoOn();

        void RunBacklog()
        {
            for (int i = 0; backlog && i < progress.Backlog.Count; i++)
                _run!.Run(progress.Backlog[i], now);
        }
    }

    /// <summary>
    /// Runs local activities that the code has just called, and the code on by what they come to, so that all of it is one record and one commit.
    /// One that does not end well at once is an ordinary attempt from here on.
    /// </summary>
    private void RunLocal(List<HistoryEvent> events, long now)
    {
        List<HistoryAction> actions = _run!.Context.Actions;
        for (int i = 0; i < actions.Count && events.Count < MaxEvents && !_run.HasEnded; i++)
        {
            if (actions[i] is not HistoryAction.CallActivity { Step: var step }
                || _run.Context.FindActivity(step) is not { } call
                || !_engine.Activities.TryBeginLocal(this, call, out Task<byte[]>? attempt))
                continue;
            if (attempt is not { IsCompletedSuccessfully: true, Result: { Length: <= Payload.MaxLength } result })
            {
                (_begun ??= []).Add(step, attempt);
                continue;
            }

            var completed = new HistoryEvent.ActivityCompleted(step, result);
            events.Add(completed);
            _run.Run(completed, now);
        }
    }

    /// <summary>What a message means to the instance as it is now; <see langword="null"/> when it means nothing.</summary>
    private HistoryEvent? Accept(Message message, long now, List<HistoryEvent> events)
    {
        bool ended = _progress!.HasEnded || _run is { HasEnded: true };
        switch (message)
        {
            case RaiseMessage raise:
                bool known = _progress.HasEvent(raise.Id)
                    || events.Exists(happened => happened is HistoryEvent.EventRaised other && other.Id == raise.Id);
                raise.Result = known ? RaiseResult.Duplicate : ended ? RaiseResult.Ended : RaiseResult.Accepted;
                return raise.Result == RaiseResult.Accepted ? new HistoryEvent.EventRaised(raise.Name, raise.Id, raise.Payload) : null;
            case ControlMessage control:
                control.Result = !ended && control.Control switch
                {
                    Control.Suspend => _progress.Status == InstanceStatus.Running,
                    Control.Resume => _progress.Status == InstanceStatus.Suspended,
                    _ => true,
                };
                if (control.Control == Control.Suspend && _progress.Status == InstanceStatus.Suspended)
                    control.Result = true; // Held already: repeating the call is safe.
                else if (control.Result)
                    return Event(control);
                return null;
            case StartMessage start:
                start.Result = false;
                start.Answer();
                return null;
            case Message.Foreign when !ended && _run is not null:
                throw NondeterminismException.Foreign();
            case Message.Wake when !ended:
                RearmTimers();
                return null;
            case Message.TimerDue due when !ended:
                return events.Exists(happened => happened is HistoryEvent.TimerFired fired && fired.Step == due.Step) ? null : Accept(due, now);
            case Message.AttemptEnded attempt when !ended:
                return Accept(attempt, now);
            case Message.AttemptAbandoned abandoned:
                _progress.FindActivity(abandoned.Step)?.Running = false;
                return null;
            default:
                return null;
        }
    }

    private static HistoryEvent Event(ControlMessage control) => control.Control switch
    {
        Control.Suspend => new HistoryEvent.Suspended(control.Reason),
        Control.Resume => new HistoryEvent.Resumed(control.Reason),
        _ => new HistoryEvent.Terminated(control.Reason),
    };

    private HistoryEvent.TimerFired? Accept(Message.TimerDue due, long now)
    {
        if (now < due.DueAt)
        {
            // The clock was set back since it fired. INVARIANT: no timer fires before its time.
            _engine.Timers.Add(due.DueAt, Key, due.Step);
            return null;
        }

        if (_progress!.HasTimer(due.Step))
            return new HistoryEvent.TimerFired(due.Step);
        // An activity's next attempt. Its row stays until the attempt's outcome is recorded, so that a crash repeats it.
        if (_progress.FindActivity(due.Step) is { Running: false, RetryAt: not null } activity
            && _progress.Status == InstanceStatus.Running && EnsureRun())
            Dispatch(activity);
        return null;
    }

    private HistoryEvent? Accept(Message.AttemptEnded ended, long now)
    {
        if (_progress!.FindActivity(ended.Step) is not { Running: true } activity || ended.Attempt != activity.Attempts + 1)
            return null;
        activity.Running = false;
        if (ended.Result is not null)
            return new HistoryEvent.ActivityCompleted(ended.Step, ended.Result);
        RetryPolicy? retry = _run?.Context.FindActivity(ended.Step)?.Retry;
        return !ended.Permanent && retry?.NextAttemptAt(ended.Attempt, activity.FirstAttemptAt, now) is { } next
            ? new HistoryEvent.AttemptFailed(ended.Step, ended.Attempt, ended.ErrorCode!, activity.FirstAttemptAt, next)
            : new HistoryEvent.ActivityFailed(ended.Step, ended.ErrorCode!, ended.Attempt);
    }

    private static void AnswerUnknown(Message message)
    {
        switch (message)
        {
            case RaiseMessage raise:
                raise.Result = RaiseResult.UnknownInstance;
                raise.Answer();
                break;
            case ControlMessage control:
                control.Result = false;
                control.Answer();
                break;
        }
    }

    private bool Load()
    {
        if (_engine.Database.Read(db => InstanceStore.Load(db, Id)) is not { } found)
            return false;
        Key = found.Key;
        _progress = new Progress();
        foreach (HistoryRecord record in found.Records)
            _progress.Apply(record);
        _progress.TimerChanges.Clear();
        if (_progress.Records == 0 || _progress.Status != found.Status)
            throw new DatabaseException("corrupt", "An instance and its history disagree; stop the host and restore the last backup.");
        _definition = _engine.FindDefinition(_progress.Orchestration, _progress.Version);
        if (_progress.HasEnded)
            return true;
        _records = found.Records;
        if (_definition is null)
        {
            _engine.Logger.LogError(
                "Instance {InstanceId} is parked: orchestration '{Orchestration}' version {Version} is not registered",
                Id, _progress.Orchestration, _progress.Version);
        }

        return true;
    }

    /// <summary>Brings the code to where the records say it stands. False when the code is not registered.</summary>
    private bool EnsureRun()
    {
        if (_run is not null)
            return true;
        if (_definition is null)
            return false;
        var run = new OrchestrationRun(_definition, Id, OnForeign);
        foreach (HistoryRecord record in _records!)
            run.Replay(record);
        foreach (PendingActivity activity in _progress!.Activities)
        {
            if (run.Context.FindActivity(activity.Step) is { } call && Checksum.Compute(call.Input) != activity.InputCheck)
                throw NondeterminismException.InputDiffers(new HistoryAction.CallActivity(activity.Step, activity.Name, 0));
        }

        (_run, _records) = (run, null);
        return true;
    }

    private void OnForeign() => TryPost(new Message.Foreign());

    private void Fail(NondeterminismException error)
    {
        foreach (Message message in _handling)
        {
            if (message is RaiseMessage raise)
                raise.Result = RaiseResult.Ended;
            if (message is RaiseMessage or ControlMessage)
                _answers.Add(message);
        }

        _handling.Clear();
        long now = Math.Max(_engine.Now, _progress!.UpdatedAt);
        var failed = new HistoryAction.Failed(NondeterminismException.Code, error.Message);
        Commit(new HistoryRecord(_progress.Records, now, Ran: false, [], [failed]), start: null);
    }

    /// <param name="start">What the instance begins with, for its first record.</param>
    private void Commit(HistoryRecord record, StartMessage? start)
    {
        Progress progress = _progress!;
        (bool hadWork, InstanceStatus status) = (start is null && progress.HasWork, progress.Status);
        progress.Apply(record);
        _records?.Add(record);
        TimerChange[] timers = [.. progress.TimerChanges];
        progress.TimerChanges.Clear();
        bool hasWork = progress.HasWork;
        Message[] answers = [.. _answers];
        _answers.Clear();
        _engine.Database.Enqueue(new Transition(this)
        {
            Started = start is null ? null : progress,
            Alongside = start?.Alongside,
            Record = Packed.Pack((_writer ??= new HistoryWriter()).Encode(Key, record)),
            Status = progress.Status != status ? progress.Status : null,
            UpdatedAt = progress.UpdatedAt,
            HasWork = hasWork != hadWork ? hasWork : null,
            Timers = timers,
            Answers = answers,
        });
    }
}
