using System.Net;
using System.Text.RegularExpressions;
using Approvals.Cli.Output;

namespace Approvals.Cli.Demo;

/// <summary>As much of a browser as the review page needs: follows a link, keeps its cookies, fills in the form that is there and sends it.</summary>
internal sealed class Browser : IDisposable
{
    private static readonly Regex Forms = Pattern("<form(?<attributes>[^>]*)>(?<body>.*?)</form>");
    private static readonly Regex Fields = Pattern("<(?<tag>input|textarea|button)(?<attributes>[^>]*)>");
    private static readonly Regex Attributes = Pattern("(?<name>[a-z-]+)=\"(?<value>[^\"]*)\"");

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = true, MaxAutomaticRedirections = 3, CookieContainer = new CookieContainer() })
    {
        Timeout = TimeSpan.FromSeconds(60),
        MaxResponseContentBufferSize = 4 << 20,
    };

    /// <summary>Opens a page, fills its decision form in and presses the button of that verdict.</summary>
    /// <exception cref="CommandException">The page has no such form, or the gate refused it.</exception>
    public async Task DecideAsync(Uri link, string verdict, string justification, CancellationToken cancellationToken)
    {
        using HttpResponseMessage page = await http.GetAsync(link, cancellationToken);
        string html = await page.Content.ReadAsStringAsync(cancellationToken);
        if (!page.IsSuccessStatusCode) throw CommandException.Failed($"The review page answered {(int)page.StatusCode}.");

        (string action, Dictionary<string, string> fields) = FindForm(html, verdict);
        fields["justification"] = justification;
        fields["verdict"] = verdict;
        Uri target = new(link, action);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Origin", target.GetLeftPart(UriPartial.Authority));
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using HttpResponseMessage answer = await http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw CommandException.Failed($"The form was refused with {(int)answer.StatusCode}.");
    }

    public void Dispose() => http.Dispose();

    private static (string Action, Dictionary<string, string> Fields) FindForm(string html, string verdict)
    {
        foreach (Match form in Forms.Matches(html))
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            bool hasButton = false;
            foreach (Match field in Fields.Matches(form.Groups["body"].Value))
            {
                Dictionary<string, string> attributes = Read(field.Groups["attributes"].Value);
                if (!attributes.TryGetValue("name", out string? name)) continue;
                string value = attributes.GetValueOrDefault("value", "");
                if (field.Groups["tag"].Value != "button") fields[name] = value;
                else hasButton |= name == "verdict" && value == verdict;
            }

            if (hasButton) return (Read(form.Groups["attributes"].Value).GetValueOrDefault("action", ""), fields);
        }

        throw CommandException.Failed($"The review page has no form with a button to {verdict}.");
    }

    private static Dictionary<string, string> Read(string attributes)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match attribute in Attributes.Matches(attributes)) read[attribute.Groups["name"].Value] = WebUtility.HtmlDecode(attribute.Groups["value"].Value);
        return read;
    }

    private static Regex Pattern(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
