using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Notifications.Secrets;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Logging;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>A whole gate on this machine that notifies as a test says; it can be stopped and started again on the same data.</summary>
internal sealed class NotifyingGate : IAsyncDisposable
{
    public const string Policy = """
        version: 1
        name: test
        plans:
          owners: {groups: [data-owners], quorum: 1, timeout: 8h}
          careful: {groups: [data-owners], quorum: 1, timeout: 8h, assurance: idp}
        rules:
          - {id: careful, when: 'action.type == "data.careful"', verdict: review, reason: Sign in first., review: careful}
          - {id: exports, when: 'action.type.startsWith("data.")', verdict: review, reason: Exports need an owner., risk: 60, review: owners, obligations: {justification: 5}}
        """;

    public static readonly Principal Olivia = Person("olivia", "Olivia Park");
    public static readonly Principal Dana = Person("dana", "Dana Reyes");
    public static readonly Principal Ben = Person("ben", "Ben Ito");
    public static readonly Principal Eve = new(PrincipalKind.Human, Principal.LocalIssuer, "eve", "Eve Novak", ["others"]);

    private readonly string folder = Directory.CreateTempSubdirectory("notifying-").FullName;
    private readonly Func<NotifyingGate, NotificationOptions> options;
    private readonly StringBuilder log = new();

    private NotifyingGate(Func<NotifyingGate, NotificationOptions> options) => this.options = options;

    public EmbeddedHost Host { get; private set; } = null!;

    public HttpClient Pipeline { get; private set; } = null!;

    public HttpClient AsBen { get; private set; } = null!;

    public HttpClient Admin { get; private set; } = null!;

    public string DataPath => Path.Combine(folder, "data");

    public string Logged
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    public static async Task<NotifyingGate> StartAsync(Func<NotifyingGate, NotificationOptions> options)
    {
        var gate = new NotifyingGate(options);
        await File.WriteAllTextAsync(Path.Combine(gate.folder, "policy.yaml"), Policy);
        await gate.StartAsync();
        gate.Pipeline = await gate.ClientAsync(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "pipeline", "Nightly <!channel> *export*", []), Role.Requester, Olivia.Id);
        gate.AsBen = await gate.ClientAsync(Ben, Role.Reviewer);
        gate.Admin = await gate.ClientAsync(new Principal(PrincipalKind.Service, Principal.LocalIssuer, "ops", "Ops", []), Role.Admin);
        return gate;
    }

    public T Service<T>() => (T)Host.Services.GetService(typeof(T))!;

    /// <summary>A secret in a file of this gate's.</summary>
    public SecretReference Secret(string name, string value)
    {
        string path = Path.Combine(folder, name + ".secret");
        File.WriteAllText(path, value + "\n");
        return SecretReference.Parse("file:" + path);
    }

    /// <summary>Puts another policy into force, by which open reviews are decided anew.</summary>
    public Task ChangePolicyAsync(string from, string to) => File.WriteAllTextAsync(
        Path.Combine(folder, "policy.yaml"), Policy.Replace("name: test", "name: test\nonChange: redecide", StringComparison.Ordinal).Replace(from, to, StringComparison.Ordinal));

    public async Task RestartAsync()
    {
        AuthenticationHeaderValue?[] keys = [Pipeline.DefaultRequestHeaders.Authorization, AsBen.DefaultRequestHeaders.Authorization, Admin.DefaultRequestHeaders.Authorization];
        await Host.DisposeAsync();
        await StartAsync();
        (Pipeline, AsBen, Admin) = (Client(keys[0]), Client(keys[1]), Client(keys[2]));
    }

    /// <summary>Asks for an action, and returns it once people are asked.</summary>
    public async Task<ActionDocument> SubmitAsync(string json = """{"type":"data.export","target":"s3://partner/2026","parameters":{"rows":12},"justification":"monthly"}""")
    {
        JsonElement accepted = await JsonAsync(Pipeline.PostAsync("api/actions", new StringContent(json, Encoding.UTF8, "application/json")), HttpStatusCode.Accepted);
        return await WaitAsync(accepted.GetProperty("id").GetString()!, document => document.Review is not null || document.IsTerminal);
    }

    public async Task<ActionDocument> WaitAsync(string id, Func<ActionDocument, bool> until)
    {
        var index = (IActionIndex)Host.Services.GetService(typeof(IActionIndex))!;
        ActionDocument? document = await index.WaitAsync(id, until, TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.True(document is not null && until(document), $"The action is {document?.Status}.");
        return document!;
    }

    public Task<HttpResponseMessage> BenVotesAsync(ActionDocument document, string verdict) => AsBen.PostAsync(
        $"api/actions/{document.Id}/votes",
        new StringContent($$"""{"verdict":"{{verdict}}","justification":"Looked at it.","viewDigest":"{{document.View!.Digest}}"}""", Encoding.UTF8, "application/json"));

    public static async Task<JsonElement> JsonAsync(Task<HttpResponseMessage> sending, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpResponseMessage answer = await sending;
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode} instead of {(int)expected}: {body}");
        return body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
    }

    /// <summary>Every byte that the gate has written, with the host stopped or running.</summary>
    public IEnumerable<byte[]> Files() => Directory.EnumerateFiles(DataPath, "approvals.db*").Select(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    });

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var loopback = new Uri("http://127.0.0.1:0");
        NotificationOptions notifications = options(this);
        var configuration = new GateConfiguration(
            "test.approvals.local", loopback, loopback, Path.Combine(folder, "policy.yaml"), NotifyOnConsole: false, notifications.Callbacks?.Hosts ?? [], [Olivia, Dana, Ben, Eve])
        {
            Notifications = notifications,
        };
        Host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions(DataPath, configuration)
        {
            Logging = logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new KeptLog(log)),
            Web = web => web.MinimumExpiry = TimeSpan.FromSeconds(1),
        });
    }

    private async Task<HttpClient> ClientAsync(Principal principal, Role role, params PrincipalId[] owners) =>
        Client(new AuthenticationHeaderValue("Bearer", await Host.CreateKeyAsync(principal, [role], owners)));

    private HttpClient Client(AuthenticationHeaderValue? key) => new() { BaseAddress = Host.Url, DefaultRequestHeaders = { Authorization = key } };

    private static Principal Person(string subject, string name) => new(PrincipalKind.Human, Principal.LocalIssuer, subject, name, ["data-owners"]);

    private sealed class KeptLog(StringBuilder lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines) lines.AppendLine(formatter(state, exception) + exception);
        }

        public void Dispose()
        {
        }
    }
}
