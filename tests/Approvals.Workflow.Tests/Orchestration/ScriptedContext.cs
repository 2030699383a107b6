using System.Text.Json;
using Approvals.Durable;
using Approvals.Workflow.Orchestration;

namespace Approvals.Workflow.Tests.Orchestration;

/// <summary>
/// A durable context that a test moves by hand: activities run when told to, time passes when told to. No history and no replay:
/// the engines' tests have those. Everything crosses the wire format, as it would in an engine.
/// </summary>
internal sealed class ScriptedContext(DateTimeOffset start, Func<string, JsonElement, int, Task<JsonElement>> runActivity) : IOrchestrationContext
{
    private readonly Queue<Func<Task>> activities = new();
    private readonly List<(DateTimeOffset Due, TaskCompletionSource Done)> timers = [];
    private readonly List<(string Name, Action<JsonElement> Deliver, Func<bool> Waits)> waiters = [];
    private readonly List<(string Name, JsonElement Payload)> buffered = [];
    private int guids;

    public string InstanceId { get; init; } = "01900000-0000-7000-8000-000000000001";

    public int Version => ApprovalOrchestration.Definition.Version;

    public DateTimeOffset Now { get; private set; } = start;

    public bool IsReplaying => false;

    /// <summary>Names of the activities begun so far.</summary>
    public List<string> Begun { get; } = [];

    public bool HasActivity => activities.Count > 0;

    public int PendingTimers => timers.Count;

    public int PendingWaits => waiters.Count(waiter => waiter.Waits());

    public Guid NewGuid() => new(++guids, 0, 0, new byte[8]);

    public void SetStatus(object? status)
    {
    }

    public Task<TResult> CallActivityAsync<TResult>(string name, object? input, RetryPolicy? retry = null)
    {
        var done = new TaskCompletionSource<TResult>();
        JsonElement sent = JsonSerializer.SerializeToElement(input, DurableJson.Options);
        Begun.Add(name);
        activities.Enqueue(async () =>
        {
            DateTimeOffset began = Now;
            TimeSpan pause = retry?.FirstInterval ?? TimeSpan.Zero;
            for (int attempt = 1; ; attempt++)
            {
                string code;
                try
                {
                    JsonElement result = await runActivity(name, sent, attempt);
                    done.TrySetResult(result.Deserialize<TResult>(DurableJson.Options)!);
                    return;
                }
                catch (PermanentFailureException failure)
                {
                    done.TrySetException(new ActivityFailedException(name, failure.Code, attempt));
                    return;
                }
                catch (IOException failure)
                {
                    code = failure.GetType().Name;
                }

                if (attempt >= (retry?.MaxAttempts ?? 1) || Now + pause - began > (retry!.Timeout ?? TimeSpan.MaxValue))
                {
                    done.TrySetException(new ActivityFailedException(name, code, attempt));
                    return;
                }

                AdvanceBy(pause);
                pause = pause * retry.BackoffCoefficient is var next && retry.MaxInterval is { } max && next > max ? max : next;
            }
        });
        return done.Task;
    }

    public Task<TEvent> WaitForEventAsync<TEvent>(string name, CancellationToken cancellationToken = default)
    {
        var done = new TaskCompletionSource<TEvent>();
        int early = buffered.FindIndex(item => item.Name == name);
        if (early >= 0)
        {
            done.SetResult(buffered[early].Payload.Deserialize<TEvent>(DurableJson.Options)!);
            buffered.RemoveAt(early);
            return done.Task;
        }

        waiters.Add((name, payload => done.SetResult(payload.Deserialize<TEvent>(DurableJson.Options)!), () => !done.Task.IsCompleted));
        cancellationToken.Register(() => done.TrySetCanceled(cancellationToken));
        return done.Task;
    }

    public Task CreateTimerAsync(DateTimeOffset dueAt, CancellationToken cancellationToken = default)
    {
        if (dueAt <= Now) return Task.CompletedTask;
        var done = new TaskCompletionSource();
        timers.Add((dueAt, done));
        cancellationToken.Register(() =>
        {
            timers.RemoveAll(timer => timer.Done == done);
            done.TrySetCanceled(cancellationToken);
        });
        return done.Task;
    }

    /// <summary>Runs the next activity to its end.</summary>
    public Task RunActivityAsync() => activities.Dequeue()();

    /// <summary>Runs activities until none waits.</summary>
    public async Task RunAsync()
    {
        while (HasActivity) await RunActivityAsync();
    }

    public void Raise(string name, object payload)
    {
        JsonElement sent = JsonSerializer.SerializeToElement(payload, DurableJson.Options);
        int waiter = waiters.FindIndex(item => item.Name == name && item.Waits());
        if (waiter < 0)
        {
            buffered.Add((name, sent));
            return;
        }

        Action<JsonElement> deliver = waiters[waiter].Deliver;
        waiters.RemoveAt(waiter);
        deliver(sent);
    }

    public void AdvanceBy(TimeSpan time) => AdvanceTo(Now + time);

    /// <summary>Lets time pass, firing timers in the order they fall due.</summary>
    public void AdvanceTo(DateTimeOffset time)
    {
        while (timers.Where(timer => timer.Due <= time).OrderBy(timer => timer.Due).FirstOrDefault() is { Done: { } done } next)
        {
            timers.Remove(next);
            Now = next.Due > Now ? next.Due : Now;
            done.TrySetResult();
        }

        if (time > Now) Now = time;
    }
}
