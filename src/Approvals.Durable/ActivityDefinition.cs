using System.Runtime.InteropServices;
using System.Text.Json;

namespace Approvals.Durable;

/// <summary>
/// An activity as an engine runs it: an ordinary async method with effects. It runs at least once, perhaps twice at the same time after
/// a crash, so it must be idempotent. What it returns stands in the history; what it throws is retried by the caller's policy.
/// </summary>
public sealed class ActivityDefinition
{
    private readonly Func<ActivityContext, ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> run;

    private ActivityDefinition(string name, Func<ActivityContext, ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, this.run) = (name, run);
    }

    public string Name { get; }

    /// <summary>
    /// Whether it changes nothing that anybody could see, as one that only computes or reads: a local activity in Temporal's words. An engine may
    /// begin it before the step that calls it is durable and record its outcome with that step, so it may run for a step that never comes to be.
    /// An engine that does not know the difference runs it as any other.
    /// </summary>
    public bool IsLocal { get; private init; }

    /// <summary>
    /// Runs one attempt: input and output as UTF-8 JSON by <see cref="DurableJson.Options"/>. The token is canceled when the host stops; the attempt
    /// then runs again after the restart.
    /// </summary>
    public Task<byte[]> RunAsync(ActivityContext context, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => run(context, input, cancellationToken);

    /// <summary>The same for an engine that hands JSON over parsed.</summary>
    public async Task<JsonElement> RunAsync(ActivityContext context, JsonElement input, CancellationToken cancellationToken)
    {
        byte[] output = await run(context, JsonMarshal.GetRawUtf8Value(input).ToArray(), cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize<JsonElement>(output, DurableJson.Options);
    }

    /// <param name="isLocal">See <see cref="IsLocal"/>.</param>
    public static ActivityDefinition Create<TInput, TOutput>(
        string name, Func<ActivityContext, TInput, CancellationToken, Task<TOutput>> run, bool isLocal = false) =>
        new(name, async (context, input, cancellationToken) =>
        {
            TOutput output = await run(context, JsonSerializer.Deserialize<TInput>(input.Span, DurableJson.Options)!, cancellationToken).ConfigureAwait(false);
            return JsonSerializer.SerializeToUtf8Bytes(output, DurableJson.Options);
        })
        {
            IsLocal = isLocal,
        };
}

/// <summary>Whose step an activity attempt is.</summary>
/// <param name="InstanceId">The orchestration instance that called it.</param>
/// <param name="Attempt">1 for the first attempt known to this engine; a crash may repeat a number.</param>
public readonly record struct ActivityContext(string InstanceId, int Attempt);
