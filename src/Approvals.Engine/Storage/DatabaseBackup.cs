namespace Approvals.Engine;

/// <summary>Makes and restores backups: one file, consistent to one commit, checked before it gets its name.</summary>
public static unsafe class DatabaseBackup
{
    private const int PagesPerStep = 4096;

    /// <summary>
    /// Copies a database that is in use to <paramref name="target"/>, as of one moment, while reads and writes go on. The WAL grows until it is
    /// done. The file appears under its name only when it is whole and passed SQLite's integrity check.
    /// </summary>
    /// <param name="progress">Gets the share that is copied, 0 to 1.</param>
    /// <exception cref="DatabaseException">The copy could not be made or does not pass the check; there is no file.</exception>
    public static Task CreateAsync(Database database, string target, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        CreateAsync(database.Folder, target, null, progress, cancellationToken);

    /// <summary>The same from outside: of the database in a data folder that another process may be using, or nobody.</summary>
    /// <param name="forget">A script that runs on the copy before it is checked: deletes what must not be in a backup.</param>
    /// <exception cref="DatabaseException">As above, and <c>lost_commits</c> when the source itself lacks acknowledged writes.</exception>
    public static Task CreateAsync(
        string folder, string target, string? forget = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Create(Path.Combine(folder, Database.FileName), target, forget, progress, cancellationToken), cancellationToken);

    /// <summary>Puts a backup into a data folder that no host uses and that has no database yet.</summary>
    /// <exception cref="DatabaseException"><c>folder_in_use</c>, <c>exists</c>, <c>not_ours</c> or <c>corrupt</c>: the folder is as it was.</exception>
    public static void Restore(string backup, string folder)
    {
        PrivateFiles.CreateFolder(folder);
        using FolderLock held = FolderLock.Take(folder);
        string path = Path.Combine(folder, Database.FileName);
        if (File.Exists(path))
            throw new DatabaseException("exists", $"There is a database in '{folder}'; move it away first, or restore into another folder.");
        string part = path + ".part";
        try
        {
            PrivateFiles.Create(part);
            using (FileStream from = File.OpenRead(backup))
            using (var to = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }

            Verify(part);
            // INVARIANT: no mark of another database beside this one: its count of commits means nothing here.
            File.Delete(CommitMark.PathOf(path));
            File.Move(part, path);
        }
        finally
        {
            Discard(part);
        }
    }

    private static void Create(string source, string target, string? forget, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (!File.Exists(source))
            throw new DatabaseException("cannot_open", $"There is no database '{source}'; name the data folder of a gate.");
        string part = target + ".part";
        Discard(part);
        try
        {
            PrivateFiles.Create(part);
            // Before the copy begins: what was committed by now must be in it.
            long committed = CommitMark.Read(source) ?? 0;
            Copy(source, part, progress, cancellationToken);
            Verify(part, committed, forget);
            File.Move(part, target, overwrite: true);
        }
        finally
        {
            Discard(part);
        }
    }

    private static void Copy(string source, string part, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        using SqliteConnection from = SqliteConnection.Open(source, readOnly: true, TimeSpan.FromSeconds(5));
        using SqliteConnection to = SqliteConnection.Open(part, readOnly: false, TimeSpan.FromSeconds(5));
        // A read transaction of our own pins the moment: without it, every write would begin the copy anew.
        from.Script("BEGIN; SELECT count(*) FROM sqlite_master");
        nint backup;
        fixed (byte* main = "main\0"u8)
            backup = Native.BackupInit(to.Handle, main, from.Handle, main);
        if (backup == 0)
            throw to.Error(Native.CantOpen);
        int result;
        try
        {
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                result = Native.BackupStep(backup, PagesPerStep);
                int pages = Native.BackupPageCount(backup);
                if (pages > 0)
                    progress?.Report(1 - ((double)Native.BackupRemaining(backup) / pages));
            }
            while (result == Native.Ok);
        }
        finally
        {
            _ = Native.BackupFinish(backup);
        }

        if (result != Native.Done)
            throw to.Error(result);
    }

    private static void Verify(string path, long committed = 0, string? forget = null)
    {
        using SqliteConnection connection = SqliteConnection.Open(path, readOnly: false, TimeSpan.FromSeconds(5));
        var db = new SqliteReader(connection);
        if (db.QueryInt64("PRAGMA application_id") != Schema.ApplicationId)
            throw new DatabaseException("not_ours", "The file is no backup of this program.");
        if (db.QueryInt64("SELECT count FROM commit_count") is not { } count || count < committed)
            throw CommitMark.Lost("the database that was copied is older than its mark; a WAL was deleted, cut or damaged");
        if (forget is not null)
            connection.Script("PRAGMA secure_delete = ON;" + forget);
        if (db.QueryText("PRAGMA integrity_check(1)") is not "ok" and var found)
            throw new DatabaseException("corrupt", $"The copy does not pass SQLite's integrity check: {found}");
    }

    private static void Discard(string part)
    {
        foreach (string suffix in new[] { "", "-wal", "-shm", "-journal" })
            File.Delete(part + suffix);
    }
}
