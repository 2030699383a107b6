using System.Collections.Concurrent;

namespace Approvals.CrashTests.Gates;

/// <summary>Where the gate is at present, for callers that outlive it, and which actions it asks people about.</summary>
internal sealed class GateLink
{
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> reviews = new();
    private TaskCompletionSource<Uri> url = NewSource();

    /// <summary>The gate's URL, as soon as there is a gate.</summary>
    public Task<Uri> UrlAsync()
    {
        lock (gate) return url.Task;
    }

    public void Open(Uri at)
    {
        lock (gate) url.TrySetResult(at);
    }

    public void Close()
    {
        lock (gate)
        {
            if (url.Task.IsCompleted) url = NewSource();
        }
    }

    public void AnnounceReview(string actionId) => Review(actionId).TrySetResult();

    /// <summary>Completes when reviewers were asked about the action.</summary>
    public Task ReviewAsync(string actionId) => Review(actionId).Task;

    private TaskCompletionSource Review(string actionId) =>
        reviews.GetOrAdd(actionId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static TaskCompletionSource<Uri> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
