using System.Security.Cryptography;
using Approvals.Durable;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Engine.Tests;

/// <summary>What disks, operators and other programs do to a database: a clear error or a clean recovery, never a silent loss.</summary>
public sealed class DamageTests : IDisposable
{
    private const int PageSize = 8192;
    private readonly string _folder = Directory.CreateTempSubdirectory("damage-").FullName;
    private readonly string _copy = Directory.CreateTempSubdirectory("damage-copy-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_copy, recursive: true);
    }

    [Fact]
    public async Task Full_disk_refuses_writes_and_everything_goes_on_when_there_is_space_again()
    {
        await using var host = new TestHost()
            .WithActivity<string, string>("act", (_, text) => Task.FromResult(text))
            .With<string, string>("flow", async (context, text) =>
            {
                await context.WaitForEventAsync<int>("go");
                return await context.CallActivityAsync<string>("act", text);
            });
        await host.StartAsync();
        string large = Convert.ToBase64String(RandomNumberGenerator.GetBytes(60_000)); // nothing that could be packed
        await host.Client.StartAsync("flow", "a", large);
        await host.Database.WriteAsync(db => db.QueryInt64("PRAGMA max_page_count = 1"));

        DatabaseException error = await Assert.ThrowsAsync<DatabaseException>(() => host.Client.StartAsync("flow", "b", large));
        Assert.Equal("full", error.Code);
        Assert.Equal("full", host.Database.Fault?.Code);
        Assert.Null(await host.Client.GetAsync("b"));
        Assert.Equal("full", (await Assert.ThrowsAsync<DatabaseException>(() => host.Client.RaiseEventAsync("a", "go", "1", large))).Code);

        await host.Database.WriteAsync(db => db.QueryInt64("PRAGMA max_page_count = 1000000"));
        Assert.Null(await host.Database.ProbeAsync());
        Assert.Null(host.Database.Fault);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await host.Client.StartAsync("flow", "b", large));
        Assert.Equal(RaiseResult.Accepted, await host.Client.RaiseEventAsync("a", "go", "1", 1));
        Assert.Equal(InstanceStatus.Completed, (await host.EndAsync("a")).Status);
    }

    [Fact]
    public async Task Read_only_database_refuses_writes_and_answers_reads()
    {
        using Database database = Open(_folder);
        await InsertAsync(database, 1);
        await Assert.ThrowsAsync<DatabaseException>(() => database.WriteAsync(db => db.QueryInt64("PRAGMA query_only = ON")));
        Assert.Equal("read_only", (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database, 2))).Code);
        Assert.Equal(1, Count(database));
    }

    [Fact]
    public async Task Lock_of_another_program_is_an_error_until_it_is_gone()
    {
        using Database database = Open(_folder);
        using (SqliteConnection other = SqliteConnection.Open(database.Path, readOnly: false, TimeSpan.Zero))
        {
            other.Script("BEGIN IMMEDIATE");
            Assert.Equal("busy", (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database, 1))).Code);
            Assert.Equal("busy", (await database.ProbeAsync())?.Code);
            other.Script("ROLLBACK");
            Assert.Null(await database.ProbeAsync());
            await InsertAsync(database, 1);
        }

        Assert.Equal(1, Count(database));
    }

    [Fact]
    public async Task Wal_of_a_killed_host_is_recovered()
    {
        await CopyOfRunningAsync();
        using Database copy = Open(_copy);
        Assert.Equal(20, Count(copy));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("cut")]
    [InlineData("flipped")]
    public async Task Damaged_wal_of_a_killed_host_is_an_error_and_no_silent_loss(string how)
    {
        await CopyOfRunningAsync();
        string wal = Path.Combine(_copy, "approvals.db-wal");
        byte[] bytes = await File.ReadAllBytesAsync(wal);
        switch (how)
        {
            case "deleted":
                File.Delete(wal);
                break;
            case "emptied":
                await File.WriteAllBytesAsync(wal, []);
                break;
            case "cut":
                await File.WriteAllBytesAsync(wal, bytes[..(bytes.Length / 2)]);
                break;
            default:
                bytes[(bytes.Length / 2) + 500] ^= 1;
                await File.WriteAllBytesAsync(wal, bytes);
                break;
        }

        DatabaseException error = Assert.Throws<DatabaseException>(() => Open(_copy));
        Assert.True(error.Code is "lost_commits" or "corrupt", error.Message);
    }

    [Fact]
    public async Task Wal_deleted_under_a_running_host_stops_it()
    {
        using Database database = Open(_folder);
        await InsertAsync(database, 1);
        File.Delete(database.Path + "-wal");
        Assert.Equal("lost_commits", (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database, 2))).Code);
        Assert.Equal("lost_commits", (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database, 3))).Code);
        Assert.Equal("lost_commits", database.Fault?.Code);
    }

    [Fact]
    public async Task Flipped_bit_in_a_history_is_an_error_of_that_instance_alone()
    {
        await using var host = new TestHost().With<string, int>("flow", (context, _) => context.WaitForEventAsync<int>("go"));
        await host.StartAsync();
        await host.Client.StartAsync("flow", "a", "needle-in-a");
        await host.Client.StartAsync("flow", "b", "needle-in-b");
        await host.Engine.DisposeAsync();
        host.Database.Dispose();
        byte[] bytes = await File.ReadAllBytesAsync(host.Database.Path);
        bytes[bytes.AsSpan().IndexOf("needle-in-a"u8) + 3] ^= 4;
        await File.WriteAllBytesAsync(host.Database.Path, bytes);
        await host.StartAsync();

        Assert.Equal("corrupt", (await Assert.ThrowsAsync<DatabaseException>(() => host.Client.GetAsync("a"))).Code);
        Assert.Equal("corrupt", (await Assert.ThrowsAsync<DatabaseException>(() => host.Client.RaiseEventAsync("a", "go", "1", 1))).Code);
        await host.Client.RaiseEventAsync("b", "go", "1", 5);
        Assert.Equal("5", (await host.EndAsync("b")).OutputJson);
    }

    [Fact]
    public async Task Torn_page_is_an_error()
    {
        Database database = Open(_folder);
        for (int i = 0; i < 300; i++)
            await InsertAsync(database, i);
        database.Dispose();
        byte[] bytes = await File.ReadAllBytesAsync(database.Path);
        for (int page = 1; page < bytes.Length / PageSize; page++)
            bytes.AsSpan(page * PageSize, PageSize / 2).Fill(0xA5);
        await File.WriteAllBytesAsync(database.Path, bytes);

        Assert.Equal("corrupt", Assert.Throws<DatabaseException>(() =>
        {
            using Database damaged = Open(_folder);
            Count(damaged);
        }).Code);
    }

    private static Database Open(string folder)
    {
        var database = new Database(folder, NullLogger<Database>.Instance) { BusyTimeout = TimeSpan.FromMilliseconds(50) };
        database.AddSchema("test", "CREATE TABLE t(id INTEGER PRIMARY KEY, data BLOB)");
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

    private static Task<int> InsertAsync(Database database, long id) =>
        database.WriteAsync(db => db.Execute("INSERT INTO t VALUES (?1, zeroblob(1000))", id));

    private static long? Count(Database database) => database.Read(db => db.QueryInt64("SELECT count(data) FROM t"));

    /// <summary>Copies the files of a running host: what a SIGKILL at this moment would leave.</summary>
    private async Task CopyOfRunningAsync()
    {
        using Database database = Open(_folder);
        for (int i = 0; i < 20; i++)
            await InsertAsync(database, i);
        foreach (string file in new[] { "approvals.db", "approvals.db-wal", "approvals.db.mark" })
        {
            using var source = new FileStream(Path.Combine(_folder, file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream target = File.Create(Path.Combine(_copy, file));
            await source.CopyToAsync(target);
        }
    }
}
