using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Approvals.Notifications.Outbox;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Tests.Pages;

public sealed class PageTests
{
    [Fact]
    public async Task Every_page_has_the_headers_that_keep_it_to_itself()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient browser = await Forms.SignInAsync(gate, Gate.Root);
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        foreach (string path in (string[])[link, link + "/result", link + "?part=0", "/review/x", "/", "/sign-in", "/inbox", "/inbox?bad=1", "/audit", "/policy", "/audit/reviewers", "/delegations", "/follow-ups", "/manage", $"/actions/{document.Id}/break-glass", $"/actions/{document.Id}/follow-up", "/actions/" + document.Id])
        {
            HttpResponseMessage response = await browser.GetAsync(path);
            string Header(string name) => string.Join(",", response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values : []);
            Assert.Contains("default-src 'none'", Header("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", Header("Content-Security-Policy"));
            Assert.DoesNotContain("unsafe", Header("Content-Security-Policy"));
            if (path == "/actions/" + document.Id) Assert.EndsWith("script-src 'self'; connect-src 'self'", Header("Content-Security-Policy"));
            else Assert.DoesNotContain("script-src", Header("Content-Security-Policy"));
            Assert.Equal("no-store", Header("Cache-Control"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("DENY", Header("X-Frame-Options"));
        }
    }

    [Fact]
    public async Task Whatever_a_requester_writes_stays_text_on_every_page()
    {
        await using Gate gate = await Gate.StartAsync();
        const string Evil = "</code><script>alert(1)</script><img src=x onerror=alert(1)>\\\" onfocus=alert(1) x=\\\"";
        ActionDocument document = await gate.InReviewAsync(
            $$"""{"type":"data.export","target":"{{Evil}}","parameters":{"{{Evil}}":"{{Evil}}","list":["{{Evil}}"]},"context":{"a":"{{Evil}}"},"justification":"{{Evil}}"}""");
        using HttpClient browser = await Forms.SignInAsync(gate, Gate.Root);
        foreach (string path in (string[])["/actions/" + document.Id, "/inbox", "/audit"])
        {
            IDocument page = await Forms.ReadAsync(browser, path);
            Assert.Empty(page.QuerySelectorAll("script:not([src^='/assets/']), img, [onfocus], [onerror]"));
        }
    }

    [Fact]
    public async Task Session_begins_with_a_key_shows_the_inbox_and_ends_with_sign_out_or_revocation()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient stranger = gate.Browser();
        HttpResponseMessage sent = await stranger.GetAsync("/inbox");
        Assert.Equal("/sign-in?next=%2Finbox", sent.Headers.Location!.OriginalString);

        using HttpClient ann = await Forms.SignInAsync(gate, Gate.Ann);
        Assert.Equal($"/actions/{document.Id}/review", (await Forms.ReadAsync(ann, "/inbox")).QuerySelector(".cards a")!.GetAttribute("href"));
        Dictionary<string, string> form = await Forms.OpenAsync(ann, $"/actions/{document.Id}/review");
        form["verdict"] = "approve";
        Assert.Equal(HttpStatusCode.SeeOther, (await ann.PostAsync($"/actions/{document.Id}/review", new FormUrlEncodedContent(form))).StatusCode);
        Assert.Equal(ActionStatus.Approved, (await gate.UntilAsync(document.Id, shown => shown.IsTerminal)).Status);

        string field = (await Forms.ReadAsync(ann, "/inbox")).QuerySelector(".sign-out input")!.GetAttribute("value")!;
        await ann.PostAsync("/sign-out", new FormUrlEncodedContent([KeyValuePair.Create("form", field)]));
        Assert.Equal(HttpStatusCode.SeeOther, (await ann.GetAsync("/inbox")).StatusCode);

        using HttpClient ben = await Forms.SignInAsync(gate, Gate.Ben);
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
        Dictionary<string, string> form = await Forms.OpenAsync(browser, "/sign-in?next=" + Uri.EscapeDataString(next));
        form["key"] = gate.KeyOf(Gate.Ann);
        HttpResponseMessage response = await browser.PostAsync("/sign-in", new FormUrlEncodedContent(form));
        Assert.Equal("/inbox", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Session_cookie_reads_the_api_and_changes_nothing_through_it()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient root = await Forms.SignInAsync(gate, Gate.Root);
        Assert.Equal(HttpStatusCode.OK, (await root.GetAsync("/api/actions/" + document.Id)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await root.DeleteAsync("/api/actions/" + document.Id)).StatusCode);
    }

    [Fact]
    public async Task Pages_of_a_role_are_for_that_role()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient eve = await Forms.SignInAsync(gate, Gate.Eve);
        Assert.Equal(HttpStatusCode.Forbidden, (await eve.GetAsync("/audit")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await eve.GetAsync("/manage")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.GetAsync("/actions/" + document.Id)).StatusCode);
        using HttpClient root = await Forms.SignInAsync(gate, Gate.Root);
        HttpResponseMessage refused = await root.GetAsync($"/actions/{document.Id}/review");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        string page = await refused.Content.ReadAsStringAsync();
        Assert.Contains("You are not among those who are asked", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/inbox\"", page, StringComparison.Ordinal); // whoever is signed in finds the way back
    }

    [Fact]
    public async Task Form_that_is_refused_comes_back_with_what_was_typed()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Exceptions = new PolicyExceptions(null, null, new DelegationLimits(TimeSpan.FromDays(21)));
        using HttpClient root = await Forms.SignInAsync(gate, Gate.Root);
        IDocument manage = await RefusedAsync(root, "/manage", "form[action='/manage/principals']", [new("kind", "agent"), new("subject", "bot"), new("displayName", "Bot <b>"), new("roles", "auditor"), new("groups", "a, b"), new("owners", "nobody")]);
        Assert.Equal("agent", manage.QuerySelector("#kind option[selected]")!.GetAttribute("value"));
        Assert.Equal(["bot", "Bot <b>", "a, b", "nobody"], new[] { "subject", "displayName", "groups", "owners" }.Select(id => manage.GetElementById(id)!.GetAttribute("value")));
        Assert.Equal(["auditor"], manage.QuerySelectorAll("input[name=roles][checked]").Select(role => role.GetAttribute("value")));

        using HttpClient ann = await Forms.SignInAsync(gate, Gate.Ann);
        IDocument delegations = await RefusedAsync(ann, "/delegations", "form[action='/delegations']", [new("to", "nobody"), new("groups", "data-owners"), new("begins", "2026-03-03T08:00"), new("until", "2026-03-09T08:00")]);
        Assert.Equal(["nobody", "2026-03-03T08:00", "2026-03-09T08:00"], new[] { "to", "begins", "until" }.Select(id => delegations.GetElementById(id)!.GetAttribute("value")));
    }

    [Fact]
    public async Task Form_of_another_round_of_the_review_casts_no_vote_and_breaks_no_glass()
    {
        await using Gate gate = await ProvenIdentity.GateAsync();
        var limits = new BreakGlassLimits(["data-owners"], ["data.*"], ["others"], TimeSpan.FromDays(2));
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromHours(1))) with { Exceptions = new PolicyExceptions(limits, null, null) };
        ActionDocument document = await gate.InReviewAsync();
        using HttpClient ann = ProvenIdentity.Browser(gate, Gate.Ann, Assurance.IdpMfa);
        var forms = new Dictionary<string, Dictionary<string, string>>();
        foreach (string path in (string[])[$"/actions/{document.Id}/review", $"/actions/{document.Id}/break-glass"])
        {
            forms[path] = await Forms.OpenAsync(ann, path);
            (forms[path]["verdict"], forms[path]["justification"]) = ("approve", "long enough for any stage, and for an emergency");
        }

        // As the orchestration leaves it: another policy's plan, in another round, for the same view.
        var owners = new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromMinutes(30));
        await gate.Ports.UpdateAsync(document.Id, shown => shown with { Review = Review.Begin(new ReviewPlan([owners]), shown.Request.Chain, shown.View!.Digest, gate.Time.GetUtcNow(), round: 1) }, CancellationToken.None);
        foreach ((string path, Dictionary<string, string> form) in forms)
            Assert.Equal(HttpStatusCode.Forbidden, (await ann.PostAsync(path, new FormUrlEncodedContent(form))).StatusCode);
        document = (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!;
        Assert.Equal((1, 0, false, false), (document.Review!.Round, document.Review.Votes.Count, document.Review.Consents is not null, document.IsTerminal));
    }

    [Fact]
    public async Task Review_page_shows_the_way_past_the_review_to_those_who_are_signed_in_and_may()
    {
        await using Gate gate = await Gate.StartAsync();
        var limits = new BreakGlassLimits(["breakers"], ["data.*"], ["others"], TimeSpan.FromDays(2));
        Principal cat = Gate.Ann with { Subject = "cat", DisplayName = "Cat Lee", Groups = ["data-owners", "breakers"] };
        gate.Ports.People.Add(cat);
        gate.AddKey(cat, [Role.Reviewer]);
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1))) with { Exceptions = new PolicyExceptions(limits, null, null) };
        ActionDocument document = await gate.InReviewAsync();
        string way = $".decide a[href='/actions/{document.Id}/break-glass']";

        using HttpClient may = await Forms.SignInAsync(gate, cat);
        Assert.Equal("In an emergency: break the glass", (await Forms.ReadAsync(may, $"/actions/{document.Id}/review")).QuerySelector(way)!.TextContent);
        using HttpClient mayNot = await Forms.SignInAsync(gate, Gate.Ann);
        Assert.Null((await Forms.ReadAsync(mayNot, $"/actions/{document.Id}/review")).QuerySelector(way));
        using HttpClient byLink = gate.Browser();
        Assert.Null((await Forms.ReadAsync(byLink, Gallery.LinkOf(gate, document, cat))).QuerySelector(way));
    }

    [Fact]
    public async Task Breaking_the_glass_begins_with_the_sign_in_that_it_takes()
    {
        await using Gate gate = await ProvenIdentity.GateAsync();
        var limits = new BreakGlassLimits(["data-owners"], ["data.*"], ["others"], TimeSpan.FromDays(2));
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1))) with { Exceptions = new PolicyExceptions(limits, null, null) };
        ActionDocument document = await gate.InReviewAsync();
        string path = $"/actions/{document.Id}/break-glass";

        using HttpClient weak = ProvenIdentity.Browser(gate, Gate.Ann, Assurance.Idp);
        IDocument first = await Forms.ReadAsync(weak, path);
        Assert.Null(first.QuerySelector("#justification"));
        Assert.Equal($"/sign-in?next={Uri.EscapeDataString(path)}&mfa=1", first.QuerySelector(".decide a")!.GetAttribute("href"));
        using HttpClient strong = ProvenIdentity.Browser(gate, Gate.Ann, Assurance.IdpMfa);
        Assert.NotNull((await Forms.ReadAsync(strong, path)).QuerySelector("#justification"));
        using HttpClient follower = ProvenIdentity.Browser(gate, Gate.Eve, Assurance.IdpMfa);
        Assert.Null((await Forms.ReadAsync(follower, path)).QuerySelector("#justification")); // may review it later, and not do it
    }

    [Fact]
    public async Task Admin_sees_what_is_undelivered_and_sends_it_again_and_ends_a_key_in_two_steps()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string outbox = "notices-people-" + document.Id;
        gate.Engine.Show(OutboxOrchestration.Name, outbox, new OutboxStatus(document.Id, ["slack"])
        {
            Dead = [new DeadLetter(new Notice("n", NoticeKind.Requested, 0, Gate.Start, null), "slack", "C1", "slack_channel_not_found", 1, Gate.Start)],
        });
        using HttpClient root = await Forms.SignInAsync(gate, Gate.Root);
        IDocument manage = await Forms.ReadAsync(root, "/manage");
        IElement row = manage.QuerySelector("section[aria-labelledby=h-notifications] tbody tr")!;
        Assert.Equal(["Slack", "the request", "Slack said channel_not_found"], new[] { "Channel", "What", "Last error" }.Select(label => row.QuerySelector($"[data-label='{label}']")!.TextContent.Trim()));
        Assert.Contains("default", manage.QuerySelector("section[aria-labelledby=h-policy]")!.TextContent);

        HttpResponseMessage again = await SendAsync(root, row.QuerySelector("form")!);
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
        Assert.Equal((outbox, OutboxOrchestration.ReplayEvent), Assert.Single(gate.Engine.Told));

        // One click opens, the next one ends: for good.
        IElement key = manage.QuerySelectorAll("section[aria-labelledby=h-keys] tbody tr").Single(line => line.TextContent.Contains("Ben Ito", StringComparison.Ordinal));
        Assert.False(key.QuerySelector("details")!.HasAttribute("open"));
        Assert.Equal(HttpStatusCode.SeeOther, (await SendAsync(root, key.QuerySelector("details form")!)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await gate.Client(Gate.Ben).GetAsync("/api/actions")).StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, IElement form) => await browser.PostAsync(
        form.GetAttribute("action"),
        new FormUrlEncodedContent(form.QuerySelectorAll("input").Select(input => KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value")!))));

    private static async Task<IDocument> RefusedAsync(HttpClient browser, string path, string form, KeyValuePair<string, string>[] fields)
    {
        IElement shown = (await Forms.ReadAsync(browser, path)).QuerySelector(form)!;
        HttpResponseMessage answer = await browser.PostAsync(
            shown.GetAttribute("action"), new FormUrlEncodedContent([new("form", shown.QuerySelector("input[name=form]")!.GetAttribute("value")!), .. fields]));
        Assert.False(answer.IsSuccessStatusCode);
        return new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Style_sheet_is_kept_for_good_under_its_hash()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient browser = gate.Browser();
        string path = (await Forms.ReadAsync(browser, "/sign-in")).QuerySelector("link[rel=stylesheet]")!.GetAttribute("href")!;
        HttpResponseMessage css = await browser.GetAsync(path);
        Assert.Equal("text/css", css.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", css.Headers.CacheControl!.ToString());
    }
}
