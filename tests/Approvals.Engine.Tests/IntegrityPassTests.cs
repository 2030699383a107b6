using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Approvals.Engine.Tests;

/// <summary>Databases that are too large to be checked before they are used; how large that is, a test may say.</summary>
public sealed class IntegrityPassTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("integrity-").FullName;
    private readonly KeptLog _log = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Row_that_its_index_hides_ends_all_writes_and_is_said_once()
    {
        string path = await FillAsync(rows: 20);
        IndexPage.Hide(path, "key-13");

        // That it matters: the row is there, cannot be found, and can be written again under its unique key.
        using (SqliteConnection connection = SqliteConnection.Open(path, readOnly: false, TimeSpan.Zero))
        {
            var db = new SqliteWriter(connection);
            Assert.Equal(13, db.QueryInt64("SELECT id FROM t NOT INDEXED WHERE key = 'key-13'"));
            Assert.Null(db.QueryInt64("SELECT id FROM t WHERE key = 'key-13'"));
            db.Execute("BEGIN");
            Assert.Equal(1, db.Execute("INSERT INTO t VALUES (99, 'key-13', NULL)"));
            db.Execute("ROLLBACK");
        }

        using Database database = Open(checkedBeforeUse: 0);
        await database.CheckAsync();
        Assert.Equal("corrupt", database.Fault?.Code);
        DatabaseException refused = await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database, 21));
        Assert.Equal("corrupt", refused.Code);
        Assert.Contains("restore the last backup", refused.Message, StringComparison.Ordinal);
        Assert.Equal("corrupt", (await database.ProbeAsync())?.Code);
        Assert.Equal(20, database.Read(db => db.QueryInt64("SELECT count(*) FROM t NOT INDEXED")));
        string line = Assert.Single(_log.Errors);
        Assert.Contains("table 't'", line, StringComparison.Ordinal);
        Assert.DoesNotContain("key-13", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smaller_database_with_the_same_damage_does_not_open()
    {
        IndexPage.Hide(await FillAsync(rows: 20), "key-13");
        Assert.Equal("corrupt", Assert.Throws<DatabaseException>(() => Open(Database.DefaultCheckedBeforeUse)).Code);
    }

    [Fact]
    public async Task Page_that_is_torn_ends_all_writes()
    {
        string path = await FillAsync(rows: 400);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(^8192..).Fill(0xA5);
        await File.WriteAllBytesAsync(path, bytes);
        using Database database = Open(checkedBeforeUse: 0);
        await database.CheckAsync();
        Assert.Equal("corrupt", (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database, 1000))).Code);
    }

    [Fact]
    public async Task Sound_database_is_written_while_it_is_checked_and_stays_sound()
    {
        await FillAsync(rows: 2000);
        using Database database = Open(checkedBeforeUse: 0);
        Task check = database.CheckAsync();
        for (int id = 3000; id < 3200; id++) await InsertAsync(database, id);
        await check;
        await InsertAsync(database, 3200);
        Assert.Null(database.Fault);
        Assert.Empty(_log.Errors);
    }

    [Fact]
    public async Task Database_closes_while_it_is_checked()
    {
        await FillAsync(rows: 5000);
        for (int time = 0; time < 5; time++)
        {
            Database database = Open(checkedBeforeUse: 0);
            Task isChecked = database.CheckAsync();
            database.Dispose();
            Assert.True(isChecked.IsCompleted);
        }

        Assert.Empty(_log.Errors);
    }

    /// <summary>Returns the file, which nobody has open any more.</summary>
    private async Task<string> FillAsync(int rows)
    {
        using Database database = Open(Database.DefaultCheckedBeforeUse);
        await Task.WhenAll(Enumerable.Range(0, rows).Select(id => InsertAsync(database, id)));
        return database.Path;
    }

    private static Task<int> InsertAsync(Database database, long id) =>
        database.WriteAsync(db => db.Execute("INSERT INTO t VALUES (?1, ?2, ?3)", id, $"key-{id}", RandomNumberGenerator.GetBytes(100)));

    private Database Open(long checkedBeforeUse)
    {
        var database = new Database(_folder, _log) { CheckedBeforeUse = checkedBeforeUse };
        database.AddSchema("test", "CREATE TABLE t(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, data BLOB)");
        try
        {
            database.Open();
        }
        catch
        {
            database.Dispose();
            throw;
        }

        return database;
    }

    private sealed class KeptLog : ILogger<Database>
    {
        private readonly List<string> _errors = [];

        public string[] Errors
        {
            get
            {
                lock (_errors) return [.. _errors];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Warning) return;
            lock (_errors) _errors.Add(formatter(state, exception));
        }
    }
}
