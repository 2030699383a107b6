using System.Text.Json;

namespace Approvals.Durable;

/// <summary>
/// An activity as an engine runs it: an ordinary async method with effects. It runs at least once, perhaps twice at the same time after
/// a crash, so it must be idempotent. What it returns stands in the history; what it throws is retried by the caller's policy.
/// </summary>
public sealed class ActivityDefinition
{
    private ActivityDefinition(string name, Func<ActivityContext, JsonElement, CancellationToken, Task<JsonElement>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, RunAsync) = (name, run);
    }

    public string Name { get; }

    /// <summary>Runs one attempt. The token is canceled when the host stops; the attempt then runs again after the restart.</summary>
    public Func<ActivityContext, JsonElement, CancellationToken, Task<JsonElement>> RunAsync { get; }

    public static ActivityDefinition Create<TInput, TOutput>(
        string name, Func<ActivityContext, TInput, CancellationToken, Task<TOutput>> run) =>
        new(name, async (context, input, cancellationToken) =>
        {
            TOutput output = await run(context, input.Deserialize<TInput>(DurableJson.Options)!, cancellationToken).ConfigureAwait(false);
            return JsonSerializer.SerializeToElement(output, DurableJson.Options);
        });
}

/// <summary>Whose step an activity attempt is.</summary>
/// <param name="InstanceId">The orchestration instance that called it.</param>
/// <param name="Attempt">1 for the first attempt known to this engine; a crash may repeat a number.</param>
public readonly record struct ActivityContext(string InstanceId, int Attempt);
