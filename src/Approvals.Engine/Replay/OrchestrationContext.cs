using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>What the code of an instance sees. Every call that has an effect is recorded as a <see cref="HistoryAction"/>.</summary>
internal sealed class OrchestrationContext(string instanceId, int version, Action onForeign) : IOrchestrationContext
{
    /// <summary>Of the identifiers made here: a namespace of this engine's own for RFC 9562 version 5.</summary>
    private static readonly Guid GuidNamespace = new("6f2a3b1c-58d4-4f0e-9c5e-1d7a42e0b9a3");

    private readonly Dictionary<int, ActivityCall> _activities = [];
    private readonly Dictionary<int, Completion> _timers = [];
    private readonly EventBuffer _events = new();
    private int _step;
    private int _guids;

    public OrchestrationScheduler Scheduler { get; } = new(onForeign);

    public string InstanceId => instanceId;

    public int Version => version;

    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(NowMilliseconds);

    public bool IsReplaying { get; set; }

    public long NowMilliseconds { get; set; }

    /// <summary>What the code did since this was last taken.</summary>
    public List<HistoryAction> Actions { get; set; } = [];

    /// <summary>Whether anything is left that could make the code go on.</summary>
    public bool IsWaiting => _activities.Count > 0 || _timers.Count > 0 || _events.Waits > 0;

    public ActivityCall? FindActivity(int step) => _activities.GetValueOrDefault(step);

    public Guid NewGuid()
    {
        Scheduler.Verify();
        byte[] name = Encoding.UTF8.GetBytes(instanceId);
        Span<byte> text = stackalloc byte[16 + 4];
        GuidNamespace.TryWriteBytes(text, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(text[16..], _guids++);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 version 5 is defined with SHA-1; nothing relies on its strength.
        SHA1.HashData([.. text, .. name], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    public Task<TResult> CallActivityAsync<TResult>(string name, object? input, RetryPolicy? retry = null)
    {
        Scheduler.Verify();
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        byte[] json = Payload.ToBytes(input, "The input of an activity");
        var completion = new Completion<TResult>(++_step);
        _activities.Add(completion.Step, new ActivityCall(completion, name, json, retry));
        Actions.Add(new HistoryAction.CallActivity(completion.Step, name, Checksum.Compute(json)));
        return completion.Task;
    }

    public Task<TEvent> WaitForEventAsync<TEvent>(string name, CancellationToken cancellationToken = default)
    {
        Scheduler.Verify();
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<TEvent>(cancellationToken);
        var completion = new Completion<TEvent>(++_step);
        Actions.Add(new HistoryAction.WaitForEvent(completion.Step, name));
        if (_events.TryTake(name) is { } payload)
        {
            completion.Complete(payload);
            return completion.Task;
        }

        _events.Wait(name, completion);
        if (cancellationToken.CanBeCanceled)
        {
            completion.Registration = cancellationToken.UnsafeRegister(
                _ =>
                {
                    Scheduler.Verify();
                    if (!_events.Withdraw(completion))
                        return;
                    Actions.Add(new HistoryAction.CancelWait(completion.Step));
                    completion.Cancel(cancellationToken);
                },
                null);
        }

        return completion.Task;
    }

    public Task CreateTimerAsync(DateTimeOffset dueAt, CancellationToken cancellationToken = default)
    {
        Scheduler.Verify();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        // Rounded up: a timer never fires before its time.
        long due = (dueAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        due = Math.Max(due, 0);
        var completion = new Completion<bool>(++_step);
        Actions.Add(new HistoryAction.CreateTimer(completion.Step, due));
        if (due <= NowMilliseconds)
            return Task.CompletedTask;
        _timers.Add(completion.Step, completion);
        if (cancellationToken.CanBeCanceled)
        {
            completion.Registration = cancellationToken.UnsafeRegister(
                _ =>
                {
                    Scheduler.Verify();
                    if (!_timers.Remove(completion.Step))
                        return;
                    Actions.Add(new HistoryAction.CancelTimer(completion.Step));
                    completion.Cancel(cancellationToken);
                },
                null);
        }

        return completion.Task;
    }

    public void SetStatus(object? status)
    {
        Scheduler.Verify();
        byte[] json = Payload.ToBytes(status, "A custom status");
        if (json.Length > Payload.MaxStatusLength)
            throw new ArgumentException($"A custom status is at most {Payload.MaxStatusLength} bytes as JSON.", nameof(status));
        Actions.Add(new HistoryAction.SetStatus(json));
    }

    /// <summary>Hands an event to whatever waits for it. Runs the code that waited. Runs on the scheduler.</summary>
    public void Deliver(HistoryEvent happened)
    {
        switch (happened)
        {
            case HistoryEvent.ActivityCompleted(var step, var result):
                if (_activities.Remove(step, out ActivityCall? completed))
                    completed.Completion.Complete(result);
                break;
            case HistoryEvent.ActivityFailed(var step, var code, var attempts):
                if (_activities.Remove(step, out ActivityCall? failed))
                    failed.Completion.Fail(new ActivityFailedException(failed.Name, code, attempts));
                break;
            case HistoryEvent.TimerFired(var step):
                if (_timers.Remove(step, out Completion? timer))
                    Serve(timer, "true"u8.ToArray());
                break;
            case HistoryEvent.EventRaised(var name, _, var payload):
                if (_events.Add(name, payload) is { } wait)
                    Serve(wait, payload);
                break;
        }
    }

    private static void Serve(Completion wait, byte[] json)
    {
        wait.Registration.Unregister();
        wait.Complete(json);
    }
}
