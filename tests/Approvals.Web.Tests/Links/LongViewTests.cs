using System.Net;
using AngleSharp.Dom;
using Approvals.Web.Reviews;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;

namespace Approvals.Web.Tests.Links;

/// <summary>A view that is too long to show whole cannot be approved until it was seen whole.</summary>
public sealed class LongViewTests
{
    [Fact]
    public async Task View_too_long_to_show_whole()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync(Rows(1_500));
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        IDocument page = await Forms.ReadAsync(browser, link);
        int parts = int.Parse(page.QuerySelector("#h-long")!.TextContent.Split(' ')[^1]);
        Assert.True(parts > 3);

        var rows = new List<string>();
        for (int part = 1; ; part++)
        {
            Assert.Equal($"Part {part} of {parts}", page.QuerySelector("#h-long")!.TextContent);
            rows.AddRange(page.QuerySelectorAll(".json .ln").Select(line => line.TextContent).Where(line => line.Contains("row ")));
            Assert.NotNull(page.QuerySelector("button[value=deny]"));
            if (part == parts) break;

            // Every part before the last: no button, and a form made by hand is refused.
            Assert.Null(page.QuerySelector("button[value=approve]"));
            Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(browser, link, page, seenAll: true)).StatusCode);
            page = await Forms.ReadAsync(browser, NextOf(page, link));
        }

        Assert.Equal(Enumerable.Range(0, 1_500), rows.Select(row => int.Parse(row.Trim(' ', '"', ',')["row ".Length..])));
        Assert.NotNull(page.QuerySelector("button[value=approve]"));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(browser, link, page, seenAll: false)).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await PostAsync(browser, link, page, seenAll: true)).StatusCode);
        await gate.UntilAsync(document.Id, shown => shown.Status == ActionStatus.Approved);
    }

    [Fact]
    public async Task View_whose_proof_of_reading_is_forged_skipped_or_borrowed()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync(Rows(1_500));
        ActionDocument other = await gate.InReviewAsync(Rows(1_501));
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        IDocument first = await Forms.ReadAsync(browser, link);
        IDocument second = await Forms.ReadAsync(browser, NextOf(first, link));
        string proof = ProofOf(second);

        async Task ShowsAsync(HttpClient client, string path, int part)
        {
            IDocument page = await Forms.ReadAsync(client, path);
            Assert.StartsWith($"Part {part} of", page.QuerySelector("#h-long")!.TextContent);
            Assert.Null(page.QuerySelector("button[value=approve]"));
        }

        await ShowsAsync(browser, $"{link}?part=4", 1); // skipping ahead
        await ShowsAsync(browser, $"{link}?seen={proof}&part=4", 3);
        await ShowsAsync(browser, $"{link}?seen={proof}x", 1); // forged
        await ShowsAsync(browser, $"{link}?seen={Forms.FieldsOf(second)["form"]}", 1); // of the right maker, for another purpose
        await ShowsAsync(browser, Gallery.LinkOf(gate, document, Gate.Ben) + "?seen=" + proof, 1); // of another reviewer
        await ShowsAsync(browser, Gallery.LinkOf(gate, other, Gate.Ann) + "?seen=" + proof, 1); // of another view
        await ShowsAsync(gate.Browser(), $"{link}?seen={proof}", 1); // of another browser
        await ShowsAsync(browser, $"{link}?seen={proof}&part=1", 1); // going back keeps what was read
        await ShowsAsync(browser, $"{link}?seen={ProofOf(await Forms.ReadAsync(browser, $"{link}?seen={proof}&part=1"))}", 3);
    }

    [Fact]
    public async Task View_longer_than_anybody_reads()
    {
        await using Gate gate = await Gate.StartAsync();
        string ones = string.Join(',', Enumerable.Repeat('1', ViewLayout.MaxLines + 10));
        ActionDocument document = await gate.InReviewAsync("{\"type\":\"data.export\",\"target\":\"t\",\"parameters\":{\"rows\":[" + ones + "]}}");
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        Assert.Contains("can be denied only", await browser.GetStringAsync(link));
        Assert.Equal(HttpStatusCode.SeeOther, (await Forms.VoteAsync(browser, link, "deny")).StatusCode);
    }

    [Fact]
    public async Task View_of_one_endless_line()
    {
        await using Gate gate = await Gate.StartAsync();
        string words = string.Join(' ', Enumerable.Range(0, 20_000).Select(word => "w" + word));
        ActionDocument document = await gate.InReviewAsync($$"""{"type":"data.export","target":"t","parameters": {"text":"{{words}}"} }""");
        string link = Gallery.LinkOf(gate, document, Gate.Ann);
        using HttpClient browser = gate.Browser();
        IDocument page = await Forms.ReadAsync(browser, link);
        Assert.Null(page.QuerySelector("button[value=approve]"));

        var text = new System.Text.StringBuilder();
        for (; ; page = await Forms.ReadAsync(browser, NextOf(page, link)))
        {
            foreach (IElement run in page.QuerySelectorAll(".json .j-s")) text.Append(run.TextContent);
            if (page.QuerySelector("button[value=approve]") is not null) break;
        }

        Assert.Equal(words, text.ToString());
    }

    private static string Rows(int count) =>
        "{\"type\":\"data.export\",\"target\":\"t\",\"parameters\":{\"rows\":[" + string.Join(',', Enumerable.Range(0, count).Select(row => $"\"row {row}\"")) + "]}}";

    private static string ProofOf(IDocument page) => page.QuerySelector("form[method=get] input[name=seen]")!.GetAttribute("value")!;

    private static string NextOf(IDocument page, string link) => $"{link}?seen={ProofOf(page)}";

    private static Task<HttpResponseMessage> PostAsync(HttpClient browser, string link, IDocument page, bool seenAll)
    {
        Dictionary<string, string> form = Forms.FieldsOf(page);
        form["verdict"] = "approve";
        if (seenAll) form["seenAll"] = "yes";
        return browser.PostAsync(link, new FormUrlEncodedContent(form));
    }
}
