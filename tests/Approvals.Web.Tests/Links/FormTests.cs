using System.Net;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Links;

/// <summary>Forms that are not the page's own, or not any more.</summary>
public sealed class FormTests
{
    [Fact]
    public async Task Tampered_form()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        ActionDocument other = await gate.InReviewAsync("""{"type":"b","target":"t"}""");
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await Forms.OpenAsync(browser, link);
        form["verdict"] = "approve";
        Dictionary<string, string> foreign = await Forms.OpenAsync(browser, Gallery.LinkOf(gate, other, Gate.Ann));
        Dictionary<string, string> benForm = await Forms.OpenAsync(browser, Gallery.LinkOf(gate, document, Gate.Ben));

        async Task<HttpStatusCode> Post(HttpClient client, params (string, string)[] changes)
        {
            var changed = new Dictionary<string, string>(form);
            foreach ((string name, string value) in changes) changed[name] = value;
            return (await client.PostAsync(link, new FormUrlEncodedContent(changed))).StatusCode;
        }

        using HttpClient thief = gate.Browser();
        Assert.Equal(HttpStatusCode.Forbidden, await Post(thief));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, ("form", "")));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, ("form", form["form"] + "x")));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, ("form", foreign["form"])));
        Assert.Equal(HttpStatusCode.Forbidden, await Post(browser, ("form", benForm["form"])));
        Assert.Equal(HttpStatusCode.Conflict, await Post(browser, ("viewDigest", other.View!.Digest)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Post(browser, ("verdict", "perhaps")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Post(browser, ("justification", new string('x', 2_001))));
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
        Assert.Equal(HttpStatusCode.SeeOther, await Post(browser));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData(null, null)]
    public async Task Other_origin(string? header, string? value)
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await Forms.OpenAsync(browser, link);
        form["verdict"] = "approve";
        browser.DefaultRequestHeaders.Remove("Sec-Fetch-Site");
        if (header is not null) browser.DefaultRequestHeaders.Add(header, value);

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync(link, new FormUrlEncodedContent(form))).StatusCode);
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
    }

    [Fact]
    public async Task Other_origin_in_a_real_browser()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = gate.Url + Gallery.LinkOf(gate, document, Gate.Ann)[1..];
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync(link);
        string guard = await page.InputValueAsync("input[name=form]");

        // The worst case: the evil page even knows the form's hidden field, and the person's browser has the cookie.
        await using EvilSite evil = await EvilSite.StartAsync($"""
            <form method="post" action="{link}"><input name="form" value="{guard}"><input name="viewDigest" value="{document.View!.Digest}"><button name="verdict" value="approve">You have won</button></form>
            """);
        await page.GotoAsync(evil.Url);
        IResponse answer = await page.RunAndWaitForResponseAsync(() => page.ClickAsync("button"), response => response.Url == link);
        Assert.Equal(403, answer.Status);
        Assert.Empty((await gate.Ports.GetAsync(document.Id, CancellationToken.None))!.Review!.Votes);
    }

    [Fact]
    public async Task Clickjacking()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync();
        string link = gate.Url + Gallery.LinkOf(gate, document, Gate.Ann)[1..];
        await using EvilSite evil = await EvilSite.StartAsync($"""<iframe src="{link}"></iframe><object data="{link}"></object><embed src="{link}">""");
        IPage page = await chromium.OpenAsync();
        await page.GotoAsync(evil.Url, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });

        Assert.True(page.Frames.Count > 1);
        foreach (IFrame frame in page.Frames.Skip(1)) Assert.Equal(0, await frame.Locator("form").CountAsync());
        using HttpClient client = gate.Client();
        foreach (string path in (string[])[link, link + "/result", gate.Url + "review/x", gate.Url + "sign-in", gate.Url + "nowhere"])
        {
            HttpResponseMessage response = await client.GetAsync(path);
            Assert.Contains("frame-ancestors 'none'", string.Join(' ', response.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
        }
    }
}
