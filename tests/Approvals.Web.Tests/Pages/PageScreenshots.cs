using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Pages;

/// <summary>
/// Takes a picture of every page at two widths, to be looked at: one theme each beside the tests, both themes into the folder that
/// <c>APPROVALS_SCREENSHOTS</c> names. What can be checked without eyes is: at every width nothing is cut off sideways.
/// </summary>
public sealed class PageScreenshots
{
    private static readonly string? Named = Environment.GetEnvironmentVariable("APPROVALS_SCREENSHOTS");
    private static readonly string Folder = string.IsNullOrEmpty(Named) ? Path.Combine(AppContext.BaseDirectory, "screenshots") : Named;

    /// <summary>Phones; and 320, which is 1280 at 400 % zoom (WCAG 2.2, 1.4.10).</summary>
    private static readonly int[] Narrow = [320, 390];

    /// <summary>Tablet, desktop, wide; and 640, which is 1280 at 200 % zoom.</summary>
    private static readonly int[] Wide = [640, 768, 1280, 1920];

    /// <summary>Beside the tests, each width and each theme once; for people, each width in each theme.</summary>
    public static TheoryData<string, int, bool> Looks => string.IsNullOrEmpty(Named)
        ? new() { { "phone-dark", 390, true }, { "desktop-light", 1280, false } }
        : new() { { "phone-dark", 390, true }, { "phone-light", 390, false }, { "desktop-dark", 1280, true }, { "desktop-light", 1280, false } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_fits_every_width(string name, int width, bool isDark)
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gallery.OpenAsync();
        Gallery.Exhibits shown = await Gallery.FillAsync(gate);
        IPage page = await chromium.OpenAsync(width, width < 500 ? 844 : 900, isDark);
        var camera = new Camera(page, gate, name, width < 500 ? Narrow : Wide);

        await camera.TakeAsync("review", Gallery.LinkOf(gate, shown.Rich, Gate.Ben));
        await camera.TakeAsync("review-demo", Gallery.LinkOf(gate, shown.Demo, Gate.Ben));
        await camera.TakeScreenAsync("screen-review");
        await camera.TakeAsync("review-long", Gallery.LinkOf(gate, shown.Long, Gate.Ben));
        await page.Locator("#h-long").ScrollIntoViewIfNeededAsync();
        await camera.TakeScreenAsync("screen-review-long");
        await camera.TakeAsync("problem", "/review/nonsense");
        await camera.TakeAsync("sign-in-first", Gallery.LinkOf(gate, shown.Guarded, Gate.Ben));
        await camera.TakeAsync("sign-in", "/sign-in");
        await page.GotoAsync(gate.Url + Gallery.LinkOf(gate, shown.Quick, Gate.Ann)[1..]);
        await page.ClickAsync("button[value=deny]");
        await camera.TakeAsync("result-link", null);
        await camera.TakeAsync("gone", Gallery.LinkOf(gate, shown.Quick, Gate.Ben));

        await Forms.SignInAsync(page, gate, Gate.Ann);
        await camera.TakeAsync("inbox", "/inbox");
        await camera.TakeAsync("review-error", $"/actions/{shown.Rich.Id}/review", async () =>
        {
            await page.EvaluateAsync("document.getElementById('justification').removeAttribute('required')");
            await page.EvaluateAsync("document.getElementById('justification').removeAttribute('minlength')");
            await page.ClickAsync("button[value=deny]");
        });
        await page.FillAsync("#justification", "I know this delivery; the volume is as agreed.");
        await page.ClickAsync("button[value=approve]");
        await camera.TakeAsync("result", null);

        (ActionDocument urgent, ActionDocument broken) = shown.Emergencies;
        await camera.TakeAsync("inbox-none", "/inbox?type=none");
        await camera.TakeAsync("action-emergency", "/actions/" + urgent.Id);
        await camera.TakeAsync("break-glass-weak", $"/actions/{urgent.Id}/break-glass");
        await camera.TakeAsync("follow-ups", "/follow-ups");
        await camera.TakeAsync("follow-up", $"/actions/{broken.Id}/follow-up");
        await camera.TakeAsync("delegations", "/delegations");
        await page.FillAsync("#to", "nobody@example.com");
        await page.CheckAsync("main input[type=checkbox]");
        await page.FillAsync("#until", "2026-03-20T18:00");
        await page.ClickAsync(".decide button[type=submit]");
        await camera.TakeAsync("delegations-error", null);

        await page.Context.ClearCookiesAsync();
        await page.Context.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { [ProvenIdentity.Header] = "ann IdpMfa" });
        await camera.TakeAsync("break-glass", $"/actions/{urgent.Id}/break-glass");
        await page.FillAsync("#justification", "It is on fire.");
        await page.ClickAsync("main button[type=submit]");
        await camera.TakeAsync("break-glass-error", null);
        await page.Context.SetExtraHTTPHeadersAsync([]);

        await page.Context.ClearCookiesAsync();
        await Forms.SignInAsync(page, gate, Gate.Root);
        await camera.TakeAsync("inbox-admin", "/inbox");
        await camera.TakeAsync("forbidden", $"/actions/{shown.Rich.Id}/review");
        await camera.TakeAsync("action-broken", "/actions/" + broken.Id);
        await camera.TakeAsync("policy", "/policy");
        await camera.TakeAsync("action", "/actions/" + shown.Rich.Id);
        await camera.TakeAsync("action-done", "/actions/" + shown.Done.Id);
        await camera.TakeAsync("audit", "/audit");
        await camera.TakeAsync("reviewers", "/audit/reviewers");
        await camera.TakeAsync("manage", "/manage");
        await page.FillAsync("#subject", "nightly-export");
        await page.ClickAsync(".decide button[type=submit]");
        await camera.TakeAsync("manage-key", null);

        // The README's: what a screen shows without scrolling.
        await Gallery.DecideAsync(gate, shown.Demo, Gate.Ben, "approve", "Checked against DPA-2214.", 84);
        await page.GotoAsync($"{gate.Url}actions/{shown.Demo.Id}");
        await camera.TakeScreenAsync("screen-action");
        await page.Context.DisposeAsync();
    }

    [Theory]
    [InlineData("phone-dark", 390, true)]
    [InlineData("desktop-light", 1280, false)]
    public async Task Sign_in_with_issuers_fits_every_width(string name, int width, bool isDark)
    {
        await using Chromium chromium = await Chromium.StartAsync();
        static Issuer Of(string name, string title) => new IssuerSettings
        {
            Name = name, Title = title, Issuer = $"https://{name}.example", SignIn = new SignInSettings { ClientId = "gate" },
        }.ToIssuer();
        await using Gate gate = await Gate.StartAsync(options => options.Identity = new IdentityOptions { Issuers = [Of("entra", "Contoso"), Of("okta", "Contoso Partners and Contractors")] });
        IPage page = await chromium.OpenAsync(width, width < 500 ? 844 : 900, isDark);
        var camera = new Camera(page, gate, name, width < 500 ? Narrow : Wide);
        await camera.TakeAsync("sign-in-issuers", "/sign-in");
        await page.FillAsync("#key", "apk_0_wrong");
        await page.ClickAsync("main button[type=submit]");
        await camera.TakeAsync("sign-in-error", null);
        await page.Context.DisposeAsync();
    }

    private sealed class Camera(IPage page, Gate gate, string name, int[] widths)
    {
        public async Task TakeScreenAsync(string what) => _ = await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{what}-{name}.png") });

        public async Task TakeAsync(string what, string? path, Func<Task>? before = null)
        {
            if (path is not null) await page.GotoAsync(gate.Url + path[1..]);
            if (before is not null) await before();
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{what}-{name}.png"), FullPage = true });
            (int width, int height) = (page.ViewportSize!.Width, page.ViewportSize.Height);
            foreach (int other in widths)
            {
                await page.SetViewportSizeAsync(other, height);
                int overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                Assert.True(overflow <= 0, $"{what} is {overflow} pixels too wide at {other}.");
            }

            await page.SetViewportSizeAsync(width, height);
        }
    }
}
