using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>
/// One SQLite database in a data folder that this process owns alone, shared by the engine and its host. All writes go through one
/// group commit (WAL, <c>synchronous=FULL</c>): when <see cref="WriteAsync{T}"/> returns, the write survives SIGKILL and power loss.
/// </summary>
/// <remarks>
/// Order of use: construct, <see cref="AddSchema"/> for every component (the engine adds its own when it is constructed),
/// <see cref="Open"/>, read and write, <see cref="Dispose"/> last of all. After <see cref="Open"/> all calls may overlap.
/// </remarks>
public sealed class Database : IDisposable
{
    /// <summary>Of the database within the data folder.</summary>
    public const string FileName = "approvals.db";

    /// <summary>256 MB.</summary>
    public const long DefaultCheckedBeforeUse = 256 << 20;

    private readonly ILogger _logger;
    private readonly Dictionary<string, Schema> _schemas = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly Lock _checking = new();
    private FolderLock? _lock;
    private CommitMark? _mark;
    private SqliteConnection? _connection;
    private GroupCommit? _commits;
    private bool _isChecked;
    private IntegrityPass? _pass;
    private volatile bool _disposed;

    /// <param name="folder">The data folder; made if it is not there. The database is the file <c>approvals.db</c> in it.</param>
    public Database(string folder, ILogger<Database> logger)
    {
        Folder = System.IO.Path.GetFullPath(folder);
        Path = System.IO.Path.Combine(Folder, FileName);
        _logger = logger;
    }

    public string Folder { get; }

    public string Path { get; }

    /// <summary>Why writes fail at present, or <see langword="null"/> when the last one succeeded. For readiness checks.</summary>
    public DatabaseException? Fault => _commits?.Fault;

    /// <summary>How long a write waits for a lock that another process holds.</summary>
    internal TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Up to so many bytes the structure of all tables and indexes is checked before the database is used: 50 ms of processor for each 64 MB, and
    /// reading it once. For a larger one there is <see cref="CheckAsync"/>.
    /// </summary>
    public long CheckedBeforeUse { get; init; } = DefaultCheckedBeforeUse;

    /// <summary>Test seam: called around every commit.</summary>
    internal Action<CommitPoint>? Failpoint
    {
        set => _commits!.Failpoint = value;
    }

    /// <summary>
    /// Registers the tables of a component. Migration <c>n</c> (from 0) is a script that leads from version <c>n</c> to <c>n + 1</c>;
    /// a released migration never changes, new ones are added at the end. A file with a higher version is refused.
    /// </summary>
    public void AddSchema(string component, params IReadOnlyList<string> migrations)
    {
        if (_connection is not null)
            throw new InvalidOperationException("Add schemas before the database is opened.");
        _schemas.Add(component, new Schema(component, migrations));
    }

    /// <summary>
    /// Takes the folder, recovers what a crash left (SQLite replays its WAL), migrates the schemas and starts the writer.
    /// </summary>
    /// <exception cref="DatabaseException">
    /// <c>folder_in_use</c>, <c>newer_format</c>, <c>not_ours</c>, <c>lost_commits</c>, <c>corrupt</c>, <c>read_only</c>, <c>busy</c>:
    /// nothing was changed and the folder is free again.
    /// </exception>
    public void Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_connection is not null)
            throw new InvalidOperationException("The database is open.");
        try
        {
            PrivateFiles.CreateFolder(Folder);
            _lock = FolderLock.Take(Folder);
            PrivateFiles.Create(Path);
            _connection = SqliteConnection.Open(Path, readOnly: false, BusyTimeout);
            Configure(_connection);
            _isChecked = Check(_connection, CheckedBeforeUse);
            Schema.Apply(_connection, _schemas.Values);
            _mark = CommitMark.Open(Path, new SqliteWriter(_connection));
            _commits = new GroupCommit(_connection, _mark, _logger);
            _commits.Start();
        }
        catch (Exception error)
        {
            Close();
            if (error is UnauthorizedAccessException or IOException)
                throw new DatabaseException("read_only", $"The data folder '{Folder}' cannot be written; check its owner, mode and file system.", error);
            throw;
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer thread inside the next group commit and returns its result once that is durable.
    /// Reads inside see everything written before. An exception from <paramref name="work"/> undoes what it wrote, and nobody else's.
    /// </summary>
    /// <remarks>
    /// <paramref name="work"/> must be short, must not block, and must have no effect outside the database: it may run again in a new
    /// transaction when a neighbour fails. Writes of one caller commit in the order of the calls. The token only keeps a write from being queued;
    /// once queued, it is carried through.
    /// </remarks>
    /// <exception cref="DatabaseException">
    /// The write is not acknowledged. With <c>full</c>, <c>busy</c>, <c>read_only</c> and <c>constraint</c> it is not stored either; with
    /// others it may be.
    /// </exception>
    public Task<T> WriteAsync<T>(Func<SqliteWriter, T> work, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var item = new WriteItem<T>(work);
        Enqueue(item);
        return item.Task;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteWriter> work, CancellationToken cancellationToken = default) =>
        WriteAsync(
            writer =>
            {
                work(writer);
                return true;
            },
            cancellationToken);

    /// <summary>
    /// Runs <paramref name="work"/> on the caller's thread over one consistent snapshot of what is durable. Keep it short: while it
    /// lasts, the WAL cannot be reused.
    /// </summary>
    public T Read<T>(Func<SqliteReader, T> work)
    {
        if (_disposed || _commits is null)
            throw new DatabaseException("closed", "The database is not open.");
        if (!_readers.TryTake(out SqliteReader? reader))
            reader = NewReader();
        bool sound = false;
        try
        {
            using (SqliteRows begin = reader.Query("BEGIN"))
                begin.Read();
            T result = work(reader);
            using (SqliteRows end = reader.Query("COMMIT"))
                end.Read();
            sound = true;
            return result;
        }
        finally
        {
            if (sound && !_disposed)
                _readers.Add(reader);
            else
                reader.Connection.Dispose();
        }
    }

    /// <summary>
    /// Commits an empty transaction to see whether writes work (again); returns what is wrong, or <see langword="null"/>. For readiness
    /// checks while <see cref="Fault"/> is set: a full disk that has space again is noticed by the next write.
    /// </summary>
    public async Task<DatabaseException?> ProbeAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await WriteAsync(_ => true, cancellationToken);
            return null;
        }
        catch (DatabaseException error)
        {
            return error;
        }
    }

    /// <summary>
    /// Gives pages that deleted rows left free back to the file system, a few at a time between other writes. Call it after a purge.
    /// Returns how many pages were free.
    /// </summary>
    public async Task<long> ReclaimAsync(CancellationToken cancellationToken = default)
    {
        long before = Read(db => db.QueryInt64("PRAGMA freelist_count")) ?? 0;
        for (long left = before, last = long.MaxValue; left > 0 && left < last;)
        {
            last = left;
            left = await WriteAsync(
                db =>
                {
                    using (SqliteRows rows = db.Query("PRAGMA incremental_vacuum(512)"))
                    {
                        while (rows.Read())
                        {
                            // Each step frees a page.
                        }
                    }

                    return db.QueryInt64("PRAGMA freelist_count") ?? 0;
                },
                cancellationToken);
        }

        return before;
    }

    /// <summary>
    /// Checks a database that was too large for it when it was opened, on a thread of low priority, while it is used. A host calls it once it has started.
    /// Completes when it is done or closed; damage has by then ended all writes until a restart, with an error in the log: see <see cref="Fault"/>. Calling it again
    /// gives the same task.
    /// </summary>
    /// <exception cref="DatabaseException">The database cannot be opened once more.</exception>
    public Task CheckAsync()
    {
        if (_disposed || _commits is null)
            throw new DatabaseException("closed", "The database is not open.");
        if (_isChecked)
            return Task.CompletedTask;
        lock (_checking)
            return (_pass ??= new IntegrityPass(SqliteConnection.Open(Path, readOnly: true, BusyTimeout), Enqueue, _logger)).Ended;
    }

    /// <summary>Copies the WAL into the database file, so that its size is what it holds. The writer does this by itself; call it to see what a purge gave back.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken = default) =>
        (_commits ?? throw new DatabaseException("closed", "The database is not open.")).CheckpointAsync().WaitAsync(cancellationToken);

    /// <summary>Commits what is queued, copies the WAL into the database and gives the folder back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Close();
    }

    /// <summary>Test seam: holds the writer while <paramref name="queue"/> queues, so that all of it lands in one batch.</summary>
    internal async Task<T> HoldAsync<T>(Func<T> queue)
    {
        using var held = new ManualResetEventSlim();
        var holding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task hold = WriteAsync(_ =>
        {
            holding.TrySetResult();
            held.Wait();
        });
        await holding.Task;
        T result = queue();
        held.Set();
        await hold;
        return result;
    }

    /// <summary>Test seam: closes as a killed process does; what was queued is lost and nothing is checkpointed on purpose.</summary>
    internal void Abandon()
    {
        _disposed = true;
        _commits?.Abandon();
        Close();
    }

    internal void Enqueue(WriteItem item) =>
        (_commits ?? throw new DatabaseException("closed", "The database is not open.")).Enqueue(item);

    private void Close()
    {
        _pass?.Dispose();
        _pass = null;
        _commits?.Dispose();
        _commits = null;
        while (_readers.TryTake(out SqliteReader? reader))
            reader.Connection.Dispose();
        _mark?.Dispose();
        _mark = null;
        _connection?.Dispose();
        _connection = null;
        _lock?.Dispose();
        _lock = null;
    }

    private SqliteReader NewReader()
    {
        SqliteConnection connection = SqliteConnection.Open(Path, readOnly: true, BusyTimeout);
        connection.Script("PRAGMA query_only = ON; PRAGMA cache_size = -2000;");
        return new SqliteReader(connection);
    }

    /// <summary>SQLite keeps no page checksums: a bit that flips in an index hides a row, which nobody would notice. False when the database is too large.</summary>
    private static bool Check(SqliteConnection connection, long limit)
    {
        var db = new SqliteReader(connection);
        if ((db.QueryInt64("PRAGMA page_count") ?? 0) * (db.QueryInt64("PRAGMA page_size") ?? 0) > limit)
            return false;
        if (db.QueryText("PRAGMA integrity_check(1)") is not "ok" and var found)
            throw new DatabaseException("corrupt", $"The database is damaged; restore the last backup. (SQLite: {found})");
        return true;
    }

    private static void Configure(SqliteConnection connection)
    {
        // page_size and auto_vacuum only take effect before the first table is made.
        // 8 KB: of the records that hold a signed envelope, some 2 KB each, a page of 4 KB takes one and stays half empty.
        connection.Script("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;");
        var db = new SqliteReader(connection);
        if (db.QueryText("PRAGMA journal_mode = WAL") != "wal")
            throw new DatabaseException("cannot_open", "The file system of the data folder does not support SQLite's WAL; use a local disk.");
        connection.Script("""
            PRAGMA synchronous = FULL;
            PRAGMA fullfsync = ON;
            PRAGMA checkpoint_fullfsync = ON;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA cell_size_check = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -65536;
            """);
    }
}
