using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Target;
using Approvals.EndToEnd.Processes;
using Approvals.Web.Tests.Hosting;
using Microsoft.Playwright;

namespace Approvals.EndToEnd.Browsers;

/// <summary>
/// A picture of every page of a live gate: of one look beside the tests, of two widths and both themes in the folder that <c>APPROVALS_SCREENSHOTS</c> names.
/// What can be checked without eyes is checked: nothing is cut off sideways, the browser reports no error and blocks nothing.
/// </summary>
public sealed class ScreenshotTests
{
    private static readonly string? Named = Environment.GetEnvironmentVariable("APPROVALS_SCREENSHOTS");
    private static readonly string Folder = string.IsNullOrEmpty(Named) ? Path.Combine(AppContext.BaseDirectory, "screenshots") : Path.GetFullPath(Named);

    private static readonly (int Width, bool IsDark)[] Looks =
        !string.IsNullOrEmpty(Named) ? [(390, true), (390, false), (1280, true), (1280, false)] : [(390, true)];

    [Fact]
    public async Task Every_page_fits_and_pleases_the_browser()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using LiveGate gate = await LiveGate.StartAsync();
        await gate.ApprovedAsync(LiveGate.Request()); // lists have something decided in them
        string longLink = (await gate.AskAsync(LongRequest())).Link;
        foreach ((int width, bool isDark) in Looks)
        {
            string look = $"{width}-{(isDark ? "dark" : "light")}";
            async Task<Camera> OpenAsync() => new(await chromium.OpenAsync(width, 900, isDark), gate, look);
            (JsonElement accepted, string link) = await gate.AskAsync(Request());
            string id = accepted.GetProperty("id").GetString()!;
            await TakeReviewerAsync(await OpenAsync(), id);
            await TakePersonalAsync(await OpenAsync(), link);
            await TakeSignedInAsync(await OpenAsync(), id);
            await gate.DecidedAsync(id);
            await TakeLongAsync(await OpenAsync(), longLink);
            Assert.True(Directory.GetFiles(Folder, $"*-{look}.png").Length >= 17, look);
        }
    }

    private static async Task TakePersonalAsync(Camera camera, string link)
    {
        await camera.TakeAsync("review-link", link);
        await camera.TakeAsync("problem", "/review/nonsense");
        await camera.TakeAsync("sign-in", "/sign-in");
        await camera.Page.FillAsync("#key", "apk_wrong");
        await camera.Page.ClickAsync("button[type=submit]");
        await camera.TakeAsync("sign-in-error", null);
        await camera.Page.GotoAsync(link);
        await camera.Page.EvaluateAsync("document.getElementById('justification').removeAttribute('minlength'); document.getElementById('justification').removeAttribute('required')");
        await camera.Page.ClickAsync("button[value=approve]");
        await camera.TakeAsync("review-error", null);
        await camera.Page.FillAsync("#justification", LiveGate.Reason);
        await camera.Page.ClickAsync("button[value=approve]");
        await camera.Page.WaitForURLAsync("**/result");
        await camera.TakeAsync("result", null);
        await camera.TakeAsync("gone", link);
        await camera.Page.Context.DisposeAsync();
    }

    private static async Task TakeReviewerAsync(Camera camera, string id)
    {
        await camera.SignInAsync(camera.Gate.Dana);
        await camera.TakeAsync("inbox-of-reviewer", "/inbox");
        await camera.TakeAsync("action-in-review", "/actions/" + id);
        await camera.TakeAsync("review-signed-in", $"/actions/{id}/review");
        await camera.Page.Context.DisposeAsync();
    }

    private static async Task TakeSignedInAsync(Camera camera, string id)
    {
        await camera.SignInAsync(camera.Gate.Admin);
        await camera.TakeAsync("inbox", "/inbox");
        await camera.TakeAsync("audit", "/audit");
        await camera.TakeAsync("manage", "/manage");
        await camera.TakeAsync("action", "/actions/" + id);
        await camera.TakeAsync("forbidden", $"/actions/{Guid.Empty}");
        await camera.Page.Context.DisposeAsync();
    }

    /// <summary>A view in parts: the first, and the last with the way to approve.</summary>
    private static async Task TakeLongAsync(Camera camera, string link)
    {
        await camera.TakeAsync("review-long-first", link);
        ILocator next = camera.Page.Locator("form[method=get] button.primary");
        for (int part = 2; await next.CountAsync() > 0; part++)
        {
            await next.ClickAsync();
            await camera.Page.GetByText($"Part {part} of").First.WaitForAsync();
        }

        await camera.Page.Locator("button[value=approve]").WaitForAsync();
        await camera.TakeAsync("review-long-last", null);
        await camera.Page.Context.DisposeAsync();
    }

    private static JsonObject LongRequest()
    {
        JsonObject request = LiveGate.Request();
        request["parameters"]!["steps"] = new JsonArray([.. Enumerable.Range(0, 1000).Select(i => JsonValue.Create($"step {i}"))]);
        return request;
    }

    /// <summary>Long names, many findings and what wants to look like something else.</summary>
    private static JsonObject Request()
    {
        JsonObject request = LiveGate.Request();
        request["target"]!["owner"] = "p\u0430ypal \u202egnp.exe";
        request["parameters"]!["aws"] = "AKIAQZ7WXN5KD2RTB4VJ";
        request["parameters"]!["query"] = "SELECT customer_id, email, phone, iban, last_order_at FROM crm.customers WHERE segment = 'churn-risk' AND country IN ('DE','AT','CH')";
        request["parameters"]!["preview"] = new JsonArray([.. Enumerable.Range(0, 8).Select(i => new JsonObject { ["email"] = $"user{i}.nowak@posteo.example", ["rank"] = i })]);
        request["context"] = new JsonObject { ["run"] = "https://airflow.acme.example/dags/partner_export/runs/2026-11-20/" + new string('x', 120) };
        return request;
    }

    private sealed class Camera
    {
        private readonly string name;
        private readonly List<string> complaints = [];

        public Camera(IPage page, LiveGate gate, string name)
        {
            (Page, Gate, this.name) = (page, gate, name);
            page.SetDefaultTimeout(120_000);
            page.PageError += (_, error) => complaints.Add(error);
            page.Console += (_, message) =>
            {
                // Chromium writes a line for each answer of 4xx as well; those are asked for here.
                if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) complaints.Add(message.Text);
            };
        }

        public IPage Page { get; }

        public LiveGate Gate { get; }

        public async Task TakeAsync(string what, string? address)
        {
            if (address is not null) await Page.GotoAsync(new Uri(Gate.Url, address).ToString());
            Directory.CreateDirectory(Folder);
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{what}-{name}.png"), FullPage = true });
            int overflow = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{what} at {name} is {overflow} pixels too wide.");
            Assert.True(complaints.Count == 0, $"{what} at {name}: {string.Join("; ", complaints)}");
            Assert.False(string.IsNullOrWhiteSpace(await Page.TitleAsync()), $"{what} has no title.");
        }

        public async Task SignInAsync(Caller person)
        {
            await Page.GotoAsync(new Uri(Gate.Url, "/sign-in").ToString());
            await Page.FillAsync("#key", person.Key!);
            await Page.ClickAsync("button[type=submit]");
            await Page.WaitForURLAsync("**/inbox");
        }
    }
}
