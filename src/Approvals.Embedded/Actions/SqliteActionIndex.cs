using System.Text.Json;
using Approvals.Durable;
using Approvals.Engine;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Actions;

/// <summary>
/// One JSON document per action, packed, in the host's database, with the columns that lists filter by. Ids are UUIDv7, so their order is the order of
/// time and a cursor is an id.
/// </summary>
public sealed class SqliteActionIndex : IActionIndex
{
    private const string Schema = """
        CREATE TABLE action(
          id TEXT NOT NULL UNIQUE,
          version INTEGER NOT NULL,
          status TEXT NOT NULL,
          type TEXT NOT NULL,
          actor TEXT NOT NULL,
          document BLOB NOT NULL);
        CREATE INDEX action_status ON action(status, id);
        CREATE INDEX action_type ON action(type, id);
        CREATE INDEX action_actor ON action(actor, id);
        CREATE TABLE action_group(action_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY(action_id, name)) WITHOUT ROWID;
        CREATE TABLE idempotency(
          requester TEXT NOT NULL,
          key_hash TEXT NOT NULL,
          requested_at INTEGER NOT NULL,
          reservation BLOB NOT NULL,
          PRIMARY KEY(requester, key_hash)) WITHOUT ROWID;
        CREATE INDEX idempotency_age ON idempotency(requested_at);
        """;

    /// <summary>An action's steps follow each other closely, and so do those who ask for it.</summary>
    private const int RecentDocuments = 1_000;

    private const string DebtSchema = """
        CREATE TABLE action_debt(action_id TEXT PRIMARY KEY) WITHOUT ROWID;
        """;

    private static readonly string[] StatusNames = [.. Enum.GetValues<ActionStatus>().Select(status => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()))];

    /// <summary>Twice what the port promises.</summary>
    private static readonly TimeSpan ReservationLifetime = TimeSpan.FromHours(48);

    private readonly Database database;
    private readonly TimeProvider time;
    private readonly ActionChanges changes = new();
    private readonly RecentActions recent = new(RecentDocuments);

    /// <summary>Before the database is opened.</summary>
    public SqliteActionIndex(Database database, TimeProvider time)
    {
        (this.database, this.time) = (database, time);
        database.AddSchema("actions", Schema);
        database.AddSchema("action-debts", DebtSchema);
    }

    public async Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken)
    {
        string requester = reservation.Requester.ToString();
        if (database.Read(reader => FindReservation(reader, requester, reservation.KeyHash)) is { } known) return known;

        byte[] document = Packed.PackChecked(Write(reservation));
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await database.WriteAsync(
            writer =>
            {
                writer.Execute("DELETE FROM idempotency WHERE requested_at < ?1", now - (long)ReservationLifetime.TotalMilliseconds);
                writer.Execute(
                    "INSERT INTO idempotency(requester, key_hash, requested_at, reservation) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                    requester, reservation.KeyHash, now, document);
                return FindReservation(writer, requester, reservation.KeyHash)!;
            },
            cancellationToken);
    }

    public Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken) => CreateAsync(
        document,
        async insert =>
        {
            await database.WriteAsync(insert);
            return true;
        },
        cancellationToken);

    /// <summary>The same in a transaction of the caller's.</summary>
    /// <param name="transaction">
    /// Makes the insertion part of its transaction. Returns once that is durable; false when the transaction was not to be made: then the document
    /// is created by itself. Not called when the document is there, or is being created.
    /// </param>
    internal async Task<ActionDocument> CreateAsync(
        ActionDocument document, Func<Action<SqliteWriter>, Task<bool>> transaction, CancellationToken cancellationToken)
    {
        RecentActions.Slot slot = recent.Pin(document.Id);
        try
        {
            if (recent.Look(slot) is { } known) return known.Document;
            return recent.TryBeginCreation(slot, out Task<ActionDocument>? others)
                ? await InsertAsync(slot, document, transaction)
                : await others.WaitAsync(cancellationToken);
        }
        finally
        {
            recent.Release(slot);
        }
    }

    public Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken) =>
        Task.FromResult(Find(actionId));

    public async Task<ActionDocument> UpdateAsync(
        string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken) =>
        (await UpdateAsync(actionId, change, alongside: null, cancellationToken)).Document;

    /// <summary>The same, with something more that the transaction writes with the change. Nothing is written when nothing changes.</summary>
    internal async Task<(ActionDocument Document, bool HasChanged)> UpdateAsync(
        string actionId, Func<ActionDocument, ActionDocument> change, Action<SqliteWriter>? alongside, CancellationToken cancellationToken)
    {
        RecentActions.Slot slot = recent.Pin(actionId);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (ActionDocument before, long version) = Find(slot) ?? throw new KeyNotFoundException($"There is no action '{actionId}'.");
                ActionDocument after = change(before);
                if (ReferenceEquals(before, after)) return (before, false);
                if (after.Id != actionId) throw new ArgumentException("A change keeps the document's id.", nameof(change));
                if (!await ReplaceAsync(before, version, after, alongside, cancellationToken))
                {
                    recent.Doubt(slot); // Somebody else's change was stored and is about to be known here: read it.
                    continue;
                }

                recent.Put(slot, after, version + 1);
                changes.Announce(actionId);
                return (after, true);
            }
        }
        catch (Exception error) when (error is not KeyNotFoundException)
        {
            recent.Doubt(slot);
            throw;
        }
        finally
        {
            recent.Release(slot);
        }
    }

    public async Task<ActionDocument?> WaitAsync(
        string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken)
    {
        DateTimeOffset end = time.GetUtcNow() + timeout;
        using ActionChanges.Watch watch = changes.Begin(actionId);
        while (true)
        {
            Task changed = watch.NextAsync();
            ActionDocument? document = Find(actionId);
            TimeSpan left = end - time.GetUtcNow();
            if (document is null || until(document) || left <= TimeSpan.Zero) return document;
            try
            {
                await changed.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return Find(actionId);
            }
        }
    }

    public Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken)
    {
        int limit = Math.Clamp(query.Limit, 1, 200);
        (string sql, SqliteValue[] values) = Select(query, limit + 1);
        List<ActionDocument> found = database.Read(reader =>
        {
            var page = new List<ActionDocument>();
            using SqliteRows rows = reader.Query(sql, values);
            while (rows.Read()) page.Add(Read<ActionDocument>(Packed.Unpack(rows.GetBlob(0))));
            return page;
        });
        bool more = found.Count > limit;
        if (more) found.RemoveAt(limit);
        return Task.FromResult(new ActionPage(found, more ? found[^1].Id : null));
    }

    /// <summary>One of a few texts, by which filters are there: what is absent must not keep SQLite from using an index.</summary>
    private static (string Sql, SqliteValue[] Values) Select(ActionQuery query, int limit)
    {
        var values = new List<SqliteValue> { limit };
        var conditions = new List<string>();
        if (query.Cursor is { } cursor) Where("id < ?", Guid.TryParseExact(cursor, "D", out _) ? cursor : throw new FormatException("Not a cursor of this index."));
        if (query.Status is { } status) Where("status = ?", Name(status));
        if (query.Type is not null) Where("type = ?", query.Type);
        if (query.Actor is { } actor) Where("actor = ?", actor.ToString());
        if (query.ReviewGroups is { } groups)
            Where("EXISTS(SELECT 1 FROM action_group g WHERE g.action_id = action.id AND g.name IN (SELECT value FROM json_each(?)))", JsonSerializer.Serialize(groups));
        if (query.OwesFollowUp) conditions.Add("id IN (SELECT action_id FROM action_debt)");
        string where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
        return ($"SELECT document FROM action {where} ORDER BY id DESC LIMIT ?1", [.. values]);

        void Where(string condition, string value)
        {
            values.Add(value);
            conditions.Add(condition.Replace("?", $"?{values.Count}", StringComparison.Ordinal));
        }
    }

    /// <summary>Creates the document for everybody who asks meanwhile, so one caller's cancellation does not end it.</summary>
    private async Task<ActionDocument> InsertAsync(RecentActions.Slot slot, ActionDocument document, Func<Action<SqliteWriter>, Task<bool>> transaction)
    {
        try
        {
            byte[] bytes = Packed.Pack(Write(document));
            (ActionDocument Document, long Version)? earlier = null;
            if (!await transaction(Insert)) await database.WriteAsync(Insert);
            void Insert(SqliteWriter writer) => earlier = TryInsert(writer, document, bytes) ? null : Find(writer, document.Id);
            (ActionDocument stored, long version) = earlier ?? (document, 1);
            recent.Put(slot, stored, version);
            recent.EndCreation(slot, stored, null);
            if (earlier is null) changes.Announce(document.Id);
            return stored;
        }
        catch (Exception error)
        {
            recent.Doubt(slot);
            recent.EndCreation(slot, null, error);
            throw;
        }
    }

    private static bool TryInsert(SqliteWriter writer, ActionDocument document, byte[] bytes)
    {
        int rows = writer.Execute(
            "INSERT INTO action(id, version, status, type, actor, document) VALUES (?1, 1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            document.Id, Name(document.Status), document.Request.Type, ActorOf(document), bytes);
        if (rows == 1) AddGroups(writer, document);
        return rows == 1;
    }

    /// <summary>
    /// Stores a changed document, if the one it was made from is still the stored one. Changed and serialized here, so that the one writer
    /// only compares and stores: it serves everybody. A lost comparison means that somebody else's change was stored, so one of those who
    /// try always gets on.
    /// </summary>
    private Task<bool> ReplaceAsync(
        ActionDocument before, long version, ActionDocument after, Action<SqliteWriter>? alongside, CancellationToken cancellationToken)
    {
        byte[] bytes = Packed.Pack(Write(after));
        bool regroup = GroupsOf(after).Count > 0 && !GroupsOf(after).SequenceEqual(GroupsOf(before));
        return database.WriteAsync(
            writer =>
            {
                int rows = writer.Execute(
                    "UPDATE action SET version = version + 1, status = ?3, document = ?4 WHERE id = ?1 AND version = ?2",
                    after.Id, version, Name(after.Status), bytes);
                if (rows == 1) alongside?.Invoke(writer);
                if (rows == 1 && regroup) WriteGroups(writer, after);
                if (rows == 1 && Owes(after) != Owes(before)) WriteDebt(writer, after);
                return rows == 1;
            },
            cancellationToken);
    }

    private ActionDocument? Find(string actionId)
    {
        RecentActions.Slot slot = recent.Pin(actionId);
        try
        {
            return Find(slot)?.Document;
        }
        finally
        {
            recent.Release(slot);
        }
    }

    private (ActionDocument Document, long Version)? Find(RecentActions.Slot slot)
    {
        if (recent.Look(slot) is { } known) return known;
        (ActionDocument Document, long Version)? stored = database.Read(reader => Find(reader, slot.ActionId));
        if (stored is { } found) recent.Put(slot, found.Document, found.Version);
        return stored;
    }

    private static (ActionDocument Document, long Version)? Find(SqliteReader reader, string actionId)
    {
        using SqliteRows rows = reader.Query("SELECT document, version FROM action WHERE id = ?1", actionId);
        if (!rows.Read()) return null;
        var document = Read<ActionDocument>(Packed.Unpack(rows.GetBlob(0)));
        if (document.Id != actionId) throw new DatabaseException("corrupt", "The index of actions leads to another action; stop the host and restore the last backup.");
        return (document, rows.GetInt64(1));
    }

    private static IdempotencyReservation? FindReservation(SqliteReader reader, string requester, string keyHash) =>
        reader.QueryBlob("SELECT reservation FROM idempotency WHERE requester = ?1 AND key_hash = ?2", requester, keyHash) is { } bytes
            ? Read<IdempotencyReservation>(Packed.Unpack(bytes))
            : null;

    private static void WriteGroups(SqliteWriter writer, ActionDocument document)
    {
        writer.Execute("DELETE FROM action_group WHERE action_id = ?1", document.Id);
        AddGroups(writer, document);
    }

    private static void AddGroups(SqliteWriter writer, ActionDocument document)
    {
        foreach (string group in GroupsOf(document))
            writer.Execute("INSERT INTO action_group(action_id, name) VALUES (?1, ?2)", document.Id, group);
    }

    private static IReadOnlyList<string> GroupsOf(ActionDocument document) => document.Policy?.Plan is { } plan
        ? [.. plan.Stages.SelectMany(stage => stage.Groups.Concat(stage.Escalation?.Groups ?? [])).Distinct().Order(StringComparer.Ordinal)]
        : [];

    private static void WriteDebt(SqliteWriter writer, ActionDocument document)
    {
        if (Owes(document)) writer.Execute("INSERT INTO action_debt(action_id) VALUES (?1) ON CONFLICT DO NOTHING", document.Id);
        else writer.Execute("DELETE FROM action_debt WHERE action_id = ?1", document.Id);
    }

    private static bool Owes(ActionDocument document) => document.FollowUp is { IsDebt: true };

    private static string ActorOf(ActionDocument document) => document.Request.Chain.Actor.Id.ToString();

    private static string Name(ActionStatus status) => StatusNames[(int)status];

    private static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, DurableJson.Options);

    private static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, DurableJson.Options)!;
}
