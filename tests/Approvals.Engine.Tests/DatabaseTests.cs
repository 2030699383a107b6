using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Engine.Tests;

public sealed class DatabaseTests : IDisposable
{
    private const string Table = "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB)";
    private readonly string _folder = Directory.CreateTempSubdirectory("database-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Write_that_returned_is_there_after_a_crash()
    {
        Database database = Open();
        await database.WriteAsync(db => db.Execute("INSERT INTO t VALUES (?1, ?2, ?3)", 1, "ä𝄞", new byte[] { 0, 255 }));
        database.Abandon();

        using Database again = Open();
        (string Name, byte[] Data) row = again.Read(db =>
        {
            using SqliteRows rows = db.Query("SELECT name, data FROM t WHERE id = ?1", 1);
            Assert.True(rows.Read());
            return (rows.GetText(0), rows.GetBlob(1).ToArray());
        });
        Assert.Equal("ä𝄞", row.Name);
        Assert.Equal([0, 255], row.Data);
    }

    [Fact]
    public async Task Failing_item_undoes_its_own_writes_and_nobody_elses()
    {
        using Database database = Open();
        Task<int>[] writes = await database.HoldAsync(() => Enumerable.Range(0, 50).Select(i => database.WriteAsync(db =>
        {
            db.Execute("INSERT INTO t(id) VALUES (?1)", i);
            if (i % 7 == 3)
                throw new InvalidOperationException("poison");
            if (i % 7 == 5)
                db.Execute("INSERT INTO t(id) VALUES (?1)", i); // Breaks the primary key.
            if (i % 7 == 6)
                db.Execute("SELECT nonsense");
            return i;
        })).ToArray());

        for (int i = 0; i < writes.Length; i++)
        {
            if (i % 7 == 3)
                await Assert.ThrowsAsync<InvalidOperationException>(() => writes[i]);
            else if (i % 7 == 5)
                Assert.Equal("constraint", (await Assert.ThrowsAsync<DatabaseException>(() => writes[i])).Code);
            else if (i % 7 == 6)
                Assert.Equal("sqlite", (await Assert.ThrowsAsync<DatabaseException>(() => writes[i])).Code);
            else
                Assert.Equal(i, await writes[i]);
        }

        Assert.Equal(Enumerable.Range(0, 50).Count(i => i % 7 is 0 or 1 or 2 or 4), database.Read(db => db.QueryInt64("SELECT count(*) FROM t")));
        Assert.Null(database.Fault);
    }

    [Fact]
    public async Task Many_writers_share_commits_and_each_reads_what_it_wrote()
    {
        using Database database = Open();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                long id = (writer * 1000) + i;
                await database.WriteAsync(db => db.Execute("INSERT INTO t(id) VALUES (?1)", id));
                Assert.Equal(id, database.Read(db => db.QueryInt64("SELECT id FROM t WHERE id = ?1", id)));
            }
        })));
        Assert.InRange(database.Read(db => db.QueryInt64("SELECT count FROM commit_count"))!.Value, 20, 320);
    }

    [Fact]
    public void Older_format_is_migrated_and_a_newer_one_refused()
    {
        Open().Dispose();
        using (Database newer = Open(Table, "ALTER TABLE t ADD COLUMN more TEXT; CREATE INDEX t_more ON t(more)"))
            Assert.Equal(0, newer.Read(db => db.QueryInt64("SELECT count(more) FROM t")));

        DatabaseException error = Assert.Throws<DatabaseException>(() => Open());
        Assert.Equal("newer_format", error.Code);
        Assert.Contains("test: format 2, known here 1", error.Message, StringComparison.Ordinal);
        Open(Table, "ALTER TABLE t ADD COLUMN more TEXT; CREATE INDEX t_more ON t(more)").Dispose();
    }

    [Fact]
    public void Failing_migration_changes_nothing()
    {
        Open().Dispose();
        Assert.Throws<DatabaseException>(() => Open(Table, "CREATE TABLE u(x); CREATE TABLE u(x)"));
        using Database database = Open(Table, "CREATE TABLE u(x)");
        Assert.Equal(0, database.Read(db => db.QueryInt64("SELECT count(*) FROM u")));
    }

    [Fact]
    public void Second_host_on_one_folder_is_refused_until_the_first_is_gone()
    {
        Database first = Open();
        Assert.Equal("folder_in_use", Assert.Throws<DatabaseException>(() => Open()).Code);
        first.Dispose();
        Open().Dispose();
    }

    [Fact]
    public void File_of_another_program_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "approvals.db"), [.. "This is no database, but it is long enough to look at."u8]);
        Assert.Equal("corrupt", Assert.Throws<DatabaseException>(() => Open()).Code);
    }

    [Fact]
    public void Files_are_private_to_their_owner()
    {
        if (OperatingSystem.IsWindows())
            return;
        using Database database = Open();
        foreach (string file in Directory.GetFiles(_folder, "approvals.db*"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Closed_database_says_so()
    {
        Database database = Open();
        database.Dispose();
        Assert.Equal("closed", Assert.Throws<DatabaseException>(() => database.Read(_ => 1)).Code);
        Assert.Equal("closed", (await Assert.ThrowsAsync<DatabaseException>(() => database.WriteAsync(_ => 1))).Code);
    }

    private Database Open(params string[] migrations)
    {
        var database = new Database(_folder, NullLogger<Database>.Instance);
        database.AddSchema("test", migrations.Length == 0 ? [Table] : migrations);
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
}
