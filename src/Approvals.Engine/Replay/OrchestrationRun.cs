using System.Text.Json;
using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>
/// The live code of one instance: brought to where it stood by replaying its records, then run on by new events.
/// Not safe for overlapping calls; the instance that owns it serializes them.
/// </summary>
internal sealed class OrchestrationRun
{
    private readonly OrchestrationDefinition _definition;
    private readonly List<HistoryEvent> _backlog = [];
    private Task<JsonElement>? _task;
    private bool _ended;

    public OrchestrationRun(OrchestrationDefinition definition, string instanceId, Action onForeign)
    {
        _definition = definition;
        Context = new OrchestrationContext(instanceId, definition.Version, onForeign);
    }

    public OrchestrationContext Context { get; }

    public bool HasEnded => _ended;

    /// <summary>Whether inputs of activities must be the recorded ones too.</summary>
    public bool ComparesInputs { get; init; }

    /// <summary>Runs the code over one recorded step and compares what it does with what it did.</summary>
    /// <exception cref="NondeterminismException">The first difference.</exception>
    public void Replay(HistoryRecord record)
    {
        if (!record.Ran)
        {
            _backlog.AddRange(record.Events);
            return;
        }

        Context.IsReplaying = true;
        Context.NowMilliseconds = record.At;
        foreach (HistoryEvent happened in _backlog)
            Deliver(happened);
        _backlog.Clear();
        foreach (HistoryEvent happened in record.Events)
            Deliver(happened);
        Compare(record, TakeActions());
        Context.IsReplaying = false;
    }

    /// <summary>Runs the code over a new event. What it does gathers until <see cref="TakeActions"/>.</summary>
    /// <exception cref="NondeterminismException">The code waits for something that is not of its context.</exception>
    public void Run(HistoryEvent happened, long at)
    {
        Context.NowMilliseconds = at;
        Deliver(happened);
        if (Context.Scheduler.Foreign || (!_ended && _task is not null && !Context.IsWaiting))
            throw NondeterminismException.Foreign();
    }

    public List<HistoryAction> TakeActions()
    {
        List<HistoryAction> actions = Context.Actions;
        Context.Actions = [];
        return actions;
    }

    private void Deliver(HistoryEvent happened)
    {
        if (_ended)
            return;
        Context.Scheduler.Run(
            static step =>
            {
                if (step.happened is HistoryEvent.Started started)
                    step.run.Begin(started);
                else
                    step.run.Context.Deliver(step.happened);
            },
            (run: this, happened));
        if (_task is { IsCompleted: true })
            End(_task);
    }

    private void Begin(HistoryEvent.Started started)
    {
        try
        {
            _task = _definition.RunAsync(Context, Payload.Parse(started.Input));
        }
        catch (Exception error)
        {
            _task = Task.FromException<JsonElement>(error);
        }
    }

    private void End(Task<JsonElement> task)
    {
        _ended = true;
        Context.Actions.Add(Outcome(task));
    }

    private static HistoryAction Outcome(Task<JsonElement> task)
    {
        try
        {
            JsonElement output = task.GetAwaiter().GetResult();
            return new HistoryAction.Completed(Payload.ToBytes(output, "The output of an orchestration"));
        }
        catch (PermanentFailureException error)
        {
            return new HistoryAction.Failed(error.Code, "The orchestration ended itself with this code.");
        }
        catch (ActivityFailedException error)
        {
            // Its message is made of names and codes only.
            return new HistoryAction.Failed(nameof(ActivityFailedException), error.Message);
        }
        catch (Exception error)
        {
            return new HistoryAction.Failed(error.GetType().Name, "The orchestration threw an exception of this type.");
        }
    }

    private void Compare(HistoryRecord record, List<HistoryAction> got)
    {
        for (int i = 0; i < Math.Max(got.Count, record.Actions.Count); i++)
        {
            HistoryAction? expected = i < record.Actions.Count ? record.Actions[i] : null;
            HistoryAction? actual = i < got.Count ? got[i] : null;
            if (!Same(expected, actual))
                throw NondeterminismException.Differs(record.Number, i, expected, actual);
            if (ComparesInputs && expected is HistoryAction.CallActivity call && expected != actual)
                throw NondeterminismException.InputDiffers(call);
        }
    }

    /// <summary>Kind, step, name and due time count; inputs, statuses and outputs are data and do not.</summary>
    private static bool Same(HistoryAction? expected, HistoryAction? got) => (expected, got) switch
    {
        (HistoryAction.CallActivity a, HistoryAction.CallActivity b) => a.Step == b.Step && a.Name == b.Name,
        (HistoryAction.SetStatus, HistoryAction.SetStatus) => true,
        (HistoryAction.Completed, HistoryAction.Completed) => true,
        (HistoryAction.Failed, HistoryAction.Failed) => true,
        _ => expected is not null && expected == got,
    };
}
