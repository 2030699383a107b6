using System.Text;
using Approvals.Durable;

namespace Approvals.Engine;

/// <summary>The engine's tables and every statement on them.</summary>
/// <remarks>
/// <c>history</c> is append-only in the order of commits, so that a batch of many instances writes few pages; an index finds the rows of
/// an instance. <c>instance</c> is written when an instance starts and when its status changes, never in between. <c>work</c> names the
/// instances that must be looked at after a restart: it is small. <c>timer</c> holds timers and retries in the order they fall due.
/// </remarks>
internal static class InstanceStore
{
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE instance(
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            orchestration TEXT NOT NULL,
            version INTEGER NOT NULL,
            status INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL);
        CREATE TABLE history(position INTEGER PRIMARY KEY, instance INTEGER NOT NULL, record BLOB NOT NULL);
        CREATE INDEX history_instance ON history(instance);
        CREATE TABLE work(instance INTEGER PRIMARY KEY);
        CREATE TABLE timer(due INTEGER NOT NULL, instance INTEGER NOT NULL, step INTEGER NOT NULL,
            PRIMARY KEY(due, instance, step)) WITHOUT ROWID;
        """,
        "-- From here on a record may hold the outcome of an activity that it calls itself, which older programs would run again.",
        "-- From here on packed values carry a checksum, which older programs would take for the value.",
    ];

    /// <summary>False when an instance of that id exists.</summary>
    public static bool Insert(SqliteWriter db, long key, string id, Progress progress) => db.Execute(
        "INSERT INTO instance VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT(id) DO NOTHING",
        key, id, progress.Orchestration, progress.Version, (int)progress.Status, progress.CreatedAt) == 1;

    public static void Append(SqliteWriter db, long key, byte[] record) =>
        db.Execute("INSERT INTO history(instance, record) VALUES (?1, ?2)", key, record);

    public static void SetStatus(SqliteWriter db, long key, InstanceStatus status, long updated)
    {
        if (db.Execute("UPDATE instance SET status = ?2, updated = ?3 WHERE key = ?1", key, (int)status, updated) != 1)
            throw new DatabaseException("corrupt", "An instance's row is missing; stop the host and restore the last backup.");
    }

    public static void SetWork(SqliteWriter db, long key, bool hasWork) => db.Execute(
        hasWork ? "INSERT OR IGNORE INTO work VALUES (?1)" : "DELETE FROM work WHERE instance = ?1", key);

    public static void ChangeTimer(SqliteWriter db, long key, TimerChange change) => db.Execute(
        change.Added
            ? "INSERT OR IGNORE INTO timer VALUES (?1, ?2, ?3)"
            : "DELETE FROM timer WHERE due = ?1 AND instance = ?2 AND step = ?3",
        change.DueAt, key, change.Step);

    /// <summary>The id of the instance that a timer row belongs to, or <see langword="null"/> when the row is gone.</summary>
    public static string? FindTimer(SqliteReader db, long due, long key, int step) => db.QueryText(
        "SELECT i.id FROM timer t JOIN instance i ON i.key = t.instance WHERE t.due = ?1 AND t.instance = ?2 AND t.step = ?3",
        due, key, step);

    public static List<(long Due, long Key, int Step)> TimersAfter(SqliteReader db, (long Due, long Key, int Step) from, int limit)
    {
        var found = new List<(long, long, int)>();
        using SqliteRows rows = db.Query(
            "SELECT due, instance, step FROM timer WHERE (due, instance, step) > (?1, ?2, ?3) ORDER BY due, instance, step LIMIT ?4",
            from.Due, from.Key, from.Step, limit);
        while (rows.Read())
            found.Add((rows.GetInt64(0), rows.GetInt64(1), (int)rows.GetInt64(2)));
        return found;
    }

    /// <summary>Instances with work behind a key, in the order of their keys.</summary>
    public static List<(long Key, string Id)> WorkAfter(SqliteReader db, long key, int limit)
    {
        var found = new List<(long, string)>();
        using SqliteRows rows = db.Query(
            "SELECT w.instance, i.id FROM work w JOIN instance i ON i.key = w.instance WHERE w.instance > ?1 ORDER BY w.instance LIMIT ?2",
            key, limit);
        while (rows.Read())
            found.Add((rows.GetInt64(0), rows.GetText(1)));
        return found;
    }

    /// <summary>Deletes an ended instance. False when it is unknown or has not ended.</summary>
    public static bool Purge(SqliteWriter db, string id)
    {
        if (db.QueryInt64("SELECT key FROM instance WHERE id = ?1 AND status >= ?2", id, (int)InstanceStatus.Completed) is not { } key)
            return false;
        db.Execute("DELETE FROM history WHERE instance = ?1", key);
        db.Execute("DELETE FROM work WHERE instance = ?1", key);
        db.Execute("DELETE FROM instance WHERE key = ?1", key);
        return true;
    }

    public static long LastKey(SqliteReader db) => db.QueryInt64("SELECT max(key) FROM instance") ?? 0;

    /// <summary>The records of an instance, oldest first, or <see langword="null"/> when there is none of that id.</summary>
    public static (long Key, InstanceStatus Status, List<HistoryRecord> Records)? Load(SqliteReader db, string id)
    {
        (long Key, InstanceStatus Status) found;
        using (SqliteRows rows = db.Query("SELECT key, status FROM instance WHERE id = ?1", id))
        {
            if (!rows.Read())
                return null;
            found = (rows.GetInt64(0), (InstanceStatus)rows.GetInt64(1));
        }

        return (found.Key, found.Status, Records(db, found.Key));
    }

    public static List<HistoryRecord> Records(SqliteReader db, long key)
    {
        var records = new List<HistoryRecord>(8);
        using SqliteRows rows = db.Query("SELECT record FROM history WHERE instance = ?1 ORDER BY position", key);
        while (rows.Read())
            records.Add(HistoryReader.Decode(key, Packed.Unpack(rows.GetBlob(0))));
        return records;
    }

    public static InstanceState? Get(SqliteReader db, string id)
    {
        using SqliteRows rows = db.Query("SELECT key, id, orchestration, version, status, created FROM instance WHERE id = ?1", id);
        return rows.Read() ? State(db, rows) : null;
    }

    /// <summary>
    /// A page of instances behind <paramref name="query"/>'s cursor. Looks at <paramref name="scan"/> rows at most, so that a rare
    /// status costs bounded time: the page may then be short, or even empty, while it has a next cursor.
    /// </summary>
    public static InstancePage Query(SqliteReader db, InstanceQuery query, int scan)
    {
        var found = new List<InstanceState>();
        string last = query.Cursor ?? "";
        int seen = 0;
        using SqliteRows rows = db.Query(
            "SELECT key, id, orchestration, version, status, created, updated FROM instance WHERE id > ?1 ORDER BY id LIMIT ?2", last, scan);
        while (rows.Read())
        {
            seen++;
            last = rows.GetText(1);
            if ((query.Status is { } status && (int)status != rows.GetInt64(4))
                || (query.Orchestration is { } name && name != rows.GetText(2))
                || (query.UpdatedBefore is { } before && rows.GetInt64(6) >= before.ToUnixTimeMilliseconds()))
                continue;
            InstanceState state = State(db, rows);
            if (query.UpdatedBefore is { } limit && state.UpdatedAt >= limit)
                continue;
            found.Add(state);
            if (found.Count == query.Limit)
                return new InstancePage(found, last);
        }

        return new InstancePage(found, seen == scan ? last : null);
    }

    /// <summary>The row's columns with what the newest records say: the newest one, and the one that last set the custom status.</summary>
    private static InstanceState State(SqliteReader db, SqliteRows row)
    {
        long key = row.GetInt64(0);
        var status = (InstanceStatus)row.GetInt64(4);
        HistoryRecord? newest = null;
        byte[]? custom = null;
        using SqliteRows rows = db.Query("SELECT record FROM history WHERE instance = ?1 ORDER BY position DESC", key);
        while (custom is null && rows.Read())
        {
            HistoryRecord record = HistoryReader.Decode(key, Packed.Unpack(rows.GetBlob(0)));
            newest ??= record;
            custom = record.Actions.OfType<HistoryAction.SetStatus>().LastOrDefault()?.Json;
        }

        if (newest is null)
            throw Missing();
        byte[]? output = newest.Actions.OfType<HistoryAction.Completed>().LastOrDefault()?.Output;
        HistoryAction.Failed? failed = newest.Actions.OfType<HistoryAction.Failed>().LastOrDefault();
        string? terminated = newest.Events.OfType<HistoryEvent.Terminated>().LastOrDefault()?.Reason;
        // INVARIANT: the record decides; the column only repeats it.
        InstanceStatus recorded = output is not null ? InstanceStatus.Completed
            : failed is not null ? InstanceStatus.Failed
            : terminated is not null ? InstanceStatus.Terminated
            : status is InstanceStatus.Suspended ? InstanceStatus.Suspended
            : InstanceStatus.Running;
        if (recorded != status)
            throw Missing();
        return new InstanceState(
            row.GetText(1),
            row.GetText(2),
            (int)row.GetInt64(3),
            status,
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
            DateTimeOffset.FromUnixTimeMilliseconds(newest.At),
            custom is null ? null : Encoding.UTF8.GetString(custom),
            output is null ? null : Encoding.UTF8.GetString(output),
            terminated is not null ? "terminated" : failed?.Code,
            terminated ?? failed?.Message);
    }

    private static DatabaseException Missing() => new(
        "corrupt", "An instance and its history disagree; stop the host and restore the last backup.");
}
