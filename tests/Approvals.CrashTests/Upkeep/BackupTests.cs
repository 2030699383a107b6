using System.Text;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Data;
using Approvals.Embedded.Hosting;
using Approvals.Embedded.Upkeep;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.CrashTests.Upkeep;

public sealed class BackupTests
{
    [Fact]
    public async Task Backup_of_a_gate_under_load_restores_to_one_moment_of_it()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        using GateFolder restored = folder.Sibling();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var approved = new Life(client, LifeKind.ApprovedByOne, "before");
        var steps = new HashSet<string>();
        BackupManifest backup;
        await using (GateProcess gate = GateProcess.Start(folder, link))
        {
            // One that is approved and not redeemed yet when the backup is made.
            await approved.DecideAsync();
            Life[] load = [.. Enumerable.Range(0, 24).Select(number => new Life(client, (LifeKind)(number % 8), $"during-{number}"))];
            Task under = Task.WhenAll(load.Select(life => life.RunAsync()));
            await load[0].Submitted;
            backup = await GateBackup.CreateAsync(folder.Data, Path.Combine(restored.Path, "backup"), TimeProvider.System, step => steps.Add(step.Step));
            await approved.ExecuteAsync();
            await under;
            await Promises.AssertKeptAsync(client, [approved, .. load], [backup.Checkpoint]);
            await gate.StopAsync();
        }

        Assert.Contains("copying the database", steps);
        Assert.Contains("verifying the ledger", steps);
        AssertPrivate(Path.Combine(restored.Path, "backup"));
        BackupManifest read = await GateBackup.RestoreAsync(Path.Combine(restored.Path, "backup"), restored.Data, TimeProvider.System, _ => { });
        Assert.Equal((backup.LedgerSize, backup.Checkpoint), (read.LedgerSize, read.Checkpoint));
        await AssertRestoredAsync(restored, backup, approved);
    }

    [Fact]
    public async Task Backup_that_was_changed_or_is_none_is_refused_and_nothing_restored()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        string backup = Path.Combine(folder.Path, "backup");
        await GateBackup.CreateAsync(folder.Data, backup, TimeProvider.System, _ => { });
        Assert.Equal("exists", (await RefusedAsync(() => GateBackup.CreateAsync(folder.Data, backup, TimeProvider.System, _ => { }))).Code);
        Assert.Equal("exists", (await RefusedAsync(() => RestoreAsync(backup, folder.Data))).Code);
        Assert.Equal("not_a_data_folder", (await RefusedAsync(() => GateBackup.CreateAsync(backup + "-none", backup + "-2", TimeProvider.System, _ => { }))).Code);

        string database = Path.Combine(backup, "approvals.db");
        byte[] bytes = await File.ReadAllBytesAsync(database);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(database, bytes);
        string target = Path.Combine(folder.Path, "restored");
        Assert.Equal("backup_damaged", (await RefusedAsync(() => RestoreAsync(backup, target))).Code);
        Assert.False(Directory.Exists(target));
        File.Delete(Path.Combine(backup, "manifest.json"));
        Assert.Equal("not_a_backup", (await RefusedAsync(() => RestoreAsync(backup, target))).Code);
    }

    [Fact]
    public async Task Ledger_that_does_not_verify_makes_no_backup()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        await using (EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path)))
        {
            var link = new GateLink();
            link.Open(host.Url);
            using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
            await new Life(client, LifeKind.DeniedByPolicy, "denied").RunAsync();
        }

        using (var database = new Database(folder.Data, NullLogger<Database>.Instance))
        {
            database.Open();
            string entry = Encoding.UTF8.GetString(Packed.Unpack(database.Read(reader => reader.QueryBlob("SELECT entry FROM ledger_entry ORDER BY position LIMIT 1"))!));
            byte[] other = Packed.Pack(Encoding.UTF8.GetBytes(entry.Replace("eyJ", "eyK", StringComparison.Ordinal)));
            await database.WriteAsync(writer => { writer.Execute("UPDATE ledger_entry SET entry = ?1 WHERE position = (SELECT min(position) FROM ledger_entry)", other); });
        }

        string backup = Path.Combine(folder.Path, "backup");
        Assert.Equal("ledger_inconsistent", (await RefusedAsync(() => GateBackup.CreateAsync(folder.Data, backup, TimeProvider.System, _ => { }))).Code);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "backup*"));
    }

    [Fact]
    public async Task Purge_forgets_what_is_over_and_keeps_the_ledger()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        Life[] over = [.. Enumerable.Range(0, 8).Select(number => new Life(client, (LifeKind)number, $"over-{number}"))];
        var waiting = new Life(client, LifeKind.ApprovedByOne, "waiting");
        await using (GateProcess gate = GateProcess.Start(folder, link))
        {
            await Task.WhenAll(over.Select(life => life.RunAsync()));
            await waiting.InReviewAsync();
            await gate.StopAsync();
        }

        var later = new ShiftedTime(TimeSpan.FromDays(30));
        Assert.Equal(0, (await GatePurge.RunAsync(GateFolder.Options(folder.Path), TimeSpan.FromDays(1), _ => { })).Actions);
        PurgeResult result = await GatePurge.RunAsync(GateFolder.Options(folder.Path) with { Time = later }, TimeSpan.FromDays(1), _ => { });
        Assert.Equal((8, 0), (result.Actions, result.Kept));
        Assert.Equal(0, (await GatePurge.RunAsync(GateFolder.Options(folder.Path) with { Time = later }, TimeSpan.FromDays(1), _ => { })).Actions);

        await using GateProcess again = GateProcess.Start(folder, link);
        Assert.Equal("not_found", (await client.GetAsync(Callers.Auditor, $"api/actions/{over[0].Id}")).Code);
        await waiting.CastApprovalAsync();
        await waiting.DecidedAsync();
        Assert.Equal("approved", waiting.Status);
        long approved = over.Count(life => life.Status == "approved");
        await Promises.AssertLedgerAsync(client, decisions: 9, redemptions: approved, []);
        await again.StopAsync();
    }

    private static async Task AssertRestoredAsync(GateFolder restored, BackupManifest backup, Life approved)
    {
        var link = new GateLink();
        using var client = new GateClient(link, restored.Keys, TimeSpan.FromMinutes(6));
        await using GateProcess gate = GateProcess.Start(restored, link);
        Assert.True(await gate.Ready, gate.Errors);
        Assert.Equal("release_expired", (await client.GetAsync(Callers.Pipeline, $"api/actions/{approved.Id}/release")).Code);
        Answer late = await client.PostAsync(
            Callers.Pipeline, "api/releases/redeem", new() { ["token"] = approved.Token, ["actionDigest"] = approved.Digest }, approved.RedeemedUnder);
        Assert.Equal("release_expired", late.Code);

        // It goes on with new actions, on top of what was backed up.
        var after = new Life(client, LifeKind.ApprovedByTwo, "after");
        await after.RunAsync();
        await Promises.AssertLedgerAsync(client, null, null, [backup.Checkpoint]);
        await gate.StopAsync();
    }

    private static void AssertPrivate(string backup)
    {
        foreach (string file in Directory.EnumerateFiles(backup, "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("canary-"u8) < 0, file);
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(backup, "keys", "vault")));
        string copy = Directory.CreateTempSubdirectory("crash-").FullName;
        DatabaseBackup.Restore(Path.Combine(backup, "approvals.db"), copy);
        using (var database = new Database(copy, NullLogger<Database>.Instance))
        {
            database.Open();
            Assert.Equal(0, database.Read(db => db.QueryInt64("SELECT count(*) FROM payload WHERE sealed IS NOT NULL OR wrapped_key IS NOT NULL")));
        }

        Directory.Delete(copy, recursive: true);
    }

    private static Task<BackupManifest> RestoreAsync(string backup, string target) => GateBackup.RestoreAsync(backup, target, TimeProvider.System, _ => { });

    private static Task<SetupException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<SetupException>(call);
}
