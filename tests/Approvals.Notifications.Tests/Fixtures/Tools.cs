using System.ComponentModel;
using System.Diagnostics;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>Somebody else's programs as judges.</summary>
internal static class Tools
{
    /// <summary>What a program prints; the test is skipped where there is no such program, unless it must be there.</summary>
    public static string Run(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program}: {errors}");
            return output.Trim();
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") != "1")
        {
            Assert.Skip($"{program} is not installed.");
            throw;
        }
    }
}
