using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine;

/// <summary>
/// Checks a database that is too large to be checked before it is used, while it is used: each table with its indexes, on a thread of low priority.
/// Damage ends all writes until a restart, as does damage that a write meets.
/// </summary>
/// <remarks>
/// What it is for: SQLite keeps no page checksums, so a bit that flips in an index hides a row and nobody notices. INVARIANT: every table is read
/// over a snapshot of its own, so that the WAL can be reset between two of them.
/// </remarks>
internal sealed partial class IntegrityPass : IDisposable
{
    /// <summary>Where the indexes are not in the order of their table, pages are met again and again.</summary>
    private const string Settings = "PRAGMA query_only = ON; PRAGMA cache_size = -16384;";

    private const int MostSaid = 200;

    /// <summary>PRIO_PROCESS, which on Linux is a thread, and 0 for the calling one (setpriority(2)).</summary>
    private const int OfThread = 0, ThisThread = 0;

    private const int Niceness = 10;
    private static readonly TimeSpan Nudge = TimeSpan.FromMilliseconds(20);

    private readonly SqliteConnection _connection;
    private readonly Action<WriteItem> _enqueue;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <param name="connection">Read-only; disposed of with this.</param>
    /// <param name="enqueue">To the one writer, which is told of damage.</param>
    public IntegrityPass(SqliteConnection connection, Action<WriteItem> enqueue, ILogger logger)
    {
        (_connection, _enqueue, _logger) = (connection, enqueue, logger);
        connection.Script(Settings);
        _thread = new Thread(Run) { Name = "integrity pass", IsBackground = true, Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>Completes when it has ended, and the writer knows of what it found.</summary>
    public Task Ended => _ended.Task;

    public void Dispose()
    {
        _stopping = true;
        // Again and again: an interrupt that comes before the statement begins is lost.
        while (!_thread.Join(Nudge))
            Native.Interrupt(_connection.Handle);
        _connection.Dispose();
    }

    private void Run()
    {
        try
        {
            // On Linux the runtime leaves priorities alone, and a thread has a niceness of its own.
            if (OperatingSystem.IsLinux())
                _ = SetPriority(OfThread, ThisThread, Niceness);
            long began = Stopwatch.GetTimestamp();
            if (Find() is { } damage)
            {
                Condemn(damage);
                return;
            }

            if (!_stopping)
                _logger.LogInformation("The whole database was checked in {Seconds:0} s; it is sound.", Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        catch (DatabaseException) when (_stopping)
        {
            // Interrupted, or closed under our hands.
        }
        catch (DatabaseException error)
        {
            _logger.LogWarning("The database could not be checked whole ({Code}: {Message}); the next backup does it, and the next start tries.", error.Code, error.Message);
        }

        _ended.TrySetResult();
    }

    /// <summary>The first damage, or <see langword="null"/>.</summary>
    private DatabaseException? Find()
    {
        var db = new SqliteReader(_connection);
        try
        {
            foreach (string table in Tables(db))
            {
                if (_stopping)
                    return null;
                // integrity_check and not quick_check: that one compares no index with its table.
                string? found = db.QueryText($"PRAGMA integrity_check('{table.Replace("'", "''", StringComparison.Ordinal)}')");
                if (found is not "ok" && !_stopping)
                    return DatabaseException.FromResult(Native.Corrupt, $"table '{table}': {Shorten(found)}");
            }

            return null;
        }
        catch (DatabaseException error) when (error.IsFatal)
        {
            return error;
        }
    }

    /// <summary>Of a tree SQLite may say a hundred things, one a line.</summary>
    private static string Shorten(string? found)
    {
        string line = (found ?? "").ReplaceLineEndings(" ");
        return line.Length > MostSaid ? line[..MostSaid] : line;
    }

    /// <summary>The schema's table first: with it the list of free pages is checked.</summary>
    private static List<string> Tables(SqliteReader db)
    {
        var tables = new List<string> { "sqlite_master" };
        using SqliteRows rows = db.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY rowid");
        while (rows.Read())
            tables.Add(rows.GetText(0));
        return tables;
    }

    /// <summary>Has the writer meet the damage: it refuses the batch, and from then on everything, logs why and shows it to readiness checks.</summary>
    private void Condemn(DatabaseException damage)
    {
        var item = new WriteItem<bool>(_ => throw damage);
        _enqueue(item);
        _ = item.Task.ContinueWith(
            refused =>
            {
                _ = refused.Exception; // seen: the writer has logged it
                _ended.TrySetResult();
            },
            TaskScheduler.Default);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
