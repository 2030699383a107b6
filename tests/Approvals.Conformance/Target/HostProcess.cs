using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Approvals.Conformance.Target;

/// <summary><c>approvals serve</c> on a free loopback port, in a folder of its own: the host that is judged when no other is named.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    /// <summary>The people are those of docs/conformance.md.</summary>
    private const string Configuration = """
        version: 1
        name: conformance.approvals.local
        listen: http://127.0.0.1:0
        policy: policy.yaml
        notifications: none
        people:
          - {subject: conformance-ann@example.com, name: Ann, groups: [platform, data-owners, security]}
          - {subject: conformance-ben@example.com, name: Ben, groups: [platform, data-owners, security]}
          - {subject: conformance-olga@example.com, name: Olga, groups: [platform, data-owners, security]}
          - {subject: conformance-paul@example.com, name: Paul, groups: [platform, data-owners, security]}
          - {subject: conformance-leaver@example.com, name: Leaver, groups: [platform]}
          - {subject: conformance-lou@example.com, name: Lou, groups: [conformance-elsewhere]}

        """;

    private readonly Process process;
    private readonly string folder;
    private readonly StringBuilder log = new();

    private HostProcess(Process process, string folder)
    {
        (this.process, this.folder) = (process, folder);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log) log.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    public Uri Url { get; private set; } = null!;

    public string AdminKey { get; private set; } = "";

    /// <summary>What the process wrote to standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    public static async Task<HostProcess> StartAsync()
    {
        string program = typeof(HostProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ApprovalsProgram").Value!;
        string home = Directory.CreateTempSubdirectory("conformance-").FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "policy.yaml"), Path.Combine(home, "policy.yaml"));
        await File.WriteAllTextAsync(Path.Combine(home, "approvals.yaml"), Configuration);
        var start = new ProcessStartInfo("dotnet", [program, "serve"])
        {
            UseShellExecute = false,
            WorkingDirectory = home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        var host = new HostProcess(Process.Start(start)!, home);
        await host.ReadGreetingAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadGreetingAsync()
    {
        while (AdminKey.Length == 0)
        {
            string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"approvals serve ended before it listened: {Log}");
            int at = line.IndexOf("http://", StringComparison.Ordinal);
            if (line.Contains("listens on", StringComparison.Ordinal)) Url = new Uri(line[at..].Trim());
            if (line.Contains("apk_", StringComparison.Ordinal)) AdminKey = line.Trim();
        }

        _ = process.StandardOutput.ReadToEndAsync(); // a pipe that nobody reads would stop the host
    }
}
