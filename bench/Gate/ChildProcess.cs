using System.Diagnostics;
using System.Globalization;

namespace Approvals.Bench.Gate;

/// <summary>This program once more, in a process of its own, so that what it uses can be told apart.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private bool _disposed;

    private ChildProcess(Process process, string hello) => (_process, Hello) = (process, hello);

    /// <summary>The first line that it wrote.</summary>
    public string Hello { get; }

    /// <summary>Processor time in user and system mode so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory now.</summary>
    public double Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Open files and sockets, where the system tells.</summary>
    public int Handles
    {
        get
        {
            string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/fd");
            return Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder).Length : _process.HandleCount;
        }
    }

    /// <summary>Starts it and waits for its first line.</summary>
    public static async Task<ChildProcess> StartAsync(params string[] arguments)
    {
        string own = Environment.ProcessPath!;
        bool byRuntime = Path.GetFileNameWithoutExtension(own) == "dotnet";
        var start = new ProcessStartInfo(own, byRuntime ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The process could not be started.");
        string? hello = await process.StandardOutput.ReadLineAsync();
        if (hello is not null) return new ChildProcess(process, hello);
        await process.WaitForExitAsync();
        throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with code {process.ExitCode} before it was ready; its errors are above.");
    }

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public void Stop()
    {
        if (_process.HasExited) return;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30))) Kill();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Stop();
        _process.Dispose();
    }
}
