using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Approvals.Cli.Tests;

/// <summary>The README's walk, word for word: what a newcomer types is what is tested.</summary>
public sealed class ReadmeTests
{
    private const string Heading = "## From request to verified record";

    /// <summary>What the README's alias does; and the look at the view that a person at a terminal takes before they vote.</summary>
    private const string Shim = """
        set -euo pipefail
        approvals() {
          if [ "$1" = vote ]; then
            set -- "$@" --view-digest "$(dotnet "$APPROVALS_DLL" show "$2" --json | sed -n 's/.*"view":{"digest":"\([^"]*\)".*/\1/p')"
          fi
          dotnet "$APPROVALS_DLL" "$@"
        }

        """;

    [Fact]
    public async Task Walk_from_request_to_verified_record_works_as_written()
    {
        string root = RepositoryRoot();
        string readme = await File.ReadAllTextAsync(Path.Combine(root, "README.md"), TestContext.Current.CancellationToken);
        int start = readme.IndexOf(Heading, StringComparison.Ordinal);
        string section = readme[start..readme.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        string[] blocks = [.. Regex.Matches(section, "```bash\n(?<script>.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking).Select(block => block.Groups["script"].Value)];
        Assert.True(blocks.Length >= 4, "The walk lost its commands.");

        using var approvals = new ApprovalsCommand();
        await using ServedGate gate = await ServedGate.StartAsync(approvals);
        approvals.Environment["APPROVALS_KEY"] = gate.AdminKey!;
        Directory.CreateSymbolicLink(Path.Combine(approvals.Folder, "samples"), Path.Combine(root, "samples"));
        string script = string.Concat(blocks).Replace("http://127.0.0.1:5080", approvals.Environment["APPROVALS_URL"], StringComparison.Ordinal);

        CommandResult result = await ShellAsync(approvals, Shim + script);

        result.AssertExit(0);
        Assert.Contains("counted: approve. The action is approved.", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"verified: [0-9a-f-]{36} approved", result.Output);
        Assert.Contains("verified: approvals.local/ledger", result.Output, StringComparison.Ordinal);
    }

    private static async Task<CommandResult> ShellAsync(ApprovalsCommand approvals, string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            WorkingDirectory = approvals.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in approvals.Environment) start.Environment[name] = value;
        start.Environment["APPROVALS_DLL"] = Path.Combine(AppContext.BaseDirectory, "approvals.dll");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CommandResult(process.ExitCode, await output, await error);
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ApprovalFunctions.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
