using AngleSharp.Dom;
using Approvals.Web.Tests.Hosting;
using Approvals.Web.Tests.Pages;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Links;

/// <summary>Requests written to be misread.</summary>
public sealed class TextTests
{
    [Fact]
    public async Task Injected_html()
    {
        await using Chromium chromium = await Chromium.StartAsync();
        await using Gate gate = await Gate.StartAsync();
        const string Evil = "</code></title><script>document.title='owned'</script><img src=x onerror=document.title='owned'><form action=https://evil.example><base href=https://evil.example/>\\\" onfocus=document.title='owned' autofocus x=\\\"";
        Principal named = Gate.Etl with { Subject = "evil", DisplayName = "<script>document.title='owned'</script>" };
        gate.AddKey(named, [Role.Requester], Gate.Root.Id);
        ActionDocument document = await SubmitAsync(
            gate, named, $$"""{"type":"data.export","target":"{{Evil}}","parameters":{"{{Evil}}":"{{Evil}}","list":["{{Evil}}"]},"context":{"a":"{{Evil}}"},"justification":"{{Evil}}"}""");
        string link = Gallery.LinkOf(gate, document, Gate.Ann);

        IDocument page = await Forms.ReadAsync(gate.Browser(), link);
        Assert.Empty(page.QuerySelectorAll("script, img, base, [onfocus], [onerror], [autofocus], form[action*=evil]"));
        Assert.Contains("<script>document.title='owned'</script>", page.QuerySelector(".target")!.TextContent);
        Assert.Contains(named.DisplayName, page.QuerySelector(".facts")!.TextContent);

        IPage real = await chromium.OpenAsync();
        var errors = new List<string>();
        real.Console += (_, message) => errors.Add(message.Text);
        await real.GotoAsync(gate.Url + link[1..], new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        Assert.Equal("Review a request · Approvals", await real.TitleAsync());
        Assert.Empty(errors); // nothing was even blocked: it never was markup
    }

    [Fact]
    public async Task Bidi_controls_in_the_target()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync("""{"type":"data.export","target":"s3://partner/\u202egpj.exe","parameters":{"to":"a\u2066b\u2069","\u200fkey":"v"}}""");
        IDocument page = await Forms.ReadAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann));

        Assert.Equal("s3://partner/⟦U+202E⟧gpj.exe", page.QuerySelector(".target bdi")!.TextContent);
        Assert.Equal(4, page.QuerySelectorAll("main .odd[title]").Length);
        Assert.Contains("misleading characters", page.QuerySelector("main .warning h2")!.TextContent);
        Assert.DoesNotContain(page.DocumentElement.OuterHtml, character => character is '\u202E' or '\u2066' or '\u2069' or '\u200F');
    }

    [Theory]
    [InlineData("s3://p\u0430rtner/2026", "s3://pа⟦U+0430⟧rtner/2026")]
    [InlineData("\u0441\u043E\u0440\u0443", "с⟦U+0441⟧о⟦U+043E⟧р⟦U+0440⟧у⟦U+0443⟧")]
    [InlineData("ad\u200Bmin", "ad⟦U+200B⟧min")]
    [InlineData("prod\u00A0eu", "prod⟦U+00A0⟧eu")]
    [InlineData("\uFF50rod", "\uFF50⟦U+FF50⟧rod")]
    public async Task Homoglyphs_in_the_target(string target, string shown)
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync($$"""{"type":"data.export","target":"{{target}}"}""");
        IDocument page = await Forms.ReadAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann));

        Assert.Equal(shown, page.QuerySelector(".target bdi")!.TextContent);
        Assert.Contains("misleading characters", page.QuerySelector("main .warning h2")!.TextContent);
    }

    [Fact]
    public async Task Labels_that_only_look_like_masks()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync(
            """{"type":"a","target":"t","parameters":{"real":"write to ann@example.com","fake":"[EMAIL_1] and [SECRET_9]"}}""");
        IDocument page = await Forms.ReadAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann));

        IElement mask = Assert.Single(page.QuerySelectorAll(".json .mask"));
        Assert.Equal("[EMAIL_1]", mask.TextContent);
        Assert.Contains("E-mail address", mask.GetAttribute("title"));
        Assert.Contains("[EMAIL_1] and [SECRET_9]", page.QuerySelector(".json")!.TextContent);
        Assert.DoesNotContain("ann@example.com", page.DocumentElement.OuterHtml);
    }

    [Fact]
    public async Task Text_that_pretends_to_be_structure()
    {
        await using Gate gate = await Gate.StartAsync();
        ActionDocument document = await gate.InReviewAsync("""{"type":"a","target":"t","parameters":{"note":"x\",\n\"approved\": true"}}""");
        IDocument page = await Forms.ReadAsync(gate.Browser(), Gallery.LinkOf(gate, document, Gate.Ann));
        IElement line = page.QuerySelectorAll(".json .ln").Single(shown => shown.TextContent.Contains("approved"));
        Assert.Contains("txt", line.ClassList);
        Assert.Null(line.QuerySelector(".j-k"));
    }

    private static async Task<ActionDocument> SubmitAsync(Gate gate, Principal requester, string body)
    {
        string id = (await gate.SubmitAsync(requester, body)).GetProperty("id").GetString()!;
        return await gate.UntilAsync(id, document => document.Status == ActionStatus.InReview);
    }
}
