using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Reviews;

/// <summary>Personal review links, used and misused.</summary>
public sealed class ReviewLinkTests(TargetGate gate)
{
    private static readonly Dictionary<string, string> Approve = new() { ["verdict"] = "approve", ["justification"] = Scenarios.Reason };

    [Theory]
    [InlineData("approve", "approved")]
    [InlineData("deny", "denied")]
    public async Task Person_reads_decides_and_sees_the_result(string verdict, string outcome)
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action);
        var browser = new Browser(gate);
        PageAnswer page = (await browser.OpenAsync(link)).Is(200);
        Assert.Contains("infra.conformance.apply", page.Heading, StringComparison.Ordinal);
        Assert.Contains("prod-eu", page.Text, StringComparison.Ordinal);
        Assert.Contains(view, page.Answer.Text, StringComparison.Ordinal);

        PageAnswer sent = (await browser.SubmitAsync(page, new() { ["verdict"] = verdict, ["justification"] = Scenarios.Reason })).Is(303, 202);
        if (sent.Answer.Status == 303) Assert.Equal(link + "/result", sent.Location);
        Assert.Equal(outcome, (await gate.DecidedAsync(action)).Status());
        Assert.Equal($"You {outcome} this action", (await browser.OpenAsync(link + "/result")).Is(200).Heading);

        (await browser.OpenAsync(link)).Is(410);
        (await new Browser(gate).OpenAsync(link)).Is(410);
        Assert.Equal(link + "/result", (await browser.SubmitAsync(page, Approve)).Is(303).Location); // sent twice: shown, not counted, again
        JsonElement vote = Assert.Single((await gate.RecordAsync(action)).GetProperty("predicate").GetProperty("votes").EnumerateArray());
        Assert.Equal((verdict, "link", view), (vote.GetProperty("verdict").GetString(), vote.GetProperty("assurance").GetString(), vote.GetProperty("viewDigest").GetString()));
    }

    [Fact]
    public async Task Scanners_that_follow_the_link_decide_nothing()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action), before = (await gate.Auditor.GetAsync(action.Path)).Text;
        var scanner = new Browser(gate);
        foreach (string path in (string[])[link, link + "?seen=nonsense", link + "?part=1", link + "/result"])
        {
            (await scanner.OpenAsync(path)).Is(path.EndsWith("/result", StringComparison.Ordinal) ? 303 : 200);
            Answer head = (await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, path))).Answer;
            Assert.Empty(head.Body);
        }

        Assert.Equal(before, (await gate.Auditor.GetAsync(action.Path)).Text);
    }

    [Fact]
    public async Task Form_counts_only_from_the_page_in_the_browser_that_opened_it()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        (Submitted other, string otherView) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action), otherLink = await LinkAsync(gate.Ann, other), bens = await LinkAsync(gate.Ben, action);
        var browser = new Browser(gate);
        PageAnswer page = (await browser.OpenAsync(link)).Is(200);

        (await new Browser(gate).SubmitAsync(page, Approve)).Is(403); // another browser: no cookie
        (await browser.SubmitAsync(page, Approve, site: null)).Is(403); // no word of where it comes from
        (await browser.SubmitAsync(page, Approve, site: "cross-site")).Is(403);
        (await browser.SubmitAsync(page, Approve, site: "same-site")).Is(403);
        (await browser.SubmitAsync(page, Approve, site: "none")).Is(403);
        (await browser.SubmitAsync(page, Approve, to: otherLink)).Is(403); // the form of one action, sent to another
        (await browser.SubmitAsync(page, Approve, to: bens)).Is(403); // the form of one person, sent as another
        (await browser.SubmitAsync(page, new(Approve) { ["form"] = "" })).Is(403);
        (await browser.SubmitAsync(page, new(Approve) { ["form"] = "CfDJ8nonsense" })).Is(403);
        (await browser.PostAsync(link, Approve)).Is(403);
        (await browser.SubmitAsync(page, new(Approve) { ["viewDigest"] = otherView[..^2] + "00" })).Is(409);
        (await browser.SubmitAsync(page, new(Approve) { ["verdict"] = "maybe" })).Is(422);
        (await browser.SubmitAsync(page, new(Approve) { ["justification"] = "ok" })).Is(422);
        (await browser.SubmitAsync(page, new(Approve) { ["justification"] = new string('j', 2001) })).Is(422);
        foreach (Submitted untouched in (Submitted[])[action, other])
            Assert.Empty((await gate.Auditor.GetAsync(untouched.Path)).Is(200).Json.GetProperty("review").GetProperty("votes").EnumerateArray());
    }

    [Fact]
    public async Task Form_of_the_wrong_kind_or_size_is_refused()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action);
        var browser = new Browser(gate);
        await browser.OpenAsync(link);
        (await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, link) { Content = Caller.Json("{\"verdict\":\"approve\"}") })).Is(415);
        (await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, link) { Content = new MultipartFormDataContent { { new StringContent("approve"), "verdict" } } })).Is(415);
        (await browser.PostAsync(link, new Dictionary<string, string> { ["justification"] = new('j', 70_000) })).Is(413);
        (await browser.PostAsync(link, Enumerable.Range(0, 100).Select(i => new KeyValuePair<string, string>("f" + i, "")))).Is(400);
        Assert.Equal("in_review", (await gate.Auditor.GetAsync(action.Path)).Is(200).Json.Status());
    }

    [Fact]
    public async Task Changed_link_is_no_link()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action);
        var browser = new Browser(gate);
        for (int at = "/review/".Length; at < link.Length; at += 7)
            (await browser.OpenAsync(link[..at] + (link[at] == 'A' ? 'B' : 'A') + link[(at + 1)..])).Is(404);
        foreach (string token in (string[])["nonsense", link["/review/".Length..^4], "CfDJ8", new string('A', 2500), action.Id, gate.Ann.Key!])
            (await browser.OpenAsync("/review/" + token)).Is(404);
        (await browser.OpenAsync(link + "?verdict=approve")).Is(400);
    }

    [Fact]
    public async Task Link_dies_with_the_action()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action);
        var browser = new Browser(gate);
        PageAnswer page = (await browser.OpenAsync(link)).Is(200);
        (await gate.Pipeline.DeleteAsync(action.Path)).Is(200, 202);
        await gate.DecidedAsync(action);
        (await browser.OpenAsync(link)).Is(410);
        (await browser.SubmitAsync(page, Approve)).Is(410);
        Assert.Equal("canceled", (await gate.Auditor.GetAsync(action.Path)).Is(200).Json.Status());
    }

    [Fact]
    public async Task Link_is_for_who_may_vote_and_for_nobody_else()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        (await gate.Lou.PostAsync(action.Path + "/review-link", new JsonObject())).IsProblem(404, "not_found");
        (await gate.Olga.PostAsync(action.Path + "/review-link", new JsonObject())).IsProblem(403, "in_principal_chain");
        (await gate.Pipeline.PostAsync(action.Path + "/review-link", new JsonObject())).IsProblem(403, "forbidden");
        (await gate.Nobody.PostAsync(action.Path + "/review-link", new JsonObject())).IsProblem(401, "unauthenticated");
        Answer link = (await gate.Ann.PostAsync(action.Path + "/review-link", new JsonObject())).Is(201);
        Assert.True(link.Json.GetProperty("expiresAt").GetDateTimeOffset() <= (await gate.Auditor.GetAsync(action.Path)).Json.GetProperty("expiresAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Link_that_was_passed_on_is_refused_to_who_is_signed_in_as_somebody_else()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        string link = await LinkAsync(gate.Ann, action);
        var bens = new Browser(gate);
        await bens.SignInAsync(gate.Ben);
        PageAnswer refused = (await bens.OpenAsync(link)).Is(403);
        Assert.DoesNotContain("prod-eu", refused.Text, StringComparison.Ordinal);
        (await bens.PostAsync(link, Approve)).Is(403);
        Assert.Equal("in_review", (await gate.Auditor.GetAsync(action.Path)).Is(200).Json.Status());
    }

    [Fact]
    public async Task Long_view_is_approved_only_from_the_page_that_shows_all_of_it()
    {
        JsonObject request = Scenarios.Reviewed();
        request["parameters"] = new JsonObject { ["steps"] = TargetGate.List(Enumerable.Range(0, 1300).Select(i => $"step {i}")) };
        (Submitted action, _) = await gate.ReviewAsync(gate.Pipeline, request);
        string link = await LinkAsync(gate.Ann, action);
        var browser = new Browser(gate);
        PageAnswer first = (await browser.OpenAsync(link)).Is(200), page = first;
        string seen = link + "?seen=" + Uri.EscapeDataString(first.Field("seen")!);
        Assert.DoesNotContain("step 1299", (await browser.OpenAsync(seen + "&part=4")).Is(200).Text, StringComparison.Ordinal); // no part before the one in front of it
        Assert.DoesNotContain("step 800", (await new Browser(gate).OpenAsync(seen)).Is(200).Text, StringComparison.Ordinal); // another browser has read nothing
        var parts = new StringBuilder(first.Text);
        while (page.Document.QuerySelector("button[value=approve]") is null)
        {
            (await browser.SubmitAsync(page, Approve)).Is(409); // as if the button were there
            page = (await browser.OpenAsync($"{link}?seen={Uri.EscapeDataString(page.Field("seen")!)}")).Is(200);
            parts.Append(page.Text);
        }

        for (int i = 0; i < 1300; i++) Assert.Contains($"step {i}\"", parts.ToString(), StringComparison.Ordinal);
        (await browser.SubmitAsync(first, Approve)).Is(409); // the form of a page that showed less
        (await browser.SubmitAsync(page, Approve)).Is(409); // read, and not said so
        (await browser.SubmitAsync(page, new(Approve) { ["seenAll"] = "yes" })).Is(303, 202);
        Assert.Equal("approved", (await gate.DecidedAsync(action)).Status());
    }

    private static async Task<string> LinkAsync(Caller reviewer, Submitted action) =>
        new Uri((await reviewer.PostAsync(action.Path + "/review-link", new JsonObject())).Is(201).Json.GetProperty("url").GetString()!).AbsolutePath;
}
