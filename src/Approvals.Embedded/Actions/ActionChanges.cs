namespace Approvals.Embedded.Actions;

/// <summary>Wakes those who wait for a change of one action. Knows nothing of what changed: whoever wakes reads again.</summary>
internal sealed class ActionChanges
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Watch>> watches = new(StringComparer.Ordinal);

    /// <summary>Begins to watch; forgotten on dispose.</summary>
    public Watch Begin(string actionId)
    {
        var watch = new Watch(this, actionId);
        lock (gate)
        {
            if (!watches.TryGetValue(actionId, out List<Watch>? list)) watches[actionId] = list = [];
            list.Add(watch);
        }

        return watch;
    }

    public void Announce(string actionId)
    {
        Watch[] woken;
        lock (gate)
        {
            if (!watches.TryGetValue(actionId, out List<Watch>? list)) return;
            woken = [.. list];
        }

        foreach (Watch watch in woken) watch.Signal();
    }

    private void End(Watch watch)
    {
        lock (gate)
        {
            if (!watches.TryGetValue(watch.ActionId, out List<Watch>? list) || !list.Remove(watch) || list.Count > 0) return;
            watches.Remove(watch.ActionId);
        }
    }

    internal sealed class Watch(ActionChanges changes, string actionId) : IDisposable
    {
        private TaskCompletionSource next = NewSource();

        public string ActionId { get; } = actionId;

        /// <summary>Completes at the next change after this call. Take it BEFORE reading the document, so that no change falls between.</summary>
        public Task NextAsync()
        {
            TaskCompletionSource current = Volatile.Read(ref next);
            if (!current.Task.IsCompleted) return current.Task;
            TaskCompletionSource fresh = NewSource();
            Volatile.Write(ref next, fresh);
            return fresh.Task;
        }

        public void Signal() => Volatile.Read(ref next).TrySetResult();

        public void Dispose() => changes.End(this);

        private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
