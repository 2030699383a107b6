using System.Runtime.CompilerServices;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>npm packages of others, in tests/tools.</summary>
internal static class Judges
{
    private static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "tools"));

    /// <summary>Runs a script of CommonJS on standard input's text (<c>input</c>) with one package (<c>judge</c>); returns what it prints.</summary>
    /// <param name="module">E.g. <c>standardwebhooks</c>, or a file within a package.</param>
    public static string Run(string module, string script, string input)
    {
        string package = Path.Combine(Folder, "node_modules", module);
        if (!Path.Exists(package))
        {
            Assert.True(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") != "1", $"{module} is not installed: npm ci --prefix tests/tools");
            Assert.Skip($"npm package {module} is not installed (npm ci --prefix tests/tools).");
        }

        string head = "global.window = global.self = global; const judge = require(process.argv[1]); const input = require('fs').readFileSync(0, 'utf8');";
        return Tools.Run("node", input, "-e", head + script, package);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
