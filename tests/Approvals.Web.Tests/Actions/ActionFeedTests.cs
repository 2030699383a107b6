using System.Net;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Actions;

/// <summary>The live timeline: server-sent events, and the page with and without its script.</summary>
public sealed class ActionFeedTests
{
    [Fact]
    public async Task Feed_tells_state_then_change_then_end_and_closes()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient client = gate.Client(Gate.Ann);
        using HttpResponseMessage response = await client.GetAsync($"/api/actions/{document.Id}/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var feed = new Feed(await response.Content.ReadAsStreamAsync());

        string first = (await feed.NextAsync())!;
        Assert.Matches("^state [0-9a-f]{16}$", first);
        await Forms.VoteAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ben), "deny");
        string second = (await feed.NextAsync())!;
        Assert.StartsWith("state ", second);
        Assert.NotEqual(first, second);
        Assert.Equal("end over", await feed.NextAsync());
        Assert.Null(await feed.NextAsync());
    }

    [Fact]
    public async Task Feed_of_a_decided_action_ends_at_once_and_head_opens_none()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        await Forms.VoteAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ben), "deny");
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        using HttpClient client = gate.Client(Gate.Ann);
        Assert.EndsWith("event: end\ndata: over\n\n", await client.GetStringAsync($"/api/actions/{document.Id}/events"));
        Assert.Empty(await (await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/api/actions/{document.Id}/events"))).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Feed_beats_ends_after_its_lifetime_and_sooner_when_its_caller_is_nobody_any_more()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        foreach (bool isRevoked in (bool[])[false, true])
        {
            using HttpClient client = gate.Client(Gate.Ann);
            using HttpResponseMessage response = await client.GetAsync($"/api/actions/{document.Id}/events", HttpCompletionOption.ResponseHeadersRead);
            var feed = new Feed(await response.Content.ReadAsStreamAsync());
            Assert.StartsWith("state ", await feed.NextAsync());
            if (isRevoked)
            {
                Assert.True(Web.Callers.ApiKey.TryParse(gate.KeyOf(Gate.Ann), out string keyId, out _));
                await gate.Ports.RevokeAsync(keyId, Gate.Start, CancellationToken.None);
            }

            // Each beat comes by the clock of the test; after the last the stream is closed.
            int beats = 0;
            for (Task<string?> next = feed.NextAsync(); ; next = feed.NextAsync())
            {
                if (await Task.WhenAny(next, gate.Time.TimerWithinAsync(TimeSpan.FromSeconds(15))) != next) gate.Time.Advance(TimeSpan.FromSeconds(15));
                if (await next is null) break;
                Assert.Equal("beat", await next);
                beats++;
            }

            Assert.True(isRevoked ? beats <= 1 : beats >= 13, $"{beats} beats");
        }
    }

    [Fact]
    public async Task Feed_is_for_those_who_may_see_the_action_and_bounded_for_each()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string path = $"/api/actions/{document.Id}/events";
        await Contract.IsProblemAsync(await gate.Client().GetAsync(path), ProblemTypes.Unauthenticated, "watch-action");
        await Contract.IsProblemAsync(await gate.Client(Gate.Eve).GetAsync(path), ProblemTypes.NotFound, "watch-action");

        using HttpClient ann = gate.Client(Gate.Ann);
        var open = new List<HttpResponseMessage>();
        for (int i = 0; i < 8; i++) open.Add(await ann.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));
        await Contract.IsProblemAsync(await ann.GetAsync(path), ProblemTypes.Busy, "watch-action");
        using HttpResponseMessage other = await gate.Client(Gate.Ben).GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        open.ForEach(response => response.Dispose());
    }

    [Fact]
    public async Task Feed_does_not_keep_the_host_from_stopping()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient client = gate.Client(Gate.Ann);
        using HttpResponseMessage response = await client.GetAsync($"/api/actions/{document.Id}/events", HttpCompletionOption.ResponseHeadersRead);
        var feed = new Feed(await response.Content.ReadAsStreamAsync());
        Assert.StartsWith("state ", await feed.NextAsync());
        gate.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Null(await feed.NextAsync());
    }

    [Fact]
    public async Task Page_follows_the_action_by_itself_and_stops_when_told()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        IPage page = await chromium.OpenAsync();
        var errors = new List<string>();
        page.Console += (_, message) => { if (message.Type == "error") errors.Add(message.Text); };
        await Forms.SignInAsync(page, gate, Gate.Root);
        await page.GotoAsync($"{gate.Url}actions/{document.Id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause live updates" }).WaitForAsync();

        await Forms.VoteAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ben), "approve", "agreed in DPA-2214");
        await page.GetByText("Approval by Ben Ito").First.WaitForAsync();
        Assert.Equal("Approval by Ben Ito", await page.GetByRole(AriaRole.Status).TextContentAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause live updates" }).ClickAsync();
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Resume live updates" }).IsVisibleAsync());
        await Forms.VoteAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann), "deny", "not without a ticket");
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume live updates" }).ClickAsync();
        await page.GetByText("Denial by Ann Meyer").First.WaitForAsync();
        await page.WaitForFunctionAsync("document.querySelector('[data-live=state]').textContent.includes('Denied')");
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Page_without_script_has_a_link_in_its_place()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient root = await Forms.SignInAsync(gate, Gate.Root);
        Assert.Equal($"/actions/{document.Id}", (await Forms.ReadAsync(root, "/actions/" + document.Id)).QuerySelector("[data-live-bar] a")!.GetAttribute("href"));

        await Forms.VoteAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ben), "deny");
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        var decided = await Forms.ReadAsync(root, "/actions/" + document.Id);
        Assert.Null(decided.QuerySelector("script"));
        Assert.Null(decided.QuerySelector("[data-feed]"));
    }

    /// <summary>Reads server-sent events: <c>name data</c>, <c>beat</c> for a comment, nothing at the end.</summary>
    private sealed class Feed(Stream stream)
    {
        private readonly StreamReader reader = new(stream);

        public async Task<string?> NextAsync()
        {
            string name = "";
            while (true)
            {
                string? line;
                try
                {
                    line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
                }
                catch (IOException)
                {
                    return null; // the server closed while we read
                }

                if (line is null) return null;
                if (line == ":") return "beat";
                if (line.StartsWith("event: ")) name = line["event: ".Length..];
                if (line.StartsWith("data: ")) return $"{name} {line["data: ".Length..]}";
            }
        }
    }
}
