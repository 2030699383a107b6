using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Pages;

/// <summary>Takes a picture of every page, to be looked at; what can be checked without eyes is: nothing is cut off sideways, no script, no error.</summary>
public sealed class PageScreenshots
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "screenshots");

    [Fact]
    public async Task Every_page_fits_phone_and_desktop_in_both_themes()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync(services: services => services.AddReadiness());
        ActionDocument rich = await Gallery.RichActionAsync(gate);
        string annLink = Gallery.LinkOf(gate, rich, Gate.Ann);
        string benLink = Gallery.LinkOf(gate, rich, Gate.Ben);

        await using (var phone = new Camera(await chromium.OpenAsync(390, 844), gate, "phone-light"))
        {
            await phone.TakeAsync("review", annLink);
            await phone.TakeAsync("sign-in", "/sign-in");
            await phone.TakeAsync("problem", "/review/nonsense");
            await phone.Page.GotoAsync(gate.Url + annLink[1..]);
            await phone.Page.FillAsync("#justification", "I know this delivery; the volume is as agreed.");
            await phone.Page.ClickAsync("button[value=approve]");
            await phone.TakeAsync("result", null);
            await phone.TakeAsync("gone", annLink);
        }

        await using (var desktop = new Camera(await chromium.OpenAsync(1280, 900, isDark: true), gate, "desktop-dark"))
        {
            await desktop.TakeAsync("review", benLink);
            await desktop.SignInAsync(Gate.Root);
            await desktop.TakeAsync("inbox", "/inbox");
            await desktop.TakeAsync("audit", "/audit");
            await desktop.TakeAsync("manage", "/manage");
            await desktop.TakeAsync("action", "/actions/" + rich.Id);
        }

        await using (var desktop = new Camera(await chromium.OpenAsync(1280, 900), gate, "desktop-light"))
        {
            await desktop.TakeAsync("review", benLink);
            await desktop.SignInAsync(Gate.Ben);
            await desktop.TakeAsync("inbox", "/inbox");
            await desktop.TakeAsync("review-error", $"/actions/{rich.Id}/review", async page =>
            {
                await page.EvaluateAsync("document.getElementById('justification').removeAttribute('required')");
                await page.EvaluateAsync("document.getElementById('justification').removeAttribute('minlength')");
                await page.ClickAsync("button[value=deny]");
            });
        }

        await using (var phone = new Camera(await chromium.OpenAsync(390, 844, isDark: true), gate, "phone-dark"))
        {
            await phone.TakeAsync("review", benLink);
            await phone.SignInAsync(Gate.Root);
            await phone.TakeAsync("inbox", "/inbox");
            await phone.TakeAsync("audit", "/audit");
            await phone.TakeAsync("manage", "/manage");
            await phone.TakeAsync("action", "/actions/" + rich.Id);
        }
    }

    private sealed class Camera(IPage page, Gate gate, string name) : IAsyncDisposable
    {
        public IPage Page => page;

        public async Task TakeAsync(string what, string? path, Func<IPage, Task>? before = null)
        {
            if (path is not null) await page.GotoAsync(gate.Url + path[1..]);
            if (before is not null) await before(page);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{what}-{name}.png"), FullPage = true });
            int overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{what} on {name} is {overflow} pixels too wide.");
            string html = path is null || before is not null ? "" : await (await page.Context.APIRequest.GetAsync(gate.Url + path[1..])).TextAsync();
            Assert.DoesNotContain("<script", html);
            Assert.DoesNotContain(" style=", html);
        }

        public async Task SignInAsync(Workflow.Principals.Principal person)
        {
            await page.GotoAsync(gate.Url + "sign-in");
            await page.FillAsync("#key", gate.KeyOf(person));
            await page.ClickAsync("button[type=submit]");
            await page.WaitForURLAsync("**/inbox");
        }

        public async ValueTask DisposeAsync() => await page.Context.DisposeAsync();
    }
}
