using Microsoft.Playwright;

namespace Approvals.Web.Tests.Hosting;

/// <summary>
/// The system's Chromium, headless: one for all tests of a process, each with cookies and pages of its own. Tests that want it are skipped where there is
/// none, unless tools are required.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    // Ends with the process: the driver does when its input closes, and takes the browser along.
    private static readonly Lazy<Task<IBrowser>> Shared = new(LaunchAsync);

    private readonly IBrowser browser;
    private readonly List<IBrowserContext> opened = [];

    private Chromium(IBrowser browser) => this.browser = browser;

    private static string? Executable { get; } = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public static async Task<Chromium> StartAsync()
    {
        if (Executable is null)
        {
            const string reason = "Chromium is not installed (Debian: apt-get install chromium).";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("APPROVALS_REQUIRE_TOOLS") == "1", reason);
            Assert.Fail(reason);
        }

        return new Chromium(await Shared.Value);
    }

    public async Task<IPage> OpenAsync(int width = 1280, int height = 900, bool isDark = false, bool hasScript = true)
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = hasScript,
        });
        opened.Add(context);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IBrowserContext context in opened) await context.DisposeAsync();
    }

    private static async Task<IBrowser> LaunchAsync()
    {
        IPlaywright driver = await Playwright.CreateAsync();
        return await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu"],
        });
    }
}
