using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Reviews;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Pages;

public sealed class PageTests
{
    [Fact]
    public async Task Every_page_has_the_headers_that_keep_it_to_itself()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient browser = await SignInAsync(gate, Gate.Root);
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        foreach (string path in (string[])[link, link + "/result", "/review/x", "/", "/sign-in", "/inbox", "/inbox?bad=1", "/audit", "/manage", "/actions/" + document.Id])
        {
            HttpResponseMessage response = await browser.GetAsync(path);
            string Header(string name) => string.Join(",", response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values : []);
            Assert.Contains("default-src 'none'", Header("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", Header("Content-Security-Policy"));
            Assert.DoesNotContain("unsafe", Header("Content-Security-Policy"));
            Assert.DoesNotContain("script-src", Header("Content-Security-Policy"));
            Assert.Equal("no-store", Header("Cache-Control"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("DENY", Header("X-Frame-Options"));
        }
    }

    [Fact]
    public async Task Whatever_a_requester_writes_stays_text()
    {
        await using Gate gate = await Gate.StartAsync();
        const string Evil = "</code><script>alert(1)</script><img src=x onerror=alert(1)>\\\" onfocus=alert(1) x=\\\"";
        ActionDocument document = await gate.InReviewAsync(
            $$"""{"type":"data.export","target":"{{Evil}}","parameters":{"{{Evil}}":"{{Evil}}","list":["{{Evil}}"]},"context":{"a":"{{Evil}}"},"justification":"{{Evil}}"}""");
        using HttpClient browser = await SignInAsync(gate, Gate.Root);
        foreach (string path in (string[])[Gallery.LinkOf(gate, document, Gate.Ann), "/actions/" + document.Id, "/inbox", "/audit"])
        {
            IDocument page = await ReadAsync(browser, path);
            Assert.Empty(page.QuerySelectorAll("script, img, [onfocus], [onerror]"));
        }

        Assert.Contains("<script>alert(1)</script>", (await ReadAsync(browser, Gallery.LinkOf(gate, document, Gate.Ann))).QuerySelector(".target")!.TextContent);
    }

    [Fact]
    public async Task Review_page_marks_masks_and_only_real_ones()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync(
            """{"type":"a","target":"t","parameters":{"real":"write to ann@example.com","fake":"[EMAIL_1] and [SECRET_9]"}}""");
        IDocument page = await ReadAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann));

        IElement mask = Assert.Single(page.QuerySelectorAll(".json .mask"));
        Assert.Equal("[EMAIL_1]", mask.TextContent);
        Assert.Contains("E-mail address", mask.GetAttribute("title"));
        Assert.Contains("[EMAIL_1] and [SECRET_9]", page.QuerySelector(".json")!.TextContent);
        Assert.DoesNotContain("ann@example.com", page.DocumentElement.OuterHtml);
    }

    [Fact]
    public async Task Lines_of_a_text_cannot_pretend_to_be_members()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync("""{"type":"a","target":"t","parameters":{"note":"x\",\n\"approved\": true"}}""");
        IDocument page = await ReadAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann));
        IElement line = page.QuerySelectorAll(".json .ln").Single(shown => shown.TextContent.Contains("approved"));
        Assert.Contains("txt", line.ClassList);
        Assert.Null(line.QuerySelector(".j-k"));
    }

    [Fact]
    public async Task Session_begins_with_a_key_shows_the_inbox_and_ends_with_sign_out_or_revocation()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient stranger = gate.Browser();
        HttpResponseMessage sent = await stranger.GetAsync("/inbox");
        Assert.Equal("/sign-in?next=%2Finbox", sent.Headers.Location!.OriginalString);

        using HttpClient ann = await SignInAsync(gate, Gate.Ann);
        Assert.Equal($"/actions/{document.Id}/review", (await ReadAsync(ann, "/inbox")).QuerySelector(".cards a")!.GetAttribute("href"));
        Dictionary<string, string> form = await ReviewLinkTests.OpenAsync(ann, $"/actions/{document.Id}/review");
        form["verdict"] = "approve";
        Assert.Equal(HttpStatusCode.SeeOther, (await ann.PostAsync($"/actions/{document.Id}/review", new FormUrlEncodedContent(form))).StatusCode);
        Assert.Equal(ActionStatus.Approved, (await gate.UntilAsync(document.Id, shown => shown.IsTerminal)).Status);

        string field = (await ReadAsync(ann, "/inbox")).QuerySelector(".sign-out input")!.GetAttribute("value")!;
        await ann.PostAsync("/sign-out", new FormUrlEncodedContent([KeyValuePair.Create("form", field)]));
        Assert.Equal(HttpStatusCode.SeeOther, (await ann.GetAsync("/inbox")).StatusCode);

        using HttpClient ben = await SignInAsync(gate, Gate.Ben);
        Assert.True(Web.Callers.ApiKey.TryParse(gate.KeyOf(Gate.Ben), out string keyId, out _));
        await gate.Ports.RevokeAsync(keyId, Gate.Start, CancellationToken.None);
        Assert.Equal(HttpStatusCode.SeeOther, (await ben.GetAsync("/inbox")).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task Sign_in_sends_nobody_elsewhere(string next)
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await ReviewLinkTests.OpenAsync(browser, "/sign-in?next=" + Uri.EscapeDataString(next));
        form["key"] = gate.KeyOf(Gate.Ann);
        HttpResponseMessage response = await browser.PostAsync("/sign-in", new FormUrlEncodedContent(form));
        Assert.Equal("/inbox", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Session_cookie_reads_the_api_and_changes_nothing_through_it()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient root = await SignInAsync(gate, Gate.Root);
        Assert.Equal(HttpStatusCode.OK, (await root.GetAsync("/api/actions/" + document.Id)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await root.DeleteAsync("/api/actions/" + document.Id)).StatusCode);
    }

    [Fact]
    public async Task Pages_of_a_role_are_for_that_role()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient eve = await SignInAsync(gate, Gate.Eve);
        Assert.Equal(HttpStatusCode.Forbidden, (await eve.GetAsync("/audit")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await eve.GetAsync("/manage")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.GetAsync("/actions/" + document.Id)).StatusCode);
        using HttpClient root = await SignInAsync(gate, Gate.Root);
        Assert.Equal(HttpStatusCode.Forbidden, (await root.GetAsync($"/actions/{document.Id}/review")).StatusCode);
    }

    [Fact]
    public async Task Style_sheet_is_kept_for_good_under_its_hash()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient browser = gate.Browser();
        string path = (await ReadAsync(browser, "/sign-in")).QuerySelector("link[rel=stylesheet]")!.GetAttribute("href")!;
        HttpResponseMessage css = await browser.GetAsync(path);
        Assert.Equal("text/css", css.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", css.Headers.CacheControl!.ToString());
    }

    private static async Task<HttpClient> SignInAsync(Gate gate, Principal person)
    {
        HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await ReviewLinkTests.OpenAsync(browser, "/sign-in");
        form["key"] = gate.KeyOf(person);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync("/sign-in", new FormUrlEncodedContent(form))).StatusCode);
        return browser;
    }

    private static async Task<IDocument> ReadAsync(HttpClient browser, string path) => new HtmlParser().ParseDocument(await browser.GetStringAsync(path));
}
