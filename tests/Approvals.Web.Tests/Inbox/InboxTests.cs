using System.Net;
using AngleSharp.Dom;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Tests.Inbox;

public sealed class InboxTests
{
    [Fact]
    public async Task Queue_shows_the_most_urgent_first_and_goes_on_one_by_one()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument relaxed = await InReviewAsync(gate, "relaxed", TimeSpan.FromHours(20));
        ActionDocument urgent = await InReviewAsync(gate, "urgent", TimeSpan.FromMinutes(40));
        ActionDocument middle = await InReviewAsync(gate, "middle", TimeSpan.FromHours(5));
        using HttpClient ann = await Forms.SignInAsync(gate, Gate.Ann);

        IDocument inbox = await Forms.ReadAsync(ann, "/inbox");
        Assert.Equal("Inbox (3) · Approvals", inbox.Title);
        Assert.Equal(["urgent", "middle", "relaxed"], inbox.QuerySelectorAll(".cards a").Select(link => link.TextContent));
        Assert.Equal($"/actions/{urgent.Id}/review", inbox.QuerySelector(".call a[accesskey=n]")!.GetAttribute("href"));
        Assert.Equal("Due in 40 minutes", Assert.Single(inbox.QuerySelectorAll(".cards .badge.wait"), badge => badge.TextContent.StartsWith("Due")).TextContent);
        Assert.Empty(inbox.QuerySelectorAll(".cards input, .cards button")); // no way to decide several at once

        foreach ((ActionDocument decided, ActionDocument? next) in new[] { (urgent, middle), (middle, relaxed), (relaxed, (ActionDocument?)null) })
        {
            HttpResponseMessage vote = await Forms.VoteAsync(ann, $"/actions/{decided.Id}/review", "approve");
            Assert.Equal(HttpStatusCode.SeeOther, vote.StatusCode);
            IDocument result = await Forms.ReadAsync(ann, vote.Headers.Location!.OriginalString);
            Assert.Equal(next is null ? "/inbox" : $"/actions/{next.Id}/review", result.QuerySelector(".then .button")!.GetAttribute("href"));
            await gate.UntilAsync(decided.Id, shown => shown.IsTerminal);
        }

        Assert.Equal("Inbox · Approvals", (await Forms.ReadAsync(ann, "/inbox")).Title);
    }

    [Fact]
    public async Task Deadlines_that_passed_are_called_overdue_until_the_review_is_closed()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await InReviewAsync(gate, "late", TimeSpan.FromMinutes(40));
        gate.Time.Advance(TimeSpan.FromMinutes(40));
        await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        gate.Ports.Put(document); // as if the gate were slow to close it
        using HttpClient ann = await Forms.SignInAsync(gate, Gate.Ann);
        IDocument inbox = await Forms.ReadAsync(ann, "/inbox");
        Assert.Equal("Overdue", inbox.QuerySelector(".cards .badge.no")!.TextContent);
        Assert.Null(inbox.QuerySelector(".call"));
    }

    [Fact]
    public async Task Inbox_parts_what_is_for_oneself_from_what_waits_for_colleagues_and_says_why_it_is_empty()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient ann = await Forms.SignInAsync(gate, Gate.Ann);
        Assert.Contains("Nothing waits.", (await Forms.ReadAsync(ann, "/inbox")).QuerySelector(".empty")!.TextContent);

        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(1)));
        ActionDocument voted = await gate.InReviewAsync("""{"type":"voted","target":"t"}""");
        await gate.InReviewAsync("""{"type":"open","target":"t"}""");
        await Forms.VoteAsync(ann, $"/actions/{voted.Id}/review", "approve");
        await gate.UntilAsync(voted.Id, shown => shown.Review!.Votes.Count == 1);
        IDocument inbox = await Forms.ReadAsync(ann, "/inbox");
        Assert.Equal(["For you to decide", "Others in your groups"], inbox.QuerySelectorAll("main h2").Select(heading => heading.TextContent));
        Assert.Equal(["open", "voted"], inbox.QuerySelectorAll(".cards").Select(list => Assert.Single(list.QuerySelectorAll("a")).TextContent));

        IElement none = (await Forms.ReadAsync(ann, "/inbox?type=none")).QuerySelector(".empty")!;
        Assert.Contains("Nothing matches this filter.", none.TextContent);
        Assert.Equal("/inbox?scope=review", none.QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Inbox_has_a_tab_for_what_one_asked_for_and_keeps_it_when_filtering()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.AddKey(Gate.Eve, [Role.Requester, Role.Reviewer]);
        await gate.SubmitAsync(Gate.Eve, """{"type":"own","target":"t"}""");
        using HttpClient eve = await Forms.SignInAsync(gate, Gate.Eve);

        IDocument inbox = await Forms.ReadAsync(eve, "/inbox");
        Assert.Equal(["Asked of my groups", "Asked by me"], inbox.QuerySelectorAll(".tabs a").Select(tab => tab.TextContent));
        IDocument mine = await Forms.ReadAsync(eve, inbox.QuerySelectorAll(".tabs a")[1].GetAttribute("href")!);
        Assert.Equal("own", Assert.Single(mine.QuerySelectorAll(".cards a")).TextContent);
        Assert.Equal("mine", mine.QuerySelector(".filters input[name=scope]")!.GetAttribute("value"));
        Assert.Equal("Asked by me", mine.QuerySelector(".tabs a[aria-current=page]")!.TextContent);
    }

    [Fact]
    public async Task Group_filter_offers_ones_own_groups_and_no_others()
    {
        await using Gate gate = await Gate.StartAsync();
        Principal both = new(PrincipalKind.Human, Principal.LocalIssuer, "both", "Both", ["data-owners", "security"]);
        gate.Ports.People.Add(both);
        gate.AddKey(both, [Role.Reviewer]);
        await InReviewAsync(gate, "for-owners", TimeSpan.FromHours(1));
        gate.Policy = _ => Gate.Review(new ReviewStage("security", ["security"], 1, TimeSpan.FromHours(1)));
        await gate.InReviewAsync("""{"type":"for-security","target":"t"}""");
        using HttpClient browser = await Forms.SignInAsync(gate, both);

        Assert.Equal(["All of mine", "data-owners", "security"], (await Forms.ReadAsync(browser, "/inbox")).QuerySelectorAll("#group option").Select(option => option.TextContent));
        Assert.Equal(["for-security"], (await Forms.ReadAsync(browser, "/inbox?scope=review&group=security")).QuerySelectorAll(".cards a").Select(link => link.TextContent));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync("/inbox?scope=review&group=finance")).StatusCode);
    }

    private static async Task<ActionDocument> InReviewAsync(Gate gate, string type, TimeSpan timeout)
    {
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 1, timeout));
        return await gate.InReviewAsync($$"""{"type":"{{type}}","target":"t"}""");
    }
}
