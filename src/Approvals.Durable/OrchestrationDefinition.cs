using System.Text.Json;

namespace Approvals.Durable;

/// <summary>
/// One version of an orchestration as an engine runs it. New instances begin with the highest registered version of a name;
/// an instance keeps the version it began with, so an old version stays registered until none of its instances is left.
/// </summary>
public sealed class OrchestrationDefinition
{
    private OrchestrationDefinition(string name, int version, Func<IOrchestrationContext, JsonElement, Task<JsonElement>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        (Name, Version, RunAsync) = (name, version, run);
    }

    public string Name { get; }

    public int Version { get; }

    /// <summary>Runs or replays one instance: input and output as JSON by <see cref="DurableJson.Options"/>.</summary>
    public Func<IOrchestrationContext, JsonElement, Task<JsonElement>> RunAsync { get; }

    public static OrchestrationDefinition Create<TInput, TOutput>(
        string name, int version, Func<IOrchestrationContext, TInput, Task<TOutput>> run) =>
        new(name, version, async (context, input) =>
        {
            // No ConfigureAwait(false): the continuation must stay on the orchestration's scheduler.
            TOutput output = await run(context, input.Deserialize<TInput>(DurableJson.Options)!);
            return JsonSerializer.SerializeToElement(output, DurableJson.Options);
        });
}
