using System.Diagnostics;
using System.Text;

namespace Approvals.Cli.Tests;

/// <summary>The built command as a process, in a folder of its own.</summary>
internal sealed class ApprovalsCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "approvals.dll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("cli-").FullName;

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs to the end; what it printed, and its exit code.</summary>
    public async Task<CommandResult> RunAsync(string[] arguments, string? input = null)
    {
        using Process process = Start(arguments);
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"approvals {string.Join(' ', arguments)} did not end:\n{await output}\n{await error}");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Remove("APPROVALS_URL");
        start.Environment.Remove("APPROVALS_KEY");
        foreach ((string name, string value) in Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public string LastLine => Output.TrimEnd().Split('\n')[^1];

    public void AssertExit(int expected) => Assert.True(ExitCode == expected, $"exit {ExitCode} instead of {expected}\n{Output}\n{Error}");
}
