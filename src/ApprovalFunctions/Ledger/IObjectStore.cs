namespace ApprovalFunctions.Ledger;

/// <summary>
/// Named bytes with the three conditional writes that the ledger and the vault rest on. On Azure a Blob container, which is strongly
/// consistent; in tests a store that fails before or after each write. A write that throws may or may not be stored.
/// </summary>
public interface IObjectStore
{
    /// <summary>What stands under the name, or <see langword="null"/>.</summary>
    Task<StoredObject?> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Creates (<c>If-None-Match: *</c>). False, and nothing changed, when the name is taken.</summary>
    Task<bool> CreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Replaces exactly the version <paramref name="etag"/> names (<c>If-Match</c>); <see langword="null"/> creates. False when another version is there.</summary>
    Task<bool> ReplaceAsync(string name, ReadOnlyMemory<byte> content, string? etag, CancellationToken cancellationToken);

    /// <summary>Writes whatever was there before.</summary>
    Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Deletes; does nothing when there is nothing.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="limit"/> names, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListAsync(int limit, CancellationToken cancellationToken);
}

/// <param name="ETag">Names this version of the content.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Content, string ETag);
