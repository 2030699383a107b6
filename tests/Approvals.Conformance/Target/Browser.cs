using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Approvals.Conformance.Target;

/// <summary>As much of a browser as the pages need: cookies, and forms as they stand in the page.</summary>
internal sealed class Browser(TargetGate gate)
{
    private readonly CookieContainer cookies = new();
    private readonly HttpClient http = gate.Client();

    /// <summary>Names of the cookies that the gate set so far.</summary>
    public IEnumerable<string> CookieNames => cookies.GetAllCookies().Select(cookie => cookie.Name);

    public async Task<PageAnswer> OpenAsync(string path) => await SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Sends the form of a page that has this field or button, with some values changed.</summary>
    /// <param name="to">Another address than the form's own.</param>
    /// <param name="site">What a browser says of where the form was: <c>Sec-Fetch-Site</c>; nothing when <see langword="null"/>.</param>
    public Task<PageAnswer> SubmitAsync(PageAnswer page, Dictionary<string, string> values, string? to = null, string? site = "same-origin")
    {
        IHtmlFormElement form = page.Document.Forms.Single(candidate => values.Keys.All(name => candidate.QuerySelector($"[name='{name}']") is not null));
        var fields = new List<KeyValuePair<string, string>>();
        foreach (IElement field in form.QuerySelectorAll("input[name], textarea[name]"))
        {
            string name = field.GetAttribute("name")!;
            if (!values.ContainsKey(name) && field.GetAttribute("type") is not ("checkbox" or "radio")) fields.Add(new(name, field.GetAttribute("value") ?? field.TextContent));
        }

        fields.AddRange(values);
        return PostAsync(to ?? form.GetAttribute("action")!, fields, site);
    }

    public Task<PageAnswer> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields, string? site = "same-origin")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        if (site is not null) request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
        return SendAsync(request);
    }

    public async Task<PageAnswer> SendAsync(HttpRequestMessage request)
    {
        var target = new Uri(gate.Url, request.RequestUri!);
        if (cookies.GetCookieHeader(target) is { Length: > 0 } header) request.Headers.TryAddWithoutValidation("Cookie", header);
        using HttpResponseMessage response = await http.SendAsync(request);
        if (response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set))
        {
            foreach (string cookie in set) cookies.SetCookies(target, cookie);
        }

        Answer answer = await Answer.ReadAsync(response);
        return new PageAnswer(answer, answer.MediaType == "text/html" ? await new HtmlParser().ParseDocumentAsync(answer.Text) : await new HtmlParser().ParseDocumentAsync(""));
    }

    public async Task SignInAsync(Caller person)
    {
        PageAnswer signIn = (await OpenAsync("/sign-in")).Is(200);
        (await SubmitAsync(signIn, new() { ["key"] = person.Key! })).Is(303);
    }
}

internal sealed record PageAnswer(Answer Answer, IHtmlDocument Document)
{
    public string Heading => Document.QuerySelector("h1")?.TextContent.Trim() ?? "";

    public string Text => Document.Body?.TextContent ?? "";

    /// <summary>A hidden field of the form that has it.</summary>
    public string? Field(string name) => Document.QuerySelector($"input[type=hidden][name='{name}']")?.GetAttribute("value");

    public string? Location => Answer.Headers.Location?.OriginalString;

    /// <summary>The page itself, which must have one of these statuses. Its address is not told: it may be a secret.</summary>
    public PageAnswer Is(params int[] statuses)
    {
        Assert.True(statuses.Contains(Answer.Status), $"A page answered {Answer.Status} instead of {string.Join(" or ", statuses)}: {Heading} {Text}");
        return this;
    }
}
