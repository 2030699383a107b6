using System.Text.Json;
using Approvals.Durable;
using Microsoft.DurableTask;
using RetryPolicy = Approvals.Durable.RetryPolicy;

namespace ApprovalFunctions.Durable;

/// <summary>Our durable context over the one of Durable Functions.</summary>
/// <remarks>
/// Values cross as <see cref="JsonElement"/>: whatever serializer the worker has, the history then holds what <see cref="DurableJson"/> wrote.
/// </remarks>
internal sealed class OrchestrationContextAdapter : IOrchestrationContext
{
    private readonly TaskOrchestrationContext inner;
    private readonly EventInbox inbox;

    public OrchestrationContextAdapter(TaskOrchestrationContext inner, int version)
    {
        (this.inner, Version) = (inner, version);
        inbox = new EventInbox(ReceiveAsync);
    }

    public string InstanceId => inner.InstanceId;

    public int Version { get; }

    public DateTimeOffset Now => new(DateTime.SpecifyKind(inner.CurrentUtcDateTime, DateTimeKind.Utc));

    public bool IsReplaying => inner.IsReplaying;

    /// <summary>RFC 4122 version 5 from the instance id, the time and a counter: Durable Task's own.</summary>
    public Guid NewGuid() => inner.NewGuid();

    public async Task<TResult> CallActivityAsync<TResult>(string name, object? input, RetryPolicy? retry = null)
    {
        int failures = 0;
        JsonElement json = new ActivityCall(InstanceId, JsonSerializer.SerializeToElement(input, DurableJson.Options)).ToJson();
        try
        {
            JsonElement result = await inner.CallActivityAsync<JsonElement>(name, json, retry is null ? null : Options(retry, () => failures++));
            return result.Deserialize<TResult>(DurableJson.Options)!;
        }
        catch (TaskFailedException failed)
        {
            ActivityFailureException failure = Read(failed.FailureDetails);
            throw new ActivityFailedException(name, failure.Code, Math.Max(1, failures));
        }
    }

    public Task<TEvent> WaitForEventAsync<TEvent>(string name, CancellationToken cancellationToken = default) =>
        inbox.WaitAsync<TEvent>(name, cancellationToken);

    /// <summary>Durable Task cuts timers that are longer than its storage can hold into several.</summary>
    public Task CreateTimerAsync(DateTimeOffset dueAt, CancellationToken cancellationToken = default) =>
        dueAt <= Now ? Task.CompletedTask : inner.CreateTimer(dueAt.UtcDateTime, cancellationToken);

    public void SetStatus(object? status) => inner.SetCustomStatus(CustomStatus.Serialize(status));

    private async Task<EventEnvelope> ReceiveAsync(string name)
    {
        JsonElement envelope = await inner.WaitForExternalEvent<JsonElement>(name);
        return envelope.Deserialize<EventEnvelope>(DurableJson.Options)!;
    }

    private static TaskOptions Options(RetryPolicy policy, Action failed)
    {
        RetryLimits limits = RetryLimits.Of(policy);
        return TaskOptions.FromRetryPolicy(
            new Microsoft.DurableTask.RetryPolicy(limits.MaxAttempts, limits.FirstInterval, limits.BackoffCoefficient, limits.MaxInterval, limits.Timeout)
            {
                // Asked once per failed attempt, in history's order: it counts the attempts too, the same on every replay.
                HandleFailure = details =>
                {
                    failed();
                    return !Read(details).Permanent;
                },
            });
    }

    /// <summary>Depending on the host's version, the exception of the activity is the failure itself or its cause.</summary>
    private static ActivityFailureException Read(TaskFailureDetails details)
    {
        const int deepest = 8;
        TaskFailureDetails? cause = details;
        for (int depth = 0; depth < deepest && cause is not null; depth++, cause = cause.InnerFailure)
        {
            if (ActivityFailureException.IsIn(cause.ErrorMessage)) return ActivityFailureException.Parse(cause.ErrorType, cause.ErrorMessage);
        }

        return ActivityFailureException.Parse(details.ErrorType, recordedMessage: null);
    }
}
