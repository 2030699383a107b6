using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Web.Callers;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Releases;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Tests.Hosting;

/// <summary>
/// The routes on a real Kestrel at a loopback port, over ports in memory: real orchestrations, real HTTP, time moved by the test.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    public static readonly Principal Etl = new(PrincipalKind.Service, Principal.LocalIssuer, "etl", "ETL pipeline", []);
    public static readonly Principal Bot = new(PrincipalKind.Agent, Principal.LocalIssuer, "bot", "Support agent", []);
    public static readonly Principal Ann = new(PrincipalKind.Human, Principal.LocalIssuer, "ann", "Ann Meyer", ["data-owners"]);
    public static readonly Principal Ben = new(PrincipalKind.Human, Principal.LocalIssuer, "ben", "Ben Ito", ["data-owners"]);
    public static readonly Principal Eve = new(PrincipalKind.Human, Principal.LocalIssuer, "eve", "Eve Novak", ["others"]);
    public static readonly Principal Aud = new(PrincipalKind.Human, Principal.LocalIssuer, "aud", "Aud Itor", []);
    public static readonly Principal Root = new(PrincipalKind.Human, Principal.LocalIssuer, "root", "Rosa Diaz", []);

    /// <summary>The policy that the policy page shows; <see cref="Policy"/> decides.</summary>
    private static readonly Lazy<PolicySet> WrittenPolicy = new(() => PolicySet.Load(PolicySet.DefaultYaml, "default.yaml"));

    private readonly WebApplication app;
    private readonly Dictionary<string, string> keys = [];

    private Gate(WebApplication app) => this.app = app;

    public required MemoryPorts Ports { get; init; }

    public required MemoryEngine Engine { get; init; }

    public required ManualTime Time { get; init; }

    public required RecordedLog Log { get; init; }

    public IServiceProvider Services => app.Services;

    public Uri Url { get; private set; } = null!;

    /// <summary>What policy says of every action; a review of one stage by default.</summary>
    public Func<PolicyInput, PolicyDecision> Policy { get; set; } = _ => Review(new ReviewStage("owners", ["data-owners"], 1, TimeSpan.FromMinutes(30)));

    /// <summary>What that policy allows of delegation and the like.</summary>
    public PolicyExceptions Exceptions { get; set; } = new(null, null, null);

    private PolicyInForce InForce() => new("sha256:" + new string('0', 64), Policy, OpenReviews.Keep, Exceptions);

    public static PolicyDecision Review(params ReviewStage[] stages) =>
        new(PolicyVerdict.Review, "exports", "Exports of customer data need a data owner.", "sha256:" + new string('0', 64), new ReviewPlan(stages));

    public static async Task<Gate> StartAsync(
        Action<ApprovalsWebOptions>? configure = null, Action<IServiceCollection>? services = null, DateTimeOffset? start = null)
    {
        var time = new ManualTime(start ?? Start);
        var ports = new MemoryPorts(time);
        var engine = new MemoryEngine(time);
        var log = new RecordedLog();
        Gate? gate = null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddApprovalsWeb(configure);
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton<IActionIndex>(ports).AddSingleton<IIntake>(new OrderedIntake(ports, engine, ports)).AddSingleton<ILedger>(ports).AddSingleton<ISigner>(ports)
            .AddSingleton<IDirectory>(ports).AddSingleton<ICredentialStore>(ports).AddSingleton<Durable.IDurableClient>(engine)
            .AddSingleton<IDelegationStore>(ports).AddSingleton<PolicyHistory>();
        builder.Services.AddSingleton<Func<PolicyInForce>>(() => gate!.InForce());
        builder.Services.AddSingleton<Func<PolicySet>>(() => WrittenPolicy.Value);
        builder.Services.AddSingleton(new ReleaseDesk(ports, ports, ports, time, "https://approvals.test"));
        services?.Invoke(builder.Services);
        WebApplication built = builder.Build();
        built.MapApprovals();
        gate = new Gate(built) { Ports = ports, Engine = engine, Time = time, Log = log };
        var activities = new ApprovalActivities(new OrderedIntake(ports, engine, ports), ports, ports, ports, ports, ports, ports, ports, Redactor.Default, gate.InForce, ports, time);
        foreach (var activity in activities.Definitions) engine.Activities[activity.Name] = activity;
        engine.Orchestration = ApprovalOrchestration.Definition;
        ports.People.AddRange([Ann, Ben, Eve, Aud, Root]);
        gate.AddKey(Etl, [Role.Requester], Root.Id);
        gate.AddKey(Bot, [Role.Requester], Ann.Id);
        gate.AddKey(Ann, [Role.Reviewer]);
        gate.AddKey(Ben, [Role.Reviewer]);
        gate.AddKey(Eve, [Role.Reviewer]);
        gate.AddKey(Aud, [Role.Auditor]);
        gate.AddKey(Root, [Role.Admin]);
        await built.StartAsync();
        gate.Url = new Uri(built.Urls.First());
        built.Services.GetRequiredService<ApprovalsWebOptions>().PublicUrl = gate.Url;
        return gate;
    }

    public string KeyOf(Principal principal) => keys[principal.Subject];

    public string AddKey(Principal principal, IReadOnlyList<Role> roles, params PrincipalId[] owners)
    {
        (string key, string keyId, string hash) = ApiKey.Create();
        keys[principal.Subject] = key;
        Ports.AddAsync(new Credential(keyId, hash, principal, roles, owners, Start), CancellationToken.None).GetAwaiter().GetResult();
        return keyId;
    }

    /// <summary>A client without credentials that follows nothing, keeps no cookies, and takes no answer that the API does not describe.</summary>
    public HttpClient Client(Principal? caller = null)
    {
        var client = new HttpClient(new SchemaHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })) { BaseAddress = Url };
        if (caller is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(caller));
        return client;
    }

    /// <summary>A client that keeps cookies, as a browser does.</summary>
    public HttpClient Browser()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Url };
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return client;
    }

    public async Task<JsonElement> SubmitAsync(Principal? caller = null, string? body = null)
    {
        using HttpClient client = Client(caller ?? Etl);
        HttpResponseMessage response = await client.PostAsync("/api/actions", Json(body ?? """{"type":"data.export","target":"s3://partner","parameters":{"owner":"ann@example.com"},"justification":"monthly"}"""));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await ReadAsync(response);
    }

    /// <summary>Submits, and returns the action once people are asked.</summary>
    public async Task<ActionDocument> InReviewAsync(string? body = null)
    {
        string id = (await SubmitAsync(body: body)).GetProperty("id").GetString()!;
        return await UntilAsync(id, document => document.Status == ActionStatus.InReview);
    }

    public async Task<ActionDocument> UntilAsync(string id, Func<ActionDocument, bool> until)
    {
        ActionDocument? document = await Ports.WaitAsync(id, until, TimeSpan.FromDays(30), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotNull(document);
        return document;
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
    }
}

/// <summary>Everything that is logged.</summary>
internal sealed class RecordedLog : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
    }
}
