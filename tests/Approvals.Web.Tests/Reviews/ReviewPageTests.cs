using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Tests.Reviews;

/// <summary>The review page as it is meant to be used; <c>Links</c> has what it is not.</summary>
public sealed class ReviewPageTests
{
    [Fact]
    public async Task Form_approves_and_redirects_to_the_result()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        HttpResponseMessage posted = await Forms.VoteAsync(browser, link, "approve", "call me at ann@example.com");

        Assert.Equal(HttpStatusCode.SeeOther, posted.StatusCode);
        string result = await browser.GetStringAsync(posted.Headers.Location!.OriginalString);
        Assert.Contains("You approved this action", result);
        document = await gate.UntilAsync(document.Id, shown => shown.IsTerminal);
        Vote vote = Assert.Single(document.Review!.Votes).Vote;
        Assert.Equal((Assurance.Link, "ann", "call me at [EMAIL]"), (vote.Assurance, vote.Voter.Subject, vote.Justification));
        Assert.Equal(document.View!.Digest, vote.ViewDigest);
    }

    [Fact]
    public async Task Too_short_a_justification_comes_back_with_what_was_typed_and_the_clock_goes_on()
    {
        await using Gate gate = await Gate.StartAsync();
        gate.Policy = _ => Gallery.TwoStages;
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await Forms.OpenAsync(browser, link);
        gate.Time.Advance(TimeSpan.FromSeconds(70));
        form["verdict"] = "approve";
        form["justification"] = "<b>ok</b>";
        HttpResponseMessage response = await browser.PostAsync(link, new FormUrlEncodedContent(form));
        IDocument page = new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("<b>ok</b>", page.QuerySelector("textarea")!.TextContent);
        Assert.Equal("#justification", page.QuerySelector(".error-summary a")!.GetAttribute("href"));

        gate.Time.Advance(TimeSpan.FromSeconds(20));
        form = new(Forms.FieldsOf(page)) { ["verdict"] = "approve", ["justification"] = "agreed with the partner" };
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        document = (await gate.Ports.GetAsync(document.Id, CancellationToken.None))!;
        Assert.Equal(90, Assert.Single(document.Review!.Votes).Vote.SecondsRead);
    }
}
