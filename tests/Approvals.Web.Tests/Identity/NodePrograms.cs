using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Approvals.Web.Tests.Identity;

/// <summary>Programs of tests/tools on Node.js. Where Node or the packages are absent the test is skipped, unless tools are required.</summary>
internal static class NodePrograms
{
    public static string Tools { get; } = FindTools();

    public static Process Start(string script)
    {
        Require();
        return Process.Start(new ProcessStartInfo("node", [script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Tools,
            StandardInputEncoding = new UTF8Encoding(false),
        })!;
    }

    /// <summary>Runs a script to its end and gives its output.</summary>
    public static async Task<string> RunAsync(string script, string input)
    {
        using Process process = Start(script);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }

    private static void Require()
    {
        bool isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")))
            && Directory.Exists(Path.Combine(Tools, "node_modules", "oidc-provider"));
        if (isThere) return;
        const string reason = "Node.js or the npm packages of tests/tools are not installed (npm ci --prefix tests/tools).";
        Assert.SkipUnless(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1", reason);
        Assert.Fail(reason);
    }

    private static string FindTools([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "tools"));
}
