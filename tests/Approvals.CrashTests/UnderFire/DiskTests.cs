using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Hosting;
using Approvals.Engine;

namespace Approvals.CrashTests.UnderFire;

/// <summary>What disks and other programs do to a running gate: it fails closed, says why, and goes on by itself when it can.</summary>
public sealed class DiskTests
{
    [Fact]
    public async Task Full_disk_stops_the_gate_from_acknowledging_until_there_is_space_again()
    {
        var disk = new SmallDisk();
        using GateFolder folder = await GateFolder.CreateAsync(disk.MountAsync);
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        await using GateProcess gate = GateProcess.Start(folder, link);
        var before = new Life(client, LifeKind.ApprovedByOne, "before");
        await before.InReviewAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.TryGetAsync(Callers.Auditor, "health/ready")).Status);

        // Until nothing fits any more. What was answered with 202 is in, what was not may be.
        var accepted = new List<string>();
        Answer refused;
        for (int number = 0; ; number++)
        {
            Answer answer = await client.TryPostAsync(Callers.Pipeline, "api/actions", Large(), $"large-{number}");
            if (answer.Status == HttpStatusCode.Accepted) accepted.Add(answer.Json.GetProperty("id").GetString()!);
            else if ((refused = answer).Status != HttpStatusCode.Accepted) break;
            Assert.True(number < 400, "The disk never filled up.");
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "store_unavailable"), (refused.Status, refused.Code));
        Answer ready = await client.TryGetAsync(Callers.Auditor, "health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Contains("full: ", ready.Text, StringComparison.Ordinal);
        Assert.True((await client.GetAsync(Callers.Auditor, $"api/actions/{before.Id}")).IsSuccess, "Reading goes on.");
        Assert.Equal(HttpStatusCode.OK, (await client.TryGetAsync(Callers.Auditor, "health/live")).Status);

        await disk.GrowAsync();
        await before.CastApprovalAsync();
        await before.DecidedAsync();
        await before.ExecuteAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.TryGetAsync(Callers.Auditor, "health/ready")).Status);
        foreach (string id in accepted) Assert.Equal("denied", (await client.GetAsync(Callers.Auditor, $"api/actions/{id}?wait=60")).Json.GetProperty("status").GetString());
        await Promises.AssertLedgerAsync(client, null, 1, []);
        await gate.StopAsync();
    }

    [Fact]
    public async Task Read_only_file_system_is_an_error_at_the_start()
    {
        var disk = new SmallDisk();
        using GateFolder folder = await GateFolder.CreateAsync(disk.MountAsync);
        await disk.RemountAsync("ro");
        await using GateProcess refused = GateProcess.Start(folder, new GateLink());
        Assert.False(await refused.Ready);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("[read_only]", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_that_turns_read_only_under_a_gate_stops_it_from_acknowledging()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var before = new Life(client, LifeKind.Allowed, "before");
        Database? store = null;
        await using (EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path) with { Compose = (_, database) => store = database }))
        {
            link.Open(host.Url);
            await before.RunAsync();
            await host.Engine.IdleAsync();
            await Assert.ThrowsAsync<DatabaseException>(() => store!.WriteAsync(writer => writer.QueryInt64("PRAGMA query_only = ON")));

            Answer refused = await client.TryPostAsync(Callers.Pipeline, "api/actions", Large(), "refused");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "store_unavailable"), (refused.Status, refused.Code));
            Answer ready = await client.TryGetAsync(Callers.Auditor, "health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
            Assert.Contains("read_only: the database cannot be written", ready.Text, StringComparison.Ordinal);
            Assert.True((await client.GetAsync(Callers.Auditor, $"api/actions/{before.Id}")).IsSuccess, "Reading goes on.");
            link.Close();
        }

        await using GateProcess again = GateProcess.Start(folder, link);
        var after = new Life(client, LifeKind.Allowed, "after");
        await after.RunAsync();
        await Promises.AssertKeptAsync(client, [before, after], []);
    }

    [Fact]
    public async Task Lock_of_another_process_is_waited_for_and_then_named()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        await using GateProcess gate = GateProcess.Start(folder, link);
        Assert.True(await gate.Ready, gate.Errors);
        using (SqliteConnection other = SqliteConnection.Open(Path.Combine(folder.Data, "approvals.db"), readOnly: false, TimeSpan.Zero))
        {
            other.Script("BEGIN IMMEDIATE");
            Answer refused = await client.TryPostAsync(Callers.Pipeline, "api/actions", Large(), "locked");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "store_unavailable"), (refused.Status, refused.Code));
            Answer ready = await client.TryGetAsync(Callers.Auditor, "health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
            Assert.Contains("busy: another program holds a lock", ready.Text, StringComparison.Ordinal);
            other.Script("ROLLBACK");
        }

        var life = new Life(client, LifeKind.Allowed, "after");
        await life.RunAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.TryGetAsync(Callers.Auditor, "health/ready")).Status);
    }

    /// <summary>Denied by policy, as large as one may be, and of letters that do not pack well.</summary>
    private static JsonObject Large() => new()
    {
        ["type"] = "test.unknown",
        ["target"] = "a large thing",
        ["parameters"] = new JsonObject { ["text"] = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz    ", 400_000) },
    };

    /// <summary>A file system of 32 MB in memory, where this process may mount one.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private string? mounted;

        public async Task<IDisposable> MountAsync(string folder)
        {
            Directory.CreateDirectory(folder);
            int exit = OperatingSystem.IsLinux() ? await RunAsync("mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", folder) : -1;
            bool isRequired = Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1";
            Assert.SkipWhen(exit != 0 && !isRequired, "A small tmpfs cannot be mounted here: that needs root on Linux.");
            Assert.Equal(0, exit);
            mounted = folder;
            return this;
        }

        public Task GrowAsync() => RemountAsync("size=256m");

        public async Task RemountAsync(string option) => Assert.Equal(0, await RunAsync("mount", "-o", "remount," + option, mounted!));

        public void Dispose()
        {
            if (mounted is not null) RunAsync("umount", "-l", mounted).GetAwaiter().GetResult();
        }

        private static async Task<int> RunAsync(string program, params string[] arguments)
        {
            try
            {
                using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
                await process.WaitForExitAsync();
                return process.ExitCode;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return -1;
            }
        }
    }
}
