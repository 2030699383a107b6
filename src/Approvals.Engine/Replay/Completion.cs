using System.Text.Json;
using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>What an orchestration waits for: an activity, a timer or an event.</summary>
/// <remarks>
/// INVARIANT: no RunContinuationsAsynchronously. Continuations must run inline on the orchestration's thread; asynchronously,
/// Task.WhenAny and Task.WhenAll would carry on in the thread pool.
/// </remarks>
internal abstract class Completion(int step)
{
    public int Step { get; } = step;

    /// <summary>Of a cancelable wait.</summary>
    public CancellationTokenRegistration Registration { get; set; }

    public abstract void Complete(byte[] json);

    public abstract void Fail(Exception error);

    public abstract void Cancel(CancellationToken cancellationToken);
}

internal sealed class Completion<T>(int step) : Completion(step)
{
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public override void Complete(byte[] json)
    {
        T value;
        try
        {
            value = JsonSerializer.Deserialize<T>(json, DurableJson.Options)!;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            _source.TrySetException(error);
            return;
        }

        _source.TrySetResult(value);
    }

    public override void Fail(Exception error) => _source.TrySetException(error);

    public override void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}

/// <summary>An activity that the code called, with what it takes to run it.</summary>
/// <param name="Input">UTF-8 JSON.</param>
internal sealed record ActivityCall(Completion Completion, string Name, byte[] Input, RetryPolicy? Retry);
