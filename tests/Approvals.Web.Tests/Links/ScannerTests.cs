using System.Net;
using AngleSharp.Dom;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Tests.Links;

/// <summary>Machines that follow links: mail gateways, chats, browsers that fetch ahead.</summary>
public sealed class ScannerTests
{
    [Fact]
    public async Task Prefetch()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        foreach ((string name, string value) in new[] { ("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch"), ("X-Moz", "prefetch") })
        {
            foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                using var request = new HttpRequestMessage(method, link) { Headers = { { name, value } } };
                HttpResponseMessage response = await browser.SendAsync(request);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.True(response.Headers.CacheControl!.NoStore); // a page fetched ahead is not kept for later
            }
        }

        await UntouchedAsync(gate, document);
        Assert.Equal(HttpStatusCode.SeeOther, (await Forms.VoteAsync(browser, link, "approve")).StatusCode);
    }

    [Fact]
    public async Task Unfurl()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        foreach (string agent in (string[])["Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Mozilla/5.0 (compatible; SkypeUriPreview/0.5)", "WhatsApp/2.23", "Twitterbot/1.0"])
        {
            using HttpClient bot = gate.Client();
            bot.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
            bot.DefaultRequestHeaders.TryAddWithoutValidation("Range", "bytes=0-32768");
            IDocument page = await Forms.ReadAsync(bot, link);

            // What a preview in a channel is made of: it must not tell the channel what the request is.
            Assert.Equal("Review a request · Approvals", page.Title);
            Assert.Empty(page.QuerySelectorAll("meta[property^='og:'], meta[name^='twitter:'], meta[name=description], link[rel=alternate]"));
            Assert.Equal("noindex, nofollow", page.QuerySelector("meta[name=robots]")!.GetAttribute("content"));
        }

        await UntouchedAsync(gate, document);
    }

    [Fact]
    public async Task SafeLinks()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);

        // Several hits from several machines, before and after the person's own, some of which send what they find.
        for (int hit = 0; hit < 4; hit++)
        {
            using HttpClient scanner = gate.Client();
            Assert.Equal(HttpStatusCode.OK, (await scanner.GetAsync(link)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, link))).StatusCode);
            Assert.Equal(HttpStatusCode.SeeOther, (await scanner.GetAsync(link + "/result")).StatusCode);
            foreach (HttpContent? content in new HttpContent?[] { null, new StringContent(""), Form(("verdict", "approve")), Form(("verdict", "approve"), ("viewDigest", document.View!.Digest)) })
            {
                HttpResponseMessage refused = await scanner.PostAsync(link, content);
                Assert.True(refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.UnsupportedMediaType, refused.StatusCode.ToString());
            }

            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scanner.PutAsync(link, null)).StatusCode);
        }

        await UntouchedAsync(gate, document);
        using HttpClient person = gate.Browser();
        Assert.Equal(HttpStatusCode.SeeOther, (await Forms.VoteAsync(person, link, "approve")).StatusCode);
    }

    [Fact]
    public async Task Post_by_a_script_that_submits_the_form_without_its_cookie()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);

        // A detonation chamber that parses the page and sends its form, but keeps no cookies and comes from nowhere.
        using HttpClient chamber = gate.Client();
        Dictionary<string, string> form = await Forms.OpenAsync(chamber, link);
        foreach (string verdict in (string[])["approve", "deny"])
        {
            form["verdict"] = verdict;
            Assert.Equal(HttpStatusCode.Forbidden, (await chamber.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        }

        await UntouchedAsync(gate, document);
    }

    [Fact]
    public async Task Nothing_is_told_before_sign_in_where_policy_wants_it()
    {
        await using Gate gate = await ProvenIdentity.GateAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)) { MinimumAssurance = Assurance.Idp });
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient scanner = gate.Client();
        async Task SilentAsync()
        {
            foreach (string path in (string[])[link, link + "/result", link + "?part=1"])
            {
                HttpResponseMessage response = await scanner.GetAsync(path);
                string all = response.Headers + await response.Content.ReadAsStringAsync();
                Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
                foreach (string telling in (string[])["data.export", "s3://partner", "ETL", "monthly", "Ann", "approved", "expired", document.Id]) Assert.DoesNotContain(telling, all);
                Assert.Equal(HttpStatusCode.Forbidden, (await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, path))).StatusCode);
            }

            Assert.Equal(HttpStatusCode.Forbidden, (await scanner.PostAsync(link, Form(("verdict", "approve")))).StatusCode);
        }

        await SilentAsync();
        await UntouchedAsync(gate, document);

        // The same when the link is dead: not even what became of the request is told.
        using HttpClient ann = ProvenIdentity.Browser(gate, Gate.Ann, Assurance.Idp);
        Assert.Equal(HttpStatusCode.SeeOther, (await Forms.VoteAsync(ann, link, "approve")).StatusCode);
        Assert.Contains("You approved", await (await ann.GetAsync(link)).Content.ReadAsStringAsync());
        await SilentAsync();
    }

    private static FormUrlEncodedContent Form(params (string, string)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2)));

    private static async Task UntouchedAsync(Gate gate, ActionDocument before)
    {
        ActionDocument now = (await gate.Ports.GetAsync(before.Id, CancellationToken.None))!;
        Assert.Equal(before, now); // the same record: nothing at all was written
    }
}
