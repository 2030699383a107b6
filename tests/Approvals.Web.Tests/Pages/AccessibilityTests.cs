using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Pages;

public sealed class AccessibilityTests
{
    // Each theme and each width once: colours do not depend on the width, nor the order of things on the theme.
    [Theory]
    [InlineData(false, 390)]
    [InlineData(true, 1280)]
    public async Task Axe_finds_nothing_on_any_page(bool isDark, int width)
    {
        string axe = AxeCore.Load();
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gallery.OpenAsync();
        Gallery.Exhibits shown = await Gallery.FillAsync(gate);
        IPage page = await chromium.OpenAsync(width, 844, isDark);
        async Task CheckAsync(string? path)
        {
            if (path is not null) await page.GotoAsync(gate.Url + path[1..]);
            string[] violations = await AxeCore.ViolationsAsync(page, axe);
            Assert.True(violations.Length == 0, (path ?? page.Url)[..Math.Min(30, (path ?? page.Url).Length)] + ": " + string.Join("\n", violations));

            // Where a screen reader goes: one main, one heading of the first rank, a way past the header.
            Assert.Equal("1 1 1", await page.EvaluateAsync<string>(
                "[document.querySelectorAll('main').length, document.querySelectorAll('h1').length, document.querySelectorAll('a.skip[href=\"#main\"]').length].join(' ')"));
        }

        string link = Gallery.LinkOf(gate, shown.Rich, Gate.Ben);
        await CheckAsync(link);
        await page.ClickAsync("main summary");
        await CheckAsync(null);
        foreach (ActionDocument other in (ActionDocument[])[shown.Long, shown.Guarded]) await CheckAsync(Gallery.LinkOf(gate, other, Gate.Ben));
        await CheckAsync("/review/nonsense");
        await page.GotoAsync(gate.Url + Gallery.LinkOf(gate, shown.Quick, Gate.Ann)[1..]);
        await page.ClickAsync("button[value=deny]");
        await CheckAsync(null);
        await CheckAsync(Gallery.LinkOf(gate, shown.Quick, Gate.Ben));
        await CheckAsync("/sign-in");
        await Forms.SignInAsync(page, gate, Gate.Ann);
        (ActionDocument urgent, ActionDocument broken) = shown.Emergencies;
        foreach (string path in (string[])
            ["/inbox", "/inbox?type=none", $"/actions/{shown.Rich.Id}/review", "/actions/" + shown.Rich.Id, "/actions/" + urgent.Id, $"/actions/{urgent.Id}/break-glass", $"/actions/{broken.Id}/follow-up", "/follow-ups", "/delegations"])
            await CheckAsync(path);
        await page.Context.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { [ProvenIdentity.Header] = "ann IdpMfa" });
        await page.Context.ClearCookiesAsync();
        await CheckAsync($"/actions/{urgent.Id}/break-glass");
        await page.FillAsync("#justification", "It is on fire.");
        await page.ClickAsync("main button[type=submit]");
        await CheckAsync(null);
        await page.Context.SetExtraHTTPHeadersAsync([]);
        await page.Context.ClearCookiesAsync();
        await Forms.SignInAsync(page, gate, Gate.Root);
        foreach (string path in (string[])["/inbox", "/audit", "/audit/reviewers", "/policy", "/delegations", "/follow-ups", "/manage", "/actions/" + shown.Done.Id, "/actions/" + broken.Id, $"/actions/{shown.Rich.Id}/review"]) await CheckAsync(path);
    }

    [Fact]
    public async Task Nothing_moves_and_forced_colours_keep_every_boundary()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync();
        ActionDocument rich = await Gallery.RichActionAsync(gate);
        IPage page = await chromium.OpenAsync(390, 844);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ForcedColors = ForcedColors.Active });
        await page.GotoAsync(gate.Url + Gallery.LinkOf(gate, rich, Gate.Ben)[1..]);
        string[] unbounded = await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('button, .mask, .odd, .badge, textarea, .decide, .warning')].filter(e => parseFloat(getComputedStyle(e).borderTopWidth) < 1).map(e => e.outerHTML)");
        Assert.Empty(unbounded);
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).animationName !== 'none' || parseFloat(getComputedStyle(e).transitionDuration) > 0).map(e => e.outerHTML)"));
    }

    [Fact]
    public async Task Review_works_without_script_and_by_keyboard_alone()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        IPage page = await chromium.OpenAsync(hasScript: false);
        await page.GotoAsync(gate.Url + Gallery.LinkOf(gate, document, Gate.Ann)[1..]);
        for (int i = 0; i < 30 && !await page.Locator("button[value=deny]:focus").IsVisibleAsync(); i++) await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/result");

        Assert.Equal("You denied this action", await page.Locator("h1").TextContentAsync());
        Assert.Equal(ActionStatus.Denied, (await gate.UntilAsync(document.Id, shown => shown.IsTerminal)).Status);
    }
}
