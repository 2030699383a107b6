using System.Diagnostics;
using System.Text.Json;

namespace Approvals.Bench.Gate;

/// <summary>A gate in its own process on its own folder, as the measurements see it.</summary>
internal sealed class RunningGate : IDisposable
{
    private readonly ChildProcess _process;

    private RunningGate(ChildProcess process, string folder, Uri url, GateKeys keys, TimeSpan startup) =>
        (_process, Folder, Url, Keys, Startup) = (process, folder, url, keys, startup);

    public string Folder { get; }

    public Uri Url { get; }

    public GateKeys Keys { get; }

    /// <summary>From starting the process until its readiness check answered 200.</summary>
    public TimeSpan Startup { get; }

    public TimeSpan Cpu => _process.Cpu;

    public double Megabytes => _process.Megabytes;

    public int Handles => _process.Handles;

    /// <summary>Bytes in the data folder.</summary>
    public long DiskBytes => new DirectoryInfo(Data).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    public long WalBytes => new FileInfo(Path.Combine(Data, "approvals.db-wal")) is { Exists: true } wal ? wal.Length : 0;

    private string Data => Path.Combine(Folder, "data");

    /// <param name="keys">Of an earlier start on the same folder.</param>
    public static async Task<RunningGate> StartAsync(string folder, GateKeys? keys = null)
    {
        var watch = Stopwatch.StartNew();
        ChildProcess process = await ChildProcess.StartAsync("gate-host", folder);
        try
        {
            GateHello hello = JsonSerializer.Deserialize<GateHello>(process.Hello)!;
            using var wire = new Wire(hello.Url);
            if (wire.Send(Requests.Get("/health/ready", null)) != 200) throw new InvalidOperationException("The gate started but is not ready.");
            return new RunningGate(process, folder, hello.Url, hello.Keys ?? keys!, watch.Elapsed);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public async Task<RunningGate> RestartAsync(bool kill)
    {
        if (kill) _process.Kill();
        else _process.Stop();
        _process.Dispose();
        return await StartAsync(Folder, Keys);
    }

    public void Dispose() => _process.Dispose();
}
