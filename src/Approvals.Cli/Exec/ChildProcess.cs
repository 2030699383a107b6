using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Exec;

/// <summary>The released command as a child: it inherits the terminal, and whoever stops this process stops the child first.</summary>
internal static class ChildProcess
{
    /// <summary>What a shell answers when a command cannot be started.</summary>
    private const int CannotStart = 127;

    private const int Sigterm = 15;

    /// <summary>
    /// Runs to the end, also when this process is told to stop: what ran must be reported. A terminal's Ctrl+C reaches the child by itself;
    /// a service manager's SIGTERM is passed on.
    /// </summary>
    public static async Task<int> RunAsync(string[] line, CancellationToken stop)
    {
        var start = new ProcessStartInfo(line[0], line[1..]);
        // The child has no business with the key that asks for releases.
        start.Environment.Remove(GateConnection.KeyVariable);
        try
        {
            using Process process = Process.Start(start)!;
            using CancellationTokenRegistration passOn = stop.Register(() =>
            {
                if (!OperatingSystem.IsWindows()) _ = Kill(process.Id, Sigterm);
            });
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode;
        }
        catch (Win32Exception error)
        {
            Terminal.Error.Line($"approvals: '{line[0]}' cannot be started: {error.Message}");
            return CannotStart;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
