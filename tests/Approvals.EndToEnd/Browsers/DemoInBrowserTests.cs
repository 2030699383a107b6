using Approvals.EndToEnd.Processes;
using Approvals.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Approvals.EndToEnd.Browsers;

/// <summary>README's first command as its reader lives it: run the demo, open the printed link, read, decide, see the record verified.</summary>
public sealed class DemoInBrowserTests
{
    [Theory]
    [InlineData("approve", "approved", "second time     refused")]
    [InlineData("deny", "denied", "no release      refused")]
    public async Task Person_decides_the_demo_in_chromium_and_the_demo_verifies_it(string verdict, string outcome, string checkedLine)
    {
        await using Chromium chromium = await Chromium.StartAsync();
        string folder = Directory.CreateTempSubdirectory("demo-").FullName;
        try
        {
            await using ApprovalsProcess demo = ApprovalsProcess.Start(folder, new Dictionary<string, string> { ["TMPDIR"] = folder }, "demo");
            string link = (await demo.LineAsync(line => line.Contains("/review/", StringComparison.Ordinal))).Text.Trim();
            IPage page = await chromium.OpenAsync();
            page.SetDefaultTimeout(120_000);
            await page.GotoAsync(link);

            Assert.Contains("data.export", await page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
            string text = await page.Locator("main, body").First.InnerTextAsync();
            Assert.Contains("Nightly export", text, StringComparison.Ordinal); // who asks
            Assert.Contains("Olivia Park", text, StringComparison.Ordinal); // who answers for it
            Assert.Contains("Why you are asked", text, StringComparison.OrdinalIgnoreCase);
            Assert.True(await page.Locator("mark.mask").CountAsync() > 5);
            Assert.DoesNotContain("marta.kowalczyk@posteo.example", await page.ContentAsync(), StringComparison.Ordinal);

            // Not yet: the form says what is missing, and keeps what was typed.
            await page.FillAsync("#justification", "ok");
            await page.EvaluateAsync("document.getElementById('justification').removeAttribute('minlength')");
            await page.ClickAsync($"button[value={verdict}]");
            await page.Locator(".error-summary").WaitForAsync();
            Assert.Equal("ok", await page.InputValueAsync("#justification"));

            await page.FillAsync("#justification", "I know this delivery; the volume is as agreed.");
            await page.ClickAsync($"button[value={verdict}]");
            await page.WaitForURLAsync("**/result");
            Assert.Equal($"You {outcome} this action", await page.Locator("h1").InnerTextAsync());

            Assert.Equal(0, await demo.EndAsync());
            string[] lines = demo.Output.TrimEnd().Split('\n');
            Assert.Matches($"^verified: [0-9a-f-]{{36}} {outcome} ledger index [0-9]+$", lines[^1]);
            Assert.Contains(checkedLine, demo.Output, StringComparison.Ordinal);
            Assert.Contains("I know this delivery", demo.Output, StringComparison.Ordinal); // the vote, from the signed record
            Assert.DoesNotContain("✗", demo.Output, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(folder, "approvals-demo-*"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
