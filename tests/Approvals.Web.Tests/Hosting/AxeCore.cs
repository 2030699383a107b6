using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Hosting;

/// <summary>The accessibility rules of axe-core (npm), run in Chromium: WCAG 2.0 to 2.2, levels A and AA.</summary>
internal static class AxeCore
{
    private const string Run = """
        async () => {
          const result = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
          if (result.passes.length < 10) throw new Error('axe checked next to nothing');
          return JSON.stringify(result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')));
        }
        """;

    /// <summary>The script's text; skips the test where the package is not installed, unless tools are required.</summary>
    public static string Load()
    {
        string path = Path.Combine(Tools(), "node_modules", "axe-core", "axe.min.js");
        if (File.Exists(path)) return File.ReadAllText(path);
        const string reason = "The npm package axe-core is not installed (npm ci --prefix tests/tools).";
        Assert.SkipUnless(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1", reason);
        throw new FileNotFoundException(reason);
    }

    /// <summary>What is wrong with the page as it is; empty when nothing is.</summary>
    public static async Task<string[]> ViolationsAsync(IPage page, string script)
    {
        // Through the debugger, as our content security policy lets no script in.
        await page.EvaluateAsync(script);
        return JsonSerializer.Deserialize<string[]>(await page.EvaluateAsync<string>(Run))!;
    }

    private static string Tools([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "tools"));
}
