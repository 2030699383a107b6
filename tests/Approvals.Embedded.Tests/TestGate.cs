using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AngleSharp;
using AngleSharp.Html.Dom;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.Tests;

/// <summary>A whole gate over real HTTP, with a pipeline, a reviewer in all groups and an auditor. Keeps what it logs and prints.</summary>
public sealed class TestGate : IAsyncLifetime
{
    public const string Name = "test.approvals.local";

    private static readonly Principal Owner = Person("olivia", "data-owners");
    private static readonly Principal Reviewer = Person("dana", "data-owners", "security", "platform");
    private readonly TempFolder folder = new();
    private readonly StringWriter console = new();
    private readonly KeptLog log = new();

    /// <summary>That it begins with.</summary>
    public string Policy { get; init; } = PolicySet.DefaultYaml;

    public EmbeddedHost Host { get; private set; } = null!;

    public HttpClient Pipeline { get; private set; } = null!;

    public HttpClient AsReviewer { get; private set; } = null!;

    public HttpClient Auditor { get; private set; } = null!;

    public string DataPath => folder["data"];

    /// <summary>What was printed for people.</summary>
    public string Printed => console.ToString();

    /// <summary>What was logged.</summary>
    public string Logged => log.ToString();

    public async ValueTask InitializeAsync()
    {
        ChangePolicy(Policy);
        await StartAsync();
        Pipeline = await ClientAsync(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "pipeline", "Pipeline", []), Role.Requester, Owner.Id);
        AsReviewer = await ClientAsync(Reviewer, Role.Reviewer);
        Auditor = await ClientAsync(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "auditor", "Auditor", []), Role.Auditor);
    }

    public async Task StartAsync()
    {
        var loopback = new Uri("http://127.0.0.1:0");
        var configuration = new GateConfiguration(Name, loopback, loopback, folder["policy.yaml"], NotifyOnConsole: true, [], [Owner, Reviewer]);
        Host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions(folder["data"], configuration)
        {
            Console = TextWriter.Synchronized(console),
            Logging = logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log),
            Web = web => web.MinimumExpiry = TimeSpan.FromSeconds(1),
        });
    }

    /// <summary>The answer's JSON, which must have this status.</summary>
    public static async Task<JsonElement> JsonAsync(Task<HttpResponseMessage> sending, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await sending;
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} instead of {(int)expected}: {Encoding.UTF8.GetString(body)}");
        return JsonDocument.Parse(body).RootElement;
    }

    public Task<JsonElement> SubmitAsync(string json) =>
        JsonAsync(Pipeline.PostAsync("api/actions", new StringContent(json, Encoding.UTF8, "application/json")), HttpStatusCode.Accepted);

    /// <summary>In force within two seconds.</summary>
    public void ChangePolicy(string yaml) => File.WriteAllText(folder["policy.yaml"], yaml);

    /// <summary>The action once it is in review or decided.</summary>
    public Task<ActionDocument> SettledAsync(string id) => UntilAsync(id, document => document.IsTerminal || document.Review is not null);

    public Task<ActionDocument> DecidedAsync(string id) => UntilAsync(id, document => document.IsTerminal);

    /// <summary>The action once this holds of what is shown of it.</summary>
    public async Task<ActionDocument> UntilAsync(string id, Func<ActionDocument, bool> until)
    {
        var index = (IActionIndex)Host.Services.GetService(typeof(IActionIndex))!;
        ActionDocument? document = await index.WaitAsync(id, until, TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.True(document is not null && until(document), $"The action is {document?.Status}.");
        return document!;
    }

    /// <summary>Follows the reviewer's own link, fills the page's form in and sends it. Returns the page's HTML.</summary>
    public async Task<string> DecideAsync(string id, string verdict, string justification = "Checked against the change record.")
    {
        JsonElement link = await JsonAsync(AsReviewer.PostAsJsonAsync($"api/actions/{id}/review-link", new JsonObject()), HttpStatusCode.Created);
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() });
        var url = new Uri(link.GetProperty("url").GetString()!);
        string html = await browser.GetStringAsync(url);
        using IBrowsingContext context = BrowsingContext.New();
        var page = (IHtmlDocument)await context.OpenAsync(response => response.Content(html).Address(url));
        IHtmlFormElement form = page.Forms.Single(form => form.QuerySelector($"button[name=verdict][value={verdict}]") is not null);
        var fields = form.QuerySelectorAll("input[name]").OfType<IHtmlInputElement>().ToDictionary(input => input.Name!, input => input.Value);
        fields["justification"] = justification;
        fields["verdict"] = verdict;
        using var post = new HttpRequestMessage(HttpMethod.Post, new Uri(url, form.GetAttribute("action"))) { Content = new FormUrlEncodedContent(fields) };
        post.Headers.Add("Sec-Fetch-Site", "same-origin");
        using HttpResponseMessage answer = await browser.SendAsync(post);
        string result = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, result);
        return html + result;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Dispose();
    }

    private async Task<HttpClient> ClientAsync(Principal principal, Role role, params PrincipalId[] owners)
    {
        var client = new HttpClient { BaseAddress = Host.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Host.CreateKeyAsync(principal, [role], owners));
        return client;
    }

    private static Principal Person(string subject, params string[] groups) => new(PrincipalKind.Human, Principal.LocalIssuer, subject, subject, groups);

    /// <summary>A log provider that keeps every line, with scopes' and exceptions' text.</summary>
    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        private readonly StringBuilder lines = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Keep(state.ToString());
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Keep(formatter(state, exception) + exception);

        public override string ToString()
        {
            lock (lines) return lines.ToString();
        }

        public void Dispose()
        {
        }

        private void Keep(string? text)
        {
            lock (lines) lines.AppendLine(text);
        }
    }
}
