using System.Diagnostics;
using System.Text;
using Approvals.CrashTests.Child;

namespace Approvals.CrashTests.Gates;

/// <summary>A gate in a process of its own.</summary>
internal sealed class GateProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly GateLink link;
    private readonly Task reading;
    private readonly StringBuilder errors = new();
    private readonly TaskCompletionSource<bool> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GateProcess(Process process, GateLink link)
    {
        (this.process, this.link) = (process, link);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        reading = ReadAsync();
    }

    /// <summary>Completes when it takes requests (true) or ended before (false).</summary>
    public Task<bool> Ready => ready.Task;

    /// <summary>Completes when it has ended and all that it said is read.</summary>
    public Task Ended => reading;

    public int ProcessId => process.Id;

    public bool WasKilled => process.ExitCode == 128 + 9;

    /// <summary>Once it has ended.</summary>
    public int ExitCode => process.ExitCode;

    public string Errors => errors.ToString();

    public static GateProcess Start(GateFolder folder, GateLink link, CommitAt? death = null)
    {
        string executable = Path.Combine(AppContext.BaseDirectory, "Approvals.CrashTests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(executable, [ChildGate.Argument, folder.Path, death?.ToString() ?? ChildGate.Lives])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new GateProcess(Process.Start(start)!, link);
    }

    /// <summary>SIGKILL, now.</summary>
    public void Kill() => process.Kill();

    /// <summary>As a service manager stops it: SIGTERM. It finishes what it has begun and ends with 0.</summary>
    public async Task StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString()])) await kill.WaitForExitAsync();
        await Ended;
        Assert.True(process.ExitCode == 0, $"The gate ended with {process.ExitCode}:\n{Errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ', 2) is not [var word, var rest]) continue;
            if (word == "review") link.AnnounceReview(rest);
            if (word != "ready") continue;
            link.Open(new Uri(rest));
            ready.TrySetResult(true);
        }

        await process.WaitForExitAsync();
        link.Close();
        ready.TrySetResult(false);
    }
}
