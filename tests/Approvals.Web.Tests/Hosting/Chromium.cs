using Microsoft.Playwright;

namespace Approvals.Web.Tests.Hosting;

/// <summary>The system's Chromium, headless. Tests that want it are skipped where there is none, unless tools are required.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<Chromium> StartAsync()
    {
        string? path = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        if (path is null)
        {
            const string reason = "Chromium is not installed (Debian: apt-get install chromium).";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1", reason);
            Assert.Fail(reason);
        }

        IPlaywright driver = await Playwright.CreateAsync();
        IBrowser started = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--disable-gpu"],
        });
        return new Chromium(driver, started);
    }

    public async Task<IPage> OpenAsync(int width = 1280, int height = 900, bool isDark = false, bool hasScript = true)
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = hasScript,
        });
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
