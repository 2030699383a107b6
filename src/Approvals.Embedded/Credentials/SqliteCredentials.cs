using System.Collections.Immutable;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Engine;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.Credentials;

/// <summary>API keys in the host's database, all of them in memory too: every request asks for one, and there are few.</summary>
public sealed class SqliteCredentials : ICredentialStore
{
    private const string Schema = """
        CREATE TABLE credential(position INTEGER PRIMARY KEY AUTOINCREMENT, key_id TEXT NOT NULL UNIQUE, document BLOB NOT NULL);
        """;

    private readonly Database database;
    private readonly Lock gate = new();
    private volatile ImmutableList<Credential> ordered = [];
    private volatile ImmutableDictionary<string, Credential> byKeyId = ImmutableDictionary<string, Credential>.Empty;

    /// <summary>Before the database is opened.</summary>
    public SqliteCredentials(Database database)
    {
        this.database = database;
        database.AddSchema("credentials", Schema);
    }

    /// <summary>All credentials as of now, revoked ones included, in the order they were made.</summary>
    public IReadOnlyList<Credential> All => ordered;

    /// <summary>Once the database is open, before any request.</summary>
    public void Load()
    {
        ImmutableList<Credential> stored = database.Read(reader =>
        {
            ImmutableList<Credential>.Builder all = ImmutableList.CreateBuilder<Credential>();
            using SqliteRows rows = reader.Query("SELECT document FROM credential ORDER BY position");
            while (rows.Read()) all.Add(JsonSerializer.Deserialize<Credential>(Packed.Unpack(rows.GetBlob(0)), DurableJson.Options)!);
            return all.ToImmutable();
        });
        lock (gate) Publish(stored);
    }

    public Task<Credential?> FindAsync(string keyId, CancellationToken cancellationToken) =>
        Task.FromResult(byKeyId.GetValueOrDefault(keyId));

    public Task<IReadOnlyList<Credential>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Credential>>(ordered);

    public async Task AddAsync(Credential credential, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            writer =>
            {
                writer.Execute(
                    "INSERT INTO credential(key_id, document) VALUES (?1, ?2)",
                    credential.KeyId, Write(credential));
            },
            cancellationToken);

        // Known only once it is durable: a key that was used but is gone after a crash would be a riddle.
        lock (gate) Publish(ordered.Add(credential));
    }

    public async Task<bool> RevokeAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (byKeyId.GetValueOrDefault(keyId) is not { } credential) return false;
        Credential revoked = credential.RevokedAt is null ? credential with { RevokedAt = at } : credential;
        await database.WriteAsync(
            writer =>
            {
                writer.Execute(
                    "UPDATE credential SET document = ?2 WHERE key_id = ?1",
                    keyId, Write(revoked));
            },
            cancellationToken);
        lock (gate) Publish(ordered.Replace(byKeyId[keyId], revoked));
        return true;
    }

    /// <summary>INVARIANT: under a checksum: one bit more or less must not make somebody of a caller.</summary>
    private static byte[] Write(Credential credential) => Packed.PackChecked(JsonSerializer.SerializeToUtf8Bytes(credential, DurableJson.Options));

    private void Publish(ImmutableList<Credential> all)
    {
        ordered = all;
        byKeyId = all.ToImmutableDictionary(credential => credential.KeyId, StringComparer.Ordinal);
    }
}
