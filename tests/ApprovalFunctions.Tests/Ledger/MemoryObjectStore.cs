using System.Globalization;
using ApprovalFunctions.Ledger;

namespace ApprovalFunctions.Tests.Ledger;

/// <summary>An object store in memory with the semantics of a Blob container.</summary>
internal sealed class MemoryObjectStore : IObjectStore
{
    private readonly SortedDictionary<string, StoredObject> objects = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private long version;

    public IReadOnlyList<string> Names
    {
        get
        {
            lock (gate) return [.. objects.Keys];
        }
    }

    public Task<StoredObject?> GetAsync(string name, CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult(objects.GetValueOrDefault(name));
    }

    public Task<bool> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        ReplaceAsync(name, content, etag: null, cancellationToken);

    public Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? etag, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (objects.GetValueOrDefault(name)?.ETag != etag) return Task.FromResult(false);
            Store(name, content);
            return Task.FromResult(true);
        }
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        lock (gate) Store(name, content);
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        lock (gate) objects.Remove(name);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<string>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        lock (gate) return Task.FromResult<IReadOnlyList<string>>([.. objects.Keys.Take(limit)]);
    }

    private void Store(string name, ReadOnlyMemory<byte> content) =>
        objects[name] = new StoredObject(content.ToArray(), (++version).ToString(CultureInfo.InvariantCulture));
}
