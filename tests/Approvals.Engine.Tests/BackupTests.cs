using System.Security.Cryptography;
using Approvals.Durable;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Engine.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Backup_of_a_running_engine_restores_to_one_moment_of_it()
    {
        string backup = Path.Combine(_folder, "backup.db");
        await using TestHost host = NewHost();
        await host.StartAsync();
        for (int i = 0; i < 50; i++)
            await host.Client.StartAsync("wait", $"a{i:00}", i);
        var shares = new Shares();
        Task making = DatabaseBackup.CreateAsync(host.Database, backup, shares);
        for (int i = 50; i < 100; i++)
            await host.Client.StartAsync("wait", $"a{i:00}", i);
        await making;
        Assert.Equal(1, shares.Last);

        string restored = Path.Combine(_folder, "restored");
        DatabaseBackup.Restore(backup, restored);
        Assert.Equal("exists", Assert.Throws<DatabaseException>(() => DatabaseBackup.Restore(backup, restored)).Code);
        using var database = new Database(restored, NullLogger<Database>.Instance);
        await using var engine = new EngineHost(database, new EngineOptions(), host.Clock, NullLogger<EngineHost>.Instance);
        engine.Add(OrchestrationDefinition.Create<int, int>("wait", 1, (context, _) => context.WaitForEventAsync<int>("go")));
        database.Open();
        await engine.StartAsync();
        int count = (await engine.Client.QueryAsync(new InstanceQuery(Limit: 1000))).Instances.Count;
        Assert.InRange(count, 50, 100);
        await engine.Client.RaiseEventAsync("a49", "go", "1", 3);
        await engine.IdleAsync();
        Assert.Equal("3", (await engine.Client.GetAsync("a49"))!.OutputJson);
    }

    [Fact]
    public async Task Damaged_backup_is_refused_and_the_folder_left_alone()
    {
        string backup = Path.Combine(_folder, "backup.db");
        await using TestHost host = NewHost();
        await host.StartAsync();
        for (int i = 0; i < 200; i++)
            await host.Client.StartAsync("wait", $"a{i:000}", i);
        await DatabaseBackup.CreateAsync(host.Database, backup);
        byte[] bytes = await File.ReadAllBytesAsync(backup);
        bytes.AsSpan(4096 * 4, 4096 * 4).Fill(7);
        await File.WriteAllBytesAsync(backup, bytes);

        string restored = Path.Combine(_folder, "restored");
        Assert.Equal("corrupt", Assert.Throws<DatabaseException>(() => DatabaseBackup.Restore(backup, restored)).Code);
        Assert.Equal(["host.lock"], Directory.GetFiles(restored).Select(Path.GetFileName));
        await File.WriteAllTextAsync(backup, "something else");
        Assert.Throws<DatabaseException>(() => DatabaseBackup.Restore(backup, restored));
    }

    [Fact]
    public async Task Purge_and_reclaim_give_the_disk_back()
    {
        await using TestHost host = NewHost();
        await host.StartAsync();
        long empty = await PagesAsync(host);
        string large = Convert.ToBase64String(RandomNumberGenerator.GetBytes(20_000)); // nothing that could be packed
        for (int i = 0; i < 100; i++)
        {
            await host.Client.StartAsync("echo", $"a{i:00}", large);
            await host.EndAsync($"a{i:00}");
        }

        long full = await PagesAsync(host);
        for (int i = 0; i < 100; i++)
            Assert.True(await host.Client.PurgeAsync($"a{i:00}"));
        Assert.True(await host.Database.ReclaimAsync() > 250);
        Assert.InRange(await PagesAsync(host), empty, empty + 20);
        Assert.True(full > 250);
    }

    private static TestHost NewHost() => new TestHost()
        .With<int, int>("wait", (context, _) => context.WaitForEventAsync<int>("go"))
        .With<string, string>("echo", (_, text) => Task.FromResult(text));

    private static Task<long> PagesAsync(TestHost host) => host.Database.WriteAsync(db => db.QueryInt64("PRAGMA page_count")!.Value);

    private sealed class Shares : IProgress<double>
    {
        public double Last { get; private set; }

        public void Report(double value) => Last = value;
    }
}
