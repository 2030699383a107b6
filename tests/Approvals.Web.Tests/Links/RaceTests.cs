using System.Net;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Tests.Links;

/// <summary>Two things at once, of which one must count and be told, and the other must be told that it does not.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task Two_tabs_one_after_the_other()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromMinutes(30)));
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> one = await Forms.OpenAsync(browser, link);
        Dictionary<string, string> two = await Forms.OpenAsync(browser, link);
        one["verdict"] = "approve";
        two["verdict"] = "deny";
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(link, new FormUrlEncodedContent(one))).StatusCode);
        HttpResponseMessage second = await browser.PostAsync(link, new FormUrlEncodedContent(two));

        Assert.Equal(HttpStatusCode.SeeOther, second.StatusCode);
        Assert.Contains("You approved", await browser.GetStringAsync(second.Headers.Location!.OriginalString));
        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync(link)).StatusCode);
        document = (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!;
        Assert.Equal(Verdict.Approve, Assert.Single(document.Review!.Votes).Vote.Verdict);
    }

    [Fact]
    public async Task Two_tabs_at_the_same_time()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromMinutes(30)));
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> approve = new(await Forms.OpenAsync(browser, link)) { ["verdict"] = "approve" };
        Dictionary<string, string> deny = new(await Forms.OpenAsync(browser, link)) { ["verdict"] = "deny" };

        // Both are past every check of the edge before either is counted.
        var held = new TaskCompletionSource();
        gate.Engine.HoldEvents = held.Task;
        Task<HttpResponseMessage> first = browser.PostAsync(link, new FormUrlEncodedContent(approve));
        await gate.Engine.Raised.WaitAsync(TimeSpan.FromSeconds(20));
        Task<HttpResponseMessage> second = browser.PostAsync(link, new FormUrlEncodedContent(deny));
        held.SetResult();

        Assert.Equal(HttpStatusCode.SeeOther, (await first).StatusCode);
        HttpResponseMessage lost = await second;
        Assert.True(lost.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.SeeOther, lost.StatusCode.ToString());
        document = (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!;
        Assert.Equal(Verdict.Approve, Assert.Single(document.Review!.Votes).Vote.Verdict);
        Assert.Contains("You approved", await browser.GetStringAsync(link + "/result"));
    }

    [Fact]
    public async Task Vote_against_timeout_that_passed_but_is_not_yet_recorded()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await Forms.OpenAsync(browser, link);
        form["verdict"] = "approve";
        gate.Time.Advance(TimeSpan.FromMinutes(30));
        HttpResponseMessage late = await browser.PostAsync(link, new FormUrlEncodedContent(form));

        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        Assert.Equal(ActionStatus.Expired, (await gate.UntilAsync(document.Id, shown => shown.IsTerminal)).Status);
    }

    [Fact]
    public async Task Vote_against_timeout_that_comes_while_it_is_on_its_way()
    {
        await using Gate gate = await Gate.StartAsync(options => options.EffectWait = TimeSpan.FromDays(1)); // the test moves the clock
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        var held = new TaskCompletionSource();
        gate.Engine.HoldEvents = held.Task;
        Task<HttpResponseMessage> vote = Forms.VoteAsync(browser, link, "approve");
        await gate.Engine.Raised.WaitAsync(TimeSpan.FromSeconds(20));
        gate.Time.Advance(TimeSpan.FromMinutes(30));
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        held.SetResult();

        await LostAsync(await vote, ActionStatus.Expired, gate, document);
    }

    [Fact]
    public async Task Vote_whose_effect_is_not_seen_in_time()
    {
        await using Gate gate = await Gate.StartAsync(options => options.EffectWait = TimeSpan.Zero);
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        var held = new TaskCompletionSource();
        gate.Engine.HoldEvents = held.Task;
        HttpResponseMessage queued = await Forms.VoteAsync(browser, link, "approve");

        // It must look neither like a vote that counts nor like one that was never cast.
        Assert.Equal(HttpStatusCode.Accepted, queued.StatusCode);
        Assert.Contains("Your vote is on its way", await queued.Content.ReadAsStringAsync());
        held.SetResult();
        await gate.UntilAsync(document.Id, shown => shown.Status == ActionStatus.Approved);
        Assert.Contains("You approved", await browser.GetStringAsync(link + "/result"));
    }

    [Fact]
    public async Task Vote_against_cancel()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        using HttpClient requester = gate.Client(Gate.Etl);
        var held = new TaskCompletionSource();
        gate.Engine.HoldEvents = held.Task;
        Task<HttpResponseMessage> vote = Forms.VoteAsync(browser, link, "approve");
        await gate.Engine.Raised.WaitAsync(TimeSpan.FromSeconds(20));
        gate.Engine.HoldEvents = null;
        Assert.Equal(HttpStatusCode.OK, (await requester.DeleteAsync("/api/actions/" + document.Id)).StatusCode);
        held.SetResult();

        await LostAsync(await vote, ActionStatus.Canceled, gate, document);
        HttpResponseMessage after = await browser.GetAsync(link);
        Assert.Equal(HttpStatusCode.Gone, after.StatusCode);
        Assert.Contains("This action was canceled", await after.Content.ReadAsStringAsync());
    }

    private static async Task LostAsync(HttpResponseMessage answer, ActionStatus status, Gate gate, ActionDocument document)
    {
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("came too late", await answer.Content.ReadAsStringAsync());
        document = (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!;
        Assert.Equal(status, document.Status);
        Assert.Empty(document.Review!.Votes);
    }
}
