using System.Diagnostics.CodeAnalysis;
using Approvals.Durable;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>One attempt of an activity.</summary>
/// <param name="Input">UTF-8 JSON.</param>
/// <param name="Begun">A local activity that runs already.</param>
internal sealed record Attempt(Instance Instance, int Step, int Number, string Name, byte[] Input, Task<byte[]>? Begun = null);

/// <summary>Runs attempts on the thread pool, so many at once and the rest in the order they came.</summary>
internal sealed class ActivityDispatcher(EngineCore engine, int maxConcurrent) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<Attempt> _queue = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _stopped;

    /// <summary>False when the attempt will not run in this process: the engine stops, or nobody registered the activity.</summary>
    public bool Enqueue(Attempt attempt)
    {
        if (!engine.TryFindActivity(attempt.Name, out ActivityDefinition? definition))
        {
            // Like an unknown version: held, not failed. It runs after a restart with the activity registered.
            engine.Logger.LogError(
                "Instance {InstanceId} is held: activity '{Activity}' is not registered", attempt.Instance.Id, attempt.Name);
            return false;
        }

        lock (_gate)
        {
            if (_stopped)
                return false;
            if (_running >= maxConcurrent)
            {
                _queue.Enqueue(attempt);
                return true;
            }

            _running++;
        }

        Start(definition, attempt);
        return true;
    }

    /// <summary>Begins the first attempt of a local activity on this thread, for a step that is not durable yet. False when the activity is not local.</summary>
    public bool TryBeginLocal(Instance instance, ActivityCall call, [NotNullWhen(true)] out Task<byte[]>? attempt)
    {
        attempt = engine.TryFindActivity(call.Name, out ActivityDefinition? definition) && definition.IsLocal
            ? RunAsync(definition, new Attempt(instance, call.Completion.Step, 1, call.Name, call.Input))
            : null;
        return attempt is not null;
    }

    /// <summary>Begins no further attempt, cancels the running ones and waits for them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Attempt[] left;
        lock (_gate)
        {
            _stopped = true;
            left = [.. _queue];
            _queue.Clear();
            if (_running == 0)
                _drained.TrySetResult();
        }

        foreach (Attempt attempt in left)
            attempt.Instance.TryPost(new Message.AttemptAbandoned(attempt.Step));
        await _stopping.CancelAsync();
        await _drained.Task.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    private void Start(ActivityDefinition definition, Attempt attempt) => ThreadPool.UnsafeQueueUserWorkItem(
        static state => _ = state.self.FinishAsync(state.definition, state.attempt),
        (self: this, definition, attempt),
        preferLocal: false);

    private Task<byte[]> RunAsync(ActivityDefinition definition, Attempt attempt) => definition.RunAsync(
        new ActivityContext(attempt.Instance.Id, attempt.Number), attempt.Input.AsMemory(), _stopping.Token);

    private async Task FinishAsync(ActivityDefinition definition, Attempt attempt)
    {
        Message ended;
        try
        {
            byte[] json = await (attempt.Begun ?? RunAsync(definition, attempt)).ConfigureAwait(false);
            ended = json.Length <= Payload.MaxLength
                ? new Message.AttemptEnded(attempt.Step, attempt.Number, json, null, permanent: false)
                : new Message.AttemptEnded(attempt.Step, attempt.Number, null, "result_too_large", permanent: true);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            ended = new Message.AttemptAbandoned(attempt.Step);
        }
        catch (PermanentFailureException error)
        {
            ended = new Message.AttemptEnded(attempt.Step, attempt.Number, null, error.Code, permanent: true);
        }
        catch (Exception error)
        {
            // The type's name only: messages may quote data.
            string code = error.GetType().Name;
            engine.Logger.LogWarning(
                "Activity '{Activity}' of instance {InstanceId} failed in attempt {Attempt}: {ErrorCode}",
                attempt.Name, attempt.Instance.Id, attempt.Number, code);
            ended = new Message.AttemptEnded(attempt.Step, attempt.Number, null, code, permanent: false);
        }

        Release();
        attempt.Instance.TryPost(ended, inline: true);
    }

    private void Release()
    {
        Attempt? next;
        lock (_gate)
        {
            if (!_queue.TryDequeue(out next))
            {
                _running--;
                if (_stopped && _running == 0)
                    _drained.TrySetResult();
            }
        }

        if (next is not null && engine.TryFindActivity(next.Name, out ActivityDefinition? definition))
            Start(definition, next);
    }
}
