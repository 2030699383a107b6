using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Approvals.Embedded.Data;

namespace Approvals.Embedded.Vault;

/// <summary>
/// The keys that wrap data keys, one file each. A new one begins with every start and every ten minutes of use; an old one is deleted as
/// soon as nothing is sealed under it. So what a deleted row left behind (in the WAL, in a backup of the database) cannot be opened by anybody
/// who comes later and takes the whole folder.
/// </summary>
internal sealed class VaultKeys(string folder, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<long, byte[]> keys = new();
    private long current;
    private long previous;
    private DateTimeOffset currentUntil;

    /// <summary>The key to seal under now; its file is on disk when this returns.</summary>
    public (long Epoch, byte[] Key) Current(out bool isNew)
    {
        lock (gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            isNew = current == 0 || now >= currentUntil;
            if (isNew)
            {
                // Epochs only grow, so that a deleted key's number never comes back.
                long epoch = Math.Max(now.ToUnixTimeMilliseconds(), Epochs().DefaultIfEmpty(0).Max() + 1);
                byte[] made = RandomNumberGenerator.GetBytes(32);
                DataFolder.WriteNewSecret(PathOf(epoch), made);
                keys[epoch] = made;
                (previous, current, currentUntil) = (current, epoch, now + Lifetime);
            }

            return (current, keys[current]);
        }
    }

    /// <summary>The key of an epoch.</summary>
    /// <exception cref="CryptographicException">Its file is gone.</exception>
    public byte[] Find(long epoch) => keys.GetOrAdd(epoch, e =>
        File.Exists(PathOf(e)) && DataFolder.ReadSecret(PathOf(e)) is { Length: 32 } key
            ? key
            : throw new CryptographicException("The key that this payload was sealed under is gone."));

    /// <summary>
    /// Every epoch under which nothing can be sealed any more: not the current one, nor the one before it, whose last seals may still be
    /// on their way.
    /// </summary>
    public IReadOnlyList<long> Past()
    {
        lock (gate) return [.. Epochs().Where(epoch => epoch != current && epoch != previous)];
    }

    /// <summary>Deletes a key for good.</summary>
    public void Forget(long epoch)
    {
        // Overwritten first: on file systems that write in place, the old bytes are gone then.
        using (var file = new FileStream(PathOf(epoch), FileMode.Open, FileAccess.Write))
        {
            file.Write(new byte[32]);
            file.Flush(flushToDisk: true);
        }

        File.Delete(PathOf(epoch));
        if (keys.TryRemove(epoch, out byte[]? key)) CryptographicOperations.ZeroMemory(key);
    }

    public void Dispose()
    {
        foreach (byte[] key in keys.Values) CryptographicOperations.ZeroMemory(key);
        keys.Clear();
    }

    private string PathOf(long epoch) => Path.Combine(folder, epoch.ToString("D15", CultureInfo.InvariantCulture) + ".key");

    private IEnumerable<long> Epochs() => Directory.EnumerateFiles(folder, "*.key")
        .Select(file => long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) ? epoch : 0)
        .Where(epoch => epoch > 0);
}
