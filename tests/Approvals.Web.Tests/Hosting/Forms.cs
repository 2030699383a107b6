using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Approvals.Workflow.Principals;
using Microsoft.Playwright;

namespace Approvals.Web.Tests.Hosting;

/// <summary>Pages and their forms, as a browser without script has them.</summary>
internal static class Forms
{
    public static async Task<IDocument> ReadAsync(HttpClient browser, string path) => new HtmlParser().ParseDocument(await browser.GetStringAsync(path));

    /// <summary>The hidden fields of the first form of a page that posts.</summary>
    public static async Task<Dictionary<string, string>> OpenAsync(HttpClient browser, string path) => FieldsOf(await ReadAsync(browser, path));

    public static Dictionary<string, string> FieldsOf(IDocument page) =>
        page.QuerySelector("main form[method=post]")!.QuerySelectorAll("input[type=hidden]").ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value")!);

    /// <summary>Opens a review page and sends its form with this verdict.</summary>
    public static async Task<HttpResponseMessage> VoteAsync(HttpClient browser, string link, string verdict, string justification = "long enough for any stage")
    {
        Dictionary<string, string> form = await OpenAsync(browser, link);
        form["verdict"] = verdict;
        form["justification"] = justification;
        return await browser.PostAsync(link, new FormUrlEncodedContent(form));
    }

    /// <summary>Signs in by the page in a browser, with a personal key.</summary>
    public static async Task SignInAsync(IPage page, Gate gate, Principal person)
    {
        await page.GotoAsync(gate.Url + "sign-in");
        await page.FillAsync("#key", gate.KeyOf(person));
        await page.ClickAsync("main button[type=submit]");
        await page.WaitForURLAsync("**/inbox");
    }

    public static async Task<HttpClient> SignInAsync(Gate gate, Principal person)
    {
        HttpClient browser = gate.Browser();
        Dictionary<string, string> form = await OpenAsync(browser, "/sign-in");
        form["key"] = gate.KeyOf(person);
        Assert.Equal(System.Net.HttpStatusCode.SeeOther, (await browser.PostAsync("/sign-in", new FormUrlEncodedContent(form))).StatusCode);
        return browser;
    }
}
