using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Pages;

public sealed class AccessibilityTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Axe_finds_nothing_on_any_page(bool isDark)
    {
        string axe = AxeCore.Load();
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync(services: services => services.AddReadiness());
        ActionDocument rich = await Gallery.RichActionAsync(gate);
        IPage page = await chromium.OpenAsync(390, 844, isDark);
        async Task CheckAsync(string path)
        {
            await page.GotoAsync(gate.Url + path[1..]);
            string[] violations = await AxeCore.ViolationsAsync(page, axe);
            Assert.True(violations.Length == 0, path[..Math.Min(20, path.Length)] + ": " + string.Join("\n", violations));
        }

        await CheckAsync(Gallery.LinkOf(gate, rich, Gate.Ann));
        await CheckAsync("/review/nonsense");
        await CheckAsync("/sign-in");
        await page.FillAsync("#key", gate.KeyOf(Gate.Root));
        await page.ClickAsync("button[type=submit]");
        foreach (string path in (string[])["/inbox", "/audit", "/manage", "/actions/" + rich.Id]) await CheckAsync(path);
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
