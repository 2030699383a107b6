using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Approvals.Web.Tests.Identity;

/// <summary>A browser without script: keeps cookies (of both servers: cookies know no ports), follows redirects, fills in forms.</summary>
internal sealed class Visitor(Uri gate) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>Cookies by name, kept by hand so that a test can look at them and put them back.</summary>
    public Dictionary<string, string> Cookies { get; } = [];

    /// <summary>The last address of the gate's own callback that was gone through.</summary>
    public Uri? Callback { get; private set; }

    public void Dispose() => http.Dispose();

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, Dictionary<string, string>? form = null)
    {
        var address = new Uri(gate, url);
        using var request = new HttpRequestMessage(method, address);
        if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        if (method == HttpMethod.Post) request.Headers.Add("Sec-Fetch-Site", "same-origin");
        if (form is not null) request.Content = new FormUrlEncodedContent(form);
        if (address.AbsolutePath.EndsWith("/callback", StringComparison.Ordinal)) Callback = address;
        HttpResponseMessage response = await http.SendAsync(request);
        foreach (string cookie in response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set) ? set : [])
        {
            string[] pair = cookie.Split(';')[0].Split('=', 2);
            bool isGone = pair[1].Length == 0 || cookie.Contains("1970", StringComparison.Ordinal);
            if (isGone) Cookies.Remove(pair[0]);
            else Cookies[pair[0]] = pair[1];
        }

        return response;
    }

    /// <summary>Follows redirects from here to a page, or to the gate's callback when <paramref name="toCallback"/>.</summary>
    public async Task<(HttpResponseMessage Response, Uri At)> FollowAsync(HttpResponseMessage response, Uri at, bool toCallback = false)
    {
        for (int i = 0; i < 20 && response.Headers.Location is { } location && (int)response.StatusCode is >= 300 and < 400; i++)
        {
            at = new Uri(at, location);
            if (toCallback && at.AbsolutePath.EndsWith("/callback", StringComparison.Ordinal)) return (response, at);
            response = await SendAsync(HttpMethod.Get, at.AbsoluteUri);
        }

        return (response, at);
    }

    /// <summary>Begins to sign in; gives the provider's address that the gate sends the browser to.</summary>
    public async Task<Uri> BeginAsync(string query = "", string issuer = "idp")
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"/sign-in/{issuer}{query}");
        Assert.True(response.StatusCode == HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!;
    }

    /// <summary>At the provider: gives one's name, and comes back as far as the gate's callback, which is not gone through.</summary>
    public async Task<Uri> ConsentAsync(Uri authorization, string login, bool hasMfa = false, bool aborts = false)
    {
        (HttpResponseMessage response, Uri at) = await FollowAsync(await SendAsync(HttpMethod.Get, authorization.AbsoluteUri), authorization, toCallback: true);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            IDocument page = await ReadAsync(response);
            var form = new Dictionary<string, string> { ["login"] = login };
            if (hasMfa) form["mfa"] = "on";
            if (aborts) form["abort"] = "1";
            var action = new Uri(at, page.QuerySelector("form")!.GetAttribute("action"));
            (response, at) = await FollowAsync(await SendAsync(HttpMethod.Post, action.AbsoluteUri, form), action, toCallback: true);
        }

        Assert.True(at.AbsolutePath.EndsWith("/callback", StringComparison.Ordinal), $"{at} {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return at;
    }

    /// <summary>The whole way; the last answer.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string login, bool hasMfa = false, string query = "", string issuer = "idp")
    {
        Uri callback = await ConsentAsync(await BeginAsync(query, issuer), login, hasMfa);
        return (await FollowAsync(await SendAsync(HttpMethod.Get, callback.AbsoluteUri), callback)).Response;
    }

    public async Task<IDocument> GetPageAsync(string url) => await ReadAsync(await SendAsync(HttpMethod.Get, url));

    public static async Task<IDocument> ReadAsync(HttpResponseMessage response) =>
        new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());
}
