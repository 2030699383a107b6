using System.Security.Cryptography;
using System.Text;
using Approvals.Engine;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.Vault;

/// <summary>
/// Sealed payloads in the host's database. Each is encrypted with AES-256-GCM under a data key of its own; the data key is wrapped, again with
/// AES-256-GCM, by a key that stands in a file outside the database. The action id is the associated data of both, so a row
/// copied to another action does not open.
/// </summary>
/// <remarks>
/// Sealed form, of key and payload alike: nonce (12 bytes), tag (16), ciphertext. Shredding deletes the row under
/// <c>secure_delete</c> and leaves the id as a tombstone: a shredded payload is never sealed again.
/// </remarks>
public sealed class SqlitePayloadVault : IPayloadVault, IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private const string Schema = """
        CREATE TABLE payload(
          action_id TEXT PRIMARY KEY,
          epoch INTEGER,
          wrapped_key BLOB,
          sealed BLOB);
        CREATE INDEX payload_epoch ON payload(epoch) WHERE epoch IS NOT NULL;
        """;

    /// <summary>
    /// Tombstones in a table of their own: a row that only shrinks leaves its page nearly empty for good, 3 KB an action; one that is deleted
    /// lets the page be used again.
    /// </summary>
    private const string Tombstones = """
        CREATE TABLE shredded(action_id TEXT PRIMARY KEY) WITHOUT ROWID;
        INSERT INTO shredded SELECT action_id FROM payload WHERE epoch IS NULL;
        DELETE FROM payload WHERE epoch IS NULL;
        """;

    private readonly Database database;
    private readonly VaultKeys keys;

    /// <summary>Before the database is opened.</summary>
    /// <param name="keyFolder">Where the wrapping keys are kept.</param>
    public SqlitePayloadVault(Database database, string keyFolder, TimeProvider time)
    {
        (this.database, keys) = (database, new VaultKeys(keyFolder, time));
        database.AddSchema("vault", Schema, Tombstones);
    }

    /// <summary>Once the database is open, before anything else.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The pragma belongs to the connection that writes, and acts when it is prepared: once is enough.
        await database.WriteAsync(writer => { writer.Execute("PRAGMA secure_delete = ON"); }, cancellationToken);
        ForgetUnusedKeys();
    }

    public async Task SealAsync(string actionId, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        SealedPayload box = Seal(actionId, payload.Span);
        await database.WriteAsync(box.Write, cancellationToken);
        Stored(box);
    }

    /// <summary>Seals a payload for whoever has a transaction to write it in, and says so when that is durable: <see cref="Stored"/>.</summary>
    internal SealedPayload Seal(string actionId, ReadOnlySpan<byte> payload)
    {
        (long epoch, byte[] wrappingKey) = keys.Current(out bool isNew);
        byte[] dataKey = RandomNumberGenerator.GetBytes(32);
        byte[] wrapped = Seal(wrappingKey, dataKey, actionId, "key");
        byte[] sealedPayload = Seal(dataKey, payload, actionId, "payload");
        CryptographicOperations.ZeroMemory(dataKey);
        return new SealedPayload(actionId, epoch, isNew, wrapped, sealedPayload);
    }

    internal void Stored(SealedPayload box)
    {
        if (box.IsFirstOfEpoch) ForgetUnusedKeys();
    }

    public Task<byte[]?> OpenAsync(string actionId, CancellationToken cancellationToken)
    {
        (long Epoch, byte[] Wrapped, byte[] Sealed)? row = database.Read(reader =>
        {
            using SqliteRows rows = reader.Query("SELECT epoch, wrapped_key, sealed FROM payload WHERE action_id = ?1", actionId);
            return rows.Read() ? (rows.GetInt64(0), rows.GetBlob(1).ToArray(), rows.GetBlob(2).ToArray()) : ((long, byte[], byte[])?)null;
        });
        if (row is not { } found) return Task.FromResult<byte[]?>(null);

        byte[] dataKey = Open(keys.Find(found.Epoch), found.Wrapped, actionId, "key");
        try
        {
            return Task.FromResult<byte[]?>(Open(dataKey, found.Sealed, actionId, "payload"));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    public Task ShredAsync(string actionId, CancellationToken cancellationToken) => database.WriteAsync(writer => Shred(writer, actionId), cancellationToken);

    /// <summary>Shreds in a transaction of the caller's.</summary>
    internal static void Shred(SqliteWriter writer, string actionId)
    {
        writer.Execute("DELETE FROM payload WHERE action_id = ?1", actionId);
        writer.Execute("INSERT OR IGNORE INTO shredded VALUES (?1)", actionId);
    }

    public void Dispose() => keys.Dispose();

    private void ForgetUnusedKeys()
    {
        foreach (long epoch in keys.Past())
        {
            if (database.Read(reader => reader.QueryInt64("SELECT count(*) FROM payload WHERE epoch = ?1", epoch)) == 0) keys.Forget(epoch);
        }
    }

    private static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain, string actionId, string purpose)
    {
        byte[] box = new byte[NonceSize + TagSize + plain.Length];
        Span<byte> nonce = box.AsSpan(0, NonceSize);
        // A key seals one payload, or the data keys of ten minutes: random nonces are far from repeating (NIST SP 800-38D section 8.3).
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceSize + TagSize), box.AsSpan(NonceSize, TagSize), AssociatedData(actionId, purpose));
        return box;
    }

    private static byte[] Open(byte[] key, ReadOnlySpan<byte> box, string actionId, string purpose)
    {
        if (box.Length < NonceSize + TagSize) throw new CryptographicException("What is stored is not a sealed payload.");
        byte[] plain = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box[(NonceSize + TagSize)..], box.Slice(NonceSize, TagSize), plain, AssociatedData(actionId, purpose));
        return plain;
    }

    private static byte[] AssociatedData(string actionId, string purpose) => Encoding.UTF8.GetBytes($"approvals/vault/v1/{purpose}/{actionId}");
}
