using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Approvals.EndToEnd.Processes;

/// <summary>The built <c>approvals</c> command as a process. What it writes is kept, and waited for line by line.</summary>
internal sealed class ApprovalsProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Program = typeof(ApprovalsProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ApprovalsProgram").Value!;

    private readonly Process process;
    private readonly Lock gate = new();
    private readonly List<string> output = [];
    private readonly StringBuilder error = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ApprovalsProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (gate) error.AppendLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (gate) return string.Join('\n', output);
        }
    }

    /// <summary>Standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (gate) return error.ToString();
        }
    }

    public static ApprovalsProcess Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Remove("APPROVALS_URL");
        start.Environment.Remove("APPROVALS_KEY");
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new ApprovalsProcess(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using ApprovalsProcess command = Start(folder, environment, arguments);
        int exitCode = await command.EndAsync();
        return (exitCode, command.Output, command.Error);
    }

    /// <summary>The first line of standard output that is wanted, there already or still to come, and its number.</summary>
    public async Task<(int Number, string Text)> LineAsync(Func<string, bool> wanted, int from = 0)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                for (; from < output.Count; from++)
                {
                    if (wanted(output[from])) return (from, output[from]);
                }

                next = more.Task;
            }

            Task first = await Task.WhenAny(next, ended.Task).WaitAsync(Patience, TimeProvider.System);
            if (first == ended.Task && !next.IsCompleted) throw new InvalidOperationException($"The process ended before it wrote what is waited for:\n{Output}\n{Error}");
        }
    }

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        await ended.Task.WaitAsync(Patience, TimeProvider.System);
        return process.ExitCode;
    }

    /// <summary>Stops it as a service manager does, with SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString()])) await kill.WaitForExitAsync();
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Add(string? line)
    {
        TaskCompletionSource told;
        lock (gate)
        {
            if (line is not null) output.Add(line);
            (told, more) = (more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        if (line is null) ended.TrySetResult();
        told.TrySetResult();
    }
}
