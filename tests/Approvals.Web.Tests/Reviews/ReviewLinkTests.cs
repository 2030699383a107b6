using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Approvals.Policy;
using Approvals.Web.Reviews;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Reviews;

/// <summary>Links that scanners and thieves cannot use: the published set.</summary>
public sealed class ReviewLinkTests
{
    [Fact]
    public async Task Form_approves_and_redirects_to_the_result()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = "approve";
        form["justification"] = "call me at ann@example.com";
        HttpResponseMessage posted = await browser.PostAsync(link, new FormUrlEncodedContent(form));

        Assert.Equal(HttpStatusCode.SeeOther, posted.StatusCode);
        string result = await browser.GetStringAsync(posted.Headers.Location!.OriginalString);
        Assert.Contains("You approved this action", result);
        document = await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        Vote vote = Assert.Single(document.Review!.Votes).Vote;
        Assert.Equal((Assurance.Link, "ann", "call me at [EMAIL]"), (vote.Assurance, vote.Voter.Subject, vote.Justification));
        Assert.Equal(document.View!.Digest, vote.ViewDigest);
    }

    [Fact]
    public async Task Scanners_that_fetch_unfurl_and_follow_change_nothing()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient scanner = gate.Client();
        for (int hit = 0; hit < 5; hit++)
        {
            Assert.Equal(HttpStatusCode.OK, (await scanner.GetAsync(link)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, link))).StatusCode);
            Assert.Equal(HttpStatusCode.SeeOther, (await scanner.GetAsync(link + "/result")).StatusCode);
        }

        foreach (HttpContent? content in new HttpContent?[] { null, new StringContent(""), Form(("verdict", "approve")), Form(("verdict", "approve"), ("viewDigest", document.View!.Digest)) })
        {
            HttpResponseMessage refused = await scanner.PostAsync(link, content);
            Assert.True(refused.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.UnsupportedMediaType, refused.StatusCode.ToString());
        }

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scanner.PutAsync(link, null)).StatusCode);
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData(null, null)]
    public async Task Form_from_another_origin_is_refused(string? header, string? value)
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = "approve";
        browser.DefaultRequestHeaders.Remove("Sec-Fetch-Site");
        if (header is not null) browser.DefaultRequestHeaders.Add(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
    }

    [Fact]
    public async Task Form_counts_only_with_its_own_cookie_field_link_and_digest()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        ActionDocument other = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = "approve";
        Dictionary<string, string> foreign = await OpenAsync(browser, Gallery.LinkOf(gate, other, Gate.Ann));
        Dictionary<string, string> benForm = await OpenAsync(browser, Gallery.LinkOf(gate, document, Gate.Ben));

        async Task<HttpStatusCode> Post(HttpClient client, string to, params (string, string)[] changes)
        {
            var changed = new Dictionary<string, string>(form);
            foreach ((string name, string value) in changes) changed[name] = value;
            return (await client.PostAsync(to, new FormUrlEncodedContent(changed))).StatusCode;
        }

        using HttpClient thief = gate.Browser();
        Assert.Equal(HttpStatusCode.Forbidden, await Post(thief, link));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, link, ("form", foreign["form"])));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, link, ("form", benForm["form"])));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, link, ("form", form["form"] + "x")));
        Assert.Equal(HttpStatusCode.Conflict, await Post(browser, link, ("viewDigest", "sha256:" + new string('0', 64))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Post(browser, link, ("verdict", "perhaps")));
        gate.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
        Assert.Equal(HttpStatusCode.SeeOther, await Post(browser, link));
    }

    [Fact]
    public async Task Tampered_and_foreign_tokens_are_not_found()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient client = gate.Client();
        string guard = (await OpenAsync(gate.Browser(), link))["form"];
        foreach (string path in (string[])["/review/x", "/review/" + new string('a', 3000), link[..^1], link[..90] + (link[90] == 'A' ? 'B' : 'A') + link[91..], "/review/" + guard])
        {
            HttpResponseMessage response = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.DoesNotContain("data.export", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Link_is_dead_once_its_person_voted_and_two_tabs_count_once()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromMinutes(30)));
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> one = await OpenAsync(browser, link);
        Dictionary<string, string> two = await OpenAsync(browser, link);
        one["verdict"] = "approve";
        two["verdict"] = "deny";
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(link, new FormUrlEncodedContent(one))).StatusCode);
        HttpResponseMessage second = await browser.PostAsync(link, new FormUrlEncodedContent(two));

        Assert.Equal(HttpStatusCode.SeeOther, second.StatusCode);
        Assert.Contains("You approved", await browser.GetStringAsync(second.Headers.Location!.OriginalString));
        HttpResponseMessage gone = await browser.GetAsync(link);
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        Assert.DoesNotContain("<textarea", await gone.Content.ReadAsStringAsync());
        document = (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!;
        Assert.Equal(Verdict.Approve, Assert.Single(document.Review!.Votes).Vote.Verdict);
    }

    [Fact]
    public async Task Link_is_dead_after_stage_deadline_decision_and_departure()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient client = gate.Client();
        string ann = Gallery.LinkOf(gate, document, Gate.Ann);

        Review review = document.Review!;
        Vote VoteOf(Principal who) => new("vote:" + who.Id, who, Assurance.Link, Verdict.Approve, "long enough", review.ViewDigest, Gate.Start);
        Principal cat = Gate.Ann with { Subject = "cat" };
        gate.Ports.Put(document with { Review = review.Apply(VoteOf(Gate.Ben), Gate.Start).Apply(VoteOf(cat), Gate.Start) });
        await AssertGoneAsync(client, ann, "Your stage of this review is done");

        gate.Ports.Put(document);
        gate.Ports.People.Remove(Gate.Ann);
        gate.Ports.Put(document with { Status = ActionStatus.InReview });
        foreach (Credential credential in (await ((ICredentialStore)gate.Ports).ListAsync(CancellationToken.None)).Where(credential => credential.Principal.Id == Gate.Ann.Id))
            await gate.Ports.RevokeAsync(credential.KeyId, Gate.Start, CancellationToken.None);
        await AssertGoneAsync(client, ann, "You are not asked any more");
        gate.Ports.People.Add(Gate.Ann);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(ann)).StatusCode);

        gate.Time.Advance(TimeSpan.FromMinutes(91));
        document = await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        await AssertGoneAsync(client, ann, "This action expired");
    }

    [Fact]
    public async Task Vote_behind_the_deadline_is_refused_even_before_the_review_is_closed()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = "approve";
        gate.Time.Advance(TimeSpan.FromMinutes(30));
        HttpResponseMessage late = await browser.PostAsync(link, new FormUrlEncodedContent(form));
        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        Assert.Equal(ActionStatus.Expired, (await gate.UntilAsync(document.Id, shown => shown.IsTerminal)).Status);
    }

    [Fact]
    public async Task Where_policy_wants_a_sign_in_the_link_alone_tells_nothing_and_decides_nothing()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)) { MinimumAssurance = Assurance.Idp });
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient browser = gate.Browser();
        HttpResponseMessage response = await browser.GetAsync(Gallery.LinkOf(gate, document, Gate.Ann));
        string page = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        foreach (string telling in (string[])["data.export", "s3://partner", "ETL", "monthly", document.Id]) Assert.DoesNotContain(telling, page);
    }

    [Fact]
    public async Task Long_view_is_approved_only_from_the_page_that_shows_all_of_it()
    {
        await using Gate gate = await Gate.StartAsync();
        string rows = string.Join(',', Enumerable.Range(0, 3_000).Select(row => $"\"row {row}\""));
        ActionDocument document = await gate.InReviewAsync("{\"type\":\"data.export\",\"target\":\"t\",\"parameters\":{\"rows\":[" + rows + "]}}");
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();

        string part = await browser.GetStringAsync(link);
        Assert.DoesNotContain("row 2999", part);
        Assert.DoesNotContain("value=\"approve\"", part);
        Assert.Contains("value=\"deny\"", part);
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = "approve";
        Assert.Equal(HttpStatusCode.Conflict, (await browser.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);

        Assert.Contains("row 2999", await browser.GetStringAsync(link + "?whole=1"));
        form = await OpenAsync(browser, link + "?whole=1");
        form["verdict"] = "approve";
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
    }

    [Fact]
    public async Task Too_short_a_justification_comes_back_with_what_was_typed()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = "approve";
        form["justification"] = "<b>ok</b>";
        HttpResponseMessage response = await browser.PostAsync(link, new FormUrlEncodedContent(form));
        IDocument page = new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("<b>ok</b>", page.QuerySelector("textarea")!.TextContent);
        Assert.Equal("#justification", page.QuerySelector(".error-summary a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Token_is_in_no_log()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, link);
        await browser.PostAsync(link, new FormUrlEncodedContent(form));
        await browser.GetAsync(link + "/result");
        gate.Ports.IndexFailure = new InvalidOperationException("the disk said " + link);
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.GetAsync(link)).StatusCode);

        Assert.NotEmpty(gate.Log.Lines);
        Assert.DoesNotContain(gate.Log.Lines, line => line.Contains(link[8..60]));
    }

    internal static async Task<Dictionary<string, string>> OpenAsync(HttpClient browser, string path)
    {
        IDocument page = new HtmlParser().ParseDocument(await browser.GetStringAsync(path));
        IElement form = page.QuerySelector("main form")!;
        return form.QuerySelectorAll("input[type=hidden]").ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value")!);
    }

    private static FormUrlEncodedContent Form(params (string, string)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2)));

    private static async Task AssertGoneAsync(HttpClient client, string link, string headline)
    {
        HttpResponseMessage response = await client.GetAsync(link);
        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Contains(headline, await response.Content.ReadAsStringAsync());
    }
}
