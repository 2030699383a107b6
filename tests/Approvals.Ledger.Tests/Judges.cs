using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Approvals.Ledger.Tests;

/// <summary>Programs of others that judge what this room writes. Absent ones skip the test, or fail it where APPROVALS_REQUIRE_TOOLS is 1.</summary>
internal static class Judges
{
    public static string Repository { get; } = FindRepository();

    public static string Tools => Path.Combine(Repository, "tests", "tools");

    public static void RequireJose() => Require(Directory.Exists(Path.Combine(Tools, "node_modules", "jose")), "npm package jose (npm ci --prefix tests/tools)");

    public static void RequireProgram(string name) =>
        Require((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, name))), name);

    private static void Require(bool present, string what)
    {
        if (present) return;
        if (Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1") Assert.Fail($"{what} is required here and absent.");
        Assert.Skip($"{what} is absent.");
    }

    /// <summary>Runs a program to its end and gives its output; fails the test unless it exits with 0.</summary>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string? input = null, string? folder = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "", StandardInputEncoding = new UTF8Encoding(false),
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await output}{await error}");
        return await output;
    }

    /// <summary>A folder of the test's own, gone at its end.</summary>
    public static TemporaryFolder NewFolder() => new(Directory.CreateTempSubdirectory("approvals-ledger-").FullName);

    public sealed record TemporaryFolder(string Path) : IDisposable
    {
        public string Write(string name, ReadOnlySpan<byte> bytes)
        {
            string file = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
            return file;
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private static string FindRepository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
