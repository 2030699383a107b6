using System.Diagnostics;
using Approvals.Durable;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Engine.Tests;

/// <summary>SIGKILLs a real process again and again on one folder, then asks whether what it was told still holds.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kill-").FullName;
    private readonly HashSet<string> _started = [];
    private readonly HashSet<string> _voted = [];
    private readonly Dictionary<string, string> _ended = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_killed_at_commits()
    {
        string[] deaths = ["BeforeCommit:1", "AfterCommit:1", "BeforeCommit:2", "AfterCommit:3", "BeforeCommit:7", "AfterCommit:20", "BeforeCommit:61"];
        for (int run = 0; run < deaths.Length; run++)
            await RunUntilDeadAsync($"c{run}", deaths[run], int.MaxValue);
        await AssertKeptAsync();
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_killed_at_any_time()
    {
        int[] lines = [1, 3, 20, 77, 250, 600];
        for (int run = 0; run < lines.Length; run++)
            await RunUntilDeadAsync($"t{run}", "-", lines[run]);
        await AssertKeptAsync();
    }

    private async Task RunUntilDeadAsync(string run, string death, int lines)
    {
        string executable = Path.Combine(AppContext.BaseDirectory, "Approvals.Engine.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        using Process child = Process.Start(new ProcessStartInfo(executable, [CrashChild.Argument, _folder, run, death])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ', 3);
            if (words[0] == "started")
                _started.Add(words[1]);
            else if (words[0] == "voted")
                _voted.Add(words[1]);
            else
                _ended[words[1]] = words[2];
            if (--lines == 0)
                child.Kill();
        }

        await child.WaitForExitAsync();
        Assert.NotEqual(0, child.ExitCode);
    }

    private async Task AssertKeptAsync()
    {
        Assert.NotEmpty(_voted);
        using var database = new Database(_folder, NullLogger<Database>.Instance);
        // Later than all that the killed processes recorded: what they left to a timer is due.
        var clock = new ManualClock();
        clock.Jump(TimeProvider.System.GetUtcNow().AddMinutes(1) - clock.GetUtcNow());
        await using EngineHost engine = CrashChild.NewEngine(database, clock);
        database.Open();
        await engine.StartAsync();
        await engine.IdleAsync();
        foreach (string id in _started)
        {
            RaiseResult again = await engine.Client.RaiseEventAsync(id, "vote", "v-" + id, "yes");
            Assert.True(again == RaiseResult.Duplicate || (again == RaiseResult.Accepted && !_voted.Contains(id)), $"{id}: {again}");
        }

        await engine.IdleAsync();
        clock.Advance(TimeSpan.FromSeconds(1)); // the timer that the flow ends with
        await engine.IdleAsync();
        foreach (string id in _started)
        {
            InstanceState state = (await engine.Client.GetAsync(id))!;
            Assert.Equal(InstanceStatus.Completed, state.Status);
            if (_ended.TryGetValue(id, out string? output))
                Assert.Equal(output, state.OutputJson);
        }

        Assert.Equal("ok", database.Read(db => db.QueryText("PRAGMA integrity_check")));
    }
}
