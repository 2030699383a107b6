using Approvals.Durable;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>
/// A hot instance: its messages are handled in order, a few at a time, each time making one transition. While the transition commits,
/// further messages gather.
/// </summary>
/// <remarks>
/// INVARIANT: at most one transition of an instance is on its way. So whenever messages are handled, all that the instance rests on is
/// durable, and when a commit fails the instance is dropped and loaded again: what memory ran ahead of the disk is forgotten.
/// </remarks>
internal sealed partial class Instance : IThreadPoolWorkItem
{
    [ThreadStatic]
    private static HistoryWriter? _writer;

    private readonly Lock _gate = new();
    private readonly EngineCore _engine;
    private List<Message> _mailbox = [];
    private List<Message> _handling = [];
    private bool _busy;
    private bool _gone;
    private Progress? _progress;
    private OrchestrationDefinition? _definition;
    private OrchestrationRun? _run;

    /// <summary>All records, kept only while the code has not been replayed over them.</summary>
    private List<HistoryRecord>? _records;

    public Instance(EngineCore engine, string id)
    {
        (_engine, Id) = (engine, id);
        Node = new LinkedListNode<Instance>(this);
    }

    public string Id { get; }

    public long Key { get; private set; }

    /// <summary>Its place among those that wait; owned by <see cref="HotSet"/>.</summary>
    public LinkedListNode<Instance> Node { get; }

    /// <summary>Hands over a message. False when this object is no longer the instance: look it up again.</summary>
    /// <param name="inline">Whether the caller's thread, one of the pool with nothing else to do, may handle it: saves a hop a step.</param>
    public bool TryPost(Message message, bool inline = false)
    {
        lock (_gate)
        {
            if (_gone)
                return false;
            _mailbox.Add(message);
            if (_busy)
                return true;
            _busy = true;
            _engine.Hot.Activate(this);
        }

        if (inline)
            Execute();
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Forgets an instance that waits. False when it does not.</summary>
    public bool TryEvict()
    {
        lock (_gate)
        {
            if (_gone || _busy)
                return false;
            _gone = true;
            return true;
        }
    }

    public void Execute()
    {
        lock (_gate)
            (_mailbox, _handling) = (_handling, _mailbox);
        try
        {
            Handle();
        }
        catch (Exception error)
        {
            foreach (Message message in _handling.Concat(_answers))
                message.Fail(error);
            _handling.Clear();
            Drop(error);
        }
    }

    /// <summary>The end of a transition, on the writer thread.</summary>
    public void Committed(Transition transition, Exception? error)
    {
        try
        {
            Conclude(transition, error);
        }
        catch (Exception bug)
        {
            // The writer thread serves everybody: it must survive. The instance is loaded again from what is durable.
            Drop(bug);
        }
    }

    private void Conclude(Transition transition, Exception? error)
    {
        if (error is not null)
        {
            foreach (Message message in transition.Answers)
                message.Fail(error);
            Drop(error);
            return;
        }

        if (transition.Conflict)
        {
            foreach (Message message in transition.Answers)
            {
                ((Message<bool>)message).Result = false;
                message.Answer();
            }

            Leave();
            return;
        }

        foreach (TimerChange change in transition.Timers)
        {
            if (change.Added)
                _engine.Timers.Add(change.DueAt, Key, change.Step);
        }

        if (transition.Status == InstanceStatus.Running)
            RearmTimers(); // Resumed: attempts that fell due meanwhile were passed over.
        foreach (Message message in transition.Answers)
            message.Answer();
        GoOn();
    }

    private void GoOn()
    {
        if (_progress!.HasEnded)
        {
            Leave();
            return;
        }

        Dispatch();
        Settle();
    }

    private void RearmTimers()
    {
        foreach ((int step, long dueAt) in _progress!.Timers)
            _engine.Timers.Add(dueAt, Key, step);
        foreach (PendingActivity activity in _progress.Activities)
        {
            if (activity is { Running: false, RetryAt: { } retryAt })
                _engine.Timers.Add(retryAt, Key, activity.Step);
        }
    }

    /// <summary>Hands over activities that are due and not running.</summary>
    private void Dispatch()
    {
        if (_run is null || _progress!.Status == InstanceStatus.Suspended)
            return;
        foreach (PendingActivity activity in _progress.Activities)
        {
            if (!activity.Running && activity.RetryAt is null)
                Dispatch(activity);
        }
    }

    private void Dispatch(PendingActivity activity)
    {
        ActivityCall call = _run!.Context.FindActivity(activity.Step)!;
        Task<byte[]>? begun = null;
        _begun?.Remove(activity.Step, out begun);
        activity.Running = true; // Before the attempt can end.
        if (!_engine.Activities.Enqueue(new Attempt(this, activity.Step, activity.Attempts + 1, call.Name, call.Input, begun)))
            activity.Running = false;
    }

    /// <summary>Goes on with what has gathered, or waits.</summary>
    private void Settle()
    {
        lock (_gate)
        {
            if (_mailbox.Count > 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }

            _busy = false;
            if (HasRunning())
                return;
            _engine.Hot.Rest(this);
        }

        _engine.Hot.Trim();
    }

    private bool HasRunning()
    {
        foreach (PendingActivity activity in _progress!.Activities)
        {
            if (activity.Running)
                return true;
        }

        return false;
    }

    /// <summary>Forgets what is in memory after a failure and has it loaded again later.</summary>
    private void Drop(Exception error)
    {
        _engine.Logger.LogError("Instance {InstanceId} is dropped from memory and will be loaded again: {Error}", Id, error is DatabaseException known ? known.Code : error.GetType().Name);
        foreach (Message message in Vacate())
            message.Fail(error);
        _engine.Reload(Id);
    }

    /// <summary>Leaves memory for good; messages that came meanwhile go to whoever has the id now.</summary>
    private void Leave()
    {
        foreach (Message message in Vacate())
            _engine.Post(Id, message);
    }

    private List<Message> Vacate()
    {
        List<Message> rest;
        lock (_gate)
        {
            _gone = true;
            _busy = false;
            rest = _mailbox;
            _mailbox = [];
        }

        _engine.Hot.Remove(this);
        return rest;
    }
}
