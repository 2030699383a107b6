using System.Net;
using System.Text.Json.Nodes;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.CrashTests.UnderFire;

/// <summary>What operators do to a data folder: a clear error and no start, never a gate that forgot something.</summary>
public sealed class FolderTests
{
    private const int PageSize = 8192;

    [Fact]
    public async Task Second_gate_on_one_folder_is_refused_and_the_first_goes_on()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        await using GateProcess first = GateProcess.Start(folder, link);
        Assert.True(await first.Ready, first.Errors);
        await RefusedAsync(folder, "folder_in_use");

        var life = new Life(client, LifeKind.Allowed, "allowed");
        await life.RunAsync();
        await Promises.AssertKeptAsync(client, [life], []);
    }

    [Fact]
    public async Task Gate_whose_wal_was_deleted_after_a_kill_does_not_start()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        await LiveAndKillAsync(folder, LifeKind.Allowed);
        File.Delete(Path.Combine(folder.Data, "approvals.db-wal"));
        await RefusedAsync(folder, "lost_commits");
    }

    [Fact]
    public async Task Gate_whose_wal_is_deleted_under_it_acknowledges_nothing_more_and_says_why()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        await using (GateProcess gate = GateProcess.Start(folder, link))
        {
            var life = new Life(client, LifeKind.Allowed, "before");
            await life.RunAsync();
            File.Delete(Path.Combine(folder.Data, "approvals.db-wal"));
            foreach (string attempt in (string[])["first", "second"])
            {
                Answer refused = await client.TryPostAsync(Callers.Pipeline, "api/actions", new JsonObject { ["type"] = "test.allow", ["target"] = attempt }, attempt);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, "store_unavailable"), (refused.Status, refused.Code));
            }

            Answer ready = await client.TryGetAsync(Callers.Auditor, "health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
            Assert.Contains("lost_commits: acknowledged writes are missing", ready.Text, StringComparison.Ordinal);
            Assert.True((await client.GetAsync(Callers.Auditor, $"api/actions/{life.Id}")).IsSuccess, "Reading goes on.");
            gate.Kill();
            await gate.Ended;
        }

        await RefusedAsync(folder, "lost_commits");
    }

    [Fact]
    public async Task Gate_of_an_older_version_does_not_touch_a_newer_folder()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        using (var database = new Database(folder.Data, NullLogger<Database>.Instance))
        {
            database.Open();
            await database.WriteAsync(writer => { writer.Execute("UPDATE schema_version SET version = version + 1 WHERE component = 'ledger'"); });
        }

        await RefusedAsync(folder, "newer_format");
    }

    [Fact]
    public async Task Gate_under_another_signing_key_does_not_go_on_with_the_ledger()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        await LiveAndKillAsync(folder, LifeKind.DeniedByPolicy);
        File.Delete(Path.Combine(folder.Data, "keys", "signing.pem")); // a new one is made at the start
        await RefusedAsync(folder, "ledger_inconsistent");
    }

    [Fact]
    public async Task Gate_on_damaged_pages_does_not_start_or_says_that_it_is_damaged()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        await LiveAndKillAsync(folder, LifeKind.ApprovedByOne);
        using (var database = new Database(folder.Data, NullLogger<Database>.Instance)) database.Open(); // checkpoints: all is in the one file now
        string path = Path.Combine(folder.Data, "approvals.db");
        byte[] bytes = await File.ReadAllBytesAsync(path);
        for (int page = 1; page < bytes.Length / PageSize; page++) bytes.AsSpan(page * PageSize, 512).Fill(0xA5); // torn: the first sectors of each are of something else
        await File.WriteAllBytesAsync(path, bytes);
        await RefusedAsync(folder, "corrupt");
    }

    [Fact]
    public async Task First_start_that_is_killed_at_any_time_is_made_up_for_by_the_next()
    {
        var dice = new Dice(20261121);
        for (int attempt = 0; attempt < 4; attempt++)
        {
            using GateFolder prepared = await GateFolder.CreateAsync();
            using GateFolder folder = prepared.Sibling(); // as nobody ever ran on it
            var link = new GateLink();
            await using (GateProcess killed = GateProcess.Start(folder, link))
            {
                await Task.WhenAny(killed.Ready, Task.Delay(TimeSpan.FromMilliseconds(150 + dice.Next(350)), TimeProvider.System));
                killed.Kill();
                await killed.Ended;
            }

            await using GateProcess gate = GateProcess.Start(folder, link);
            Assert.True(await gate.Ready, gate.Errors);
            await gate.StopAsync();
        }
    }

    private static async Task LiveAndKillAsync(GateFolder folder, LifeKind kind)
    {
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        await using GateProcess gate = GateProcess.Start(folder, link);
        await new Life(client, kind, "life").RunAsync();
        gate.Kill();
        await gate.Ended;
    }

    private static async Task RefusedAsync(GateFolder folder, string code)
    {
        await using GateProcess refused = GateProcess.Start(folder, new GateLink());
        Assert.False(await refused.Ready);
        Assert.True(refused.ExitCode == 3 && refused.Errors.Contains($"[{code}]", StringComparison.Ordinal), $"{refused.ExitCode}: {refused.Errors}");
    }
}
