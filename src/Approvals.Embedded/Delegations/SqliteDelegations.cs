using System.Text.Json;
using Approvals.Durable;
using Approvals.Engine;
using Approvals.Policy;
using Approvals.Workflow.Ports;

namespace Approvals.Embedded.Delegations;

/// <summary>Delegations in the host's database. Judged and stored by the one writer, so in one step.</summary>
public sealed class SqliteDelegations : IDelegationStore
{
    private const string Schema = """
        CREATE TABLE delegation(id TEXT NOT NULL UNIQUE, begins_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, document BLOB NOT NULL);
        CREATE INDEX delegation_end ON delegation(ends_at);
        """;

    /// <summary>How long one is shown once it has ended.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    private readonly Database database;
    private readonly TimeProvider time;

    /// <summary>Before the database is opened.</summary>
    public SqliteDelegations(Database database, TimeProvider time)
    {
        (this.database, this.time) = (database, time);
        database.AddSchema("delegations", Schema);
    }

    public Task<string?> AddAsync(Delegation delegation, Func<IReadOnlyList<Delegation>, string?> refusal, CancellationToken cancellationToken)
    {
        long forgotten = (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();
        return database.WriteAsync(
            writer =>
            {
                writer.Execute("DELETE FROM delegation WHERE ends_at < ?1", forgotten);
                if (refusal(List(writer)) is { } refused) return refused;
                writer.Execute(
                    "INSERT INTO delegation(id, begins_at, ends_at, document) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                    delegation.Id, delegation.Begins.ToUnixTimeMilliseconds(), delegation.Until.ToUnixTimeMilliseconds(), Write(delegation));
                return null;
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<Delegation>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(database.Read(List));

    public Task<bool> EndAsync(string id, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            if (List(writer).FirstOrDefault(one => one.Id == id && one.Until > at) is not { } known) return false;
            Delegation ended = known with { Until = at > known.Begins ? at : known.Begins };
            writer.Execute("UPDATE delegation SET ends_at = ?2, document = ?3 WHERE id = ?1", id, ended.Until.ToUnixTimeMilliseconds(), Write(ended));
            return true;
        },
        cancellationToken);

    private static IReadOnlyList<Delegation> List(SqliteReader reader)
    {
        var all = new List<Delegation>();
        using SqliteRows rows = reader.Query("SELECT document FROM delegation ORDER BY begins_at, id");
        while (rows.Read()) all.Add(JsonSerializer.Deserialize<Delegation>(Packed.Unpack(rows.GetBlob(0)), DurableJson.Options)!);
        return all;
    }

    private static byte[] Write(Delegation delegation) => Packed.PackChecked(JsonSerializer.SerializeToUtf8Bytes(delegation, DurableJson.Options));
}
