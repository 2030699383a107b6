using ApprovalFunctions.Ledger;

namespace ApprovalFunctions.Tests.Ledger;

internal enum WriteFailure
{
    NotStored,
    StoredButNotAcknowledged,
}

/// <summary>Which write of a run fails, and how: a host that dies around one write. All writes after it fail unstored, as a dead host's do.</summary>
internal sealed class FailPlan(int failingWrite, WriteFailure failure)
{
    private int writes;

    public int Writes => writes;

    public async Task<T> AroundAsync<T>(Func<Task<T>> write)
    {
        int number = Interlocked.Increment(ref writes);
        if (number < failingWrite) return await write();
        if (number == failingWrite && failure == WriteFailure.StoredButNotAcknowledged) await write();
        throw new IOException($"write {number} failed");
    }
}

internal sealed class FailingObjectStore(IObjectStore inner, FailPlan plan) : IObjectStore
{
    public Task<StoredObject?> GetAsync(string name, CancellationToken cancellationToken) => inner.GetAsync(name, cancellationToken);

    public Task<bool> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        plan.AroundAsync(() => inner.CreateAsync(name, content, cancellationToken));

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? etag, CancellationToken cancellationToken) =>
        plan.AroundAsync(() => inner.ReplaceAsync(name, content, etag, cancellationToken));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => plan.AroundAsync(async () =>
    {
        await inner.PutAsync(name, content, cancellationToken);
        return true;
    });

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => plan.AroundAsync(async () =>
    {
        await inner.DeleteAsync(name, cancellationToken);
        return true;
    });

    public Task<IReadOnlyList<string>> ListAsync(int limit, CancellationToken cancellationToken) => inner.ListAsync(limit, cancellationToken);
}
