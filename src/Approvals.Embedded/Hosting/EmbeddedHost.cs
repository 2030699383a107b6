using System.Security.Cryptography;
using Approvals.Durable;
using Approvals.Embedded.Actions;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Data;
using Approvals.Embedded.Notifications;
using Approvals.Engine;
using Approvals.Notifications;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbox;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Web;
using Approvals.Web.Callers;
using Approvals.Web.Health;
using Approvals.Web.Reviews;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Releases;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.Hosting;

/// <summary>
/// A whole gate in this process: engine, stores and HTTP on one data folder. When <see cref="StartAsync"/> returns it takes requests and goes on
/// with what an earlier process, however it ended, had begun.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    /// <summary>What the WAL may take before it is copied into the database: with less, the next large request may not fit.</summary>
    private const long LeastFree = 16 << 20;

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long requests that have begun may take to end once the host stops.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    private readonly WebApplication app;
    private readonly Stores stores;
    private readonly PolicyFile policy;
    private readonly ILoggerFactory loggers;
    private bool stopped;

    private EmbeddedHost(WebApplication app, Stores stores, PolicyFile policy, ILoggerFactory loggers, Uri url) =>
        (this.app, this.stores, this.policy, this.loggers, Url) = (app, stores, policy, loggers, url);

    /// <summary>Where it listens, with the port that was taken.</summary>
    public Uri Url { get; }

    public ICredentialStore Credentials => stores.Credentials;

    /// <summary>The host's services: what the handlers work with.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Test seam: to wait until nothing moves.</summary>
    internal EngineHost Engine => stores.Engine;

    /// <exception cref="SetupException">The configuration or the data folder cannot be used.</exception>
    /// <exception cref="DatabaseException">The database cannot be opened: in use, damaged, newer.</exception>
    /// <exception cref="Policy.PolicyException">The policy cannot be loaded.</exception>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions options, CancellationToken cancellationToken = default)
    {
        var folder = new DataFolder(options.DataFolder);
        WebApplicationBuilder builder = CreateBuilder(options);
        ILoggerFactory log = LoggerFactory.Create(logging => Configure(logging, options)); // the stores outlive the web application and its log
        PolicyFile? judge = null;
        Stores? kept = null;
        WebApplication? web = null;
        try
        {
            judge = new PolicyFile(options.Configuration.PolicyPath, options.Time, log.CreateLogger<PolicyFile>());
            kept = await Stores.OpenAsync(folder, options, log, cancellationToken);
            AddServices(builder.Services, options, folder, kept, judge);
            options.Compose(builder.Services, kept.Database);
            web = builder.Build();
            web.MapApprovals();
            foreach (OrchestrationDefinition version in ApprovalOrchestration.Versions) kept.Engine.Add(version);
            kept.Engine.Add(OutboxOrchestration.Definition);
            foreach (ActivityDefinition activity in web.Services.GetRequiredService<ApprovalActivities>().Definitions) kept.Engine.Add(activity);
            foreach (ActivityDefinition activity in web.Services.GetRequiredService<OutboxActivities>().Definitions) kept.Engine.Add(activity);

            // The port first: links name it, and recovered actions may mint links at once. Until the engine runs, requests are told to come again.
            await web.StartAsync(cancellationToken);
            Uri url = BoundUrl(web);
            if (options.Configuration.PublicUrl == options.Configuration.Listen) web.Services.GetRequiredService<ApprovalsWebOptions>().PublicUrl = url;

            // A policy is in the ledger before it judges, and recovered actions are judged as soon as the engine runs.
            var history = web.Services.GetRequiredService<PolicyHistory>();
            PolicyEntry inForce = await history.RecordAsync(judge.Current, cancellationToken);
            await kept.Engine.StartAsync(cancellationToken);
            if (!kept.PolicyAnnouncements.IsDone(inForce.Policy.Number))
            {
                await history.TellOpenActionsAsync(inForce, cancellationToken);
                await kept.PolicyAnnouncements.NoteAsync(inForce.Policy.Number, cancellationToken);
            }

            judge.Watch(async changed =>
            {
                PolicyEntry entry = await history.RecordAsync(changed, CancellationToken.None);
                return () => history.TellOpenActionsAsync(entry, CancellationToken.None);
            });
            _ = kept.Database.CheckAsync(); // its end is the database's own matter: it refuses writes then, and readiness says why
            return new EmbeddedHost(web, kept, judge, log, url);
        }
        catch
        {
            if (web is not null) await web.DisposeAsync();
            if (kept is not null) await kept.DisposeAsync();
            judge?.Dispose();
            log.Dispose();
            throw;
        }
    }

    /// <summary>Makes an API key. The text is the only copy: what is stored is a hash.</summary>
    public async Task<string> CreateKeyAsync(
        Principal principal, IReadOnlyList<Role> roles, IReadOnlyList<PrincipalId> owners, CancellationToken cancellationToken = default)
    {
        (string key, string keyId, string secretHash) = ApiKey.Create();
        DateTimeOffset now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        await stores.Credentials.AddAsync(new Credential(keyId, secretHash, principal, roles, owners, now), cancellationToken);
        return key;
    }

    /// <summary>Ends when the process is told to stop, or the token is canceled.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => app.WaitForShutdownAsync(cancellationToken);

    /// <summary>
    /// Stops in the order in which parts stand on each other: no new requests, those that have begun end; the engine commits what it has;
    /// the ledger ends; the database closes.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (stopped) return;
        stopped = true;
        using var drain = new CancellationTokenSource(Drain);
        await app.StopAsync(drain.Token);
        await stores.Engine.StopAsync(drain.Token).ContinueWith(_ => { }, TaskScheduler.Default); // what is left is taken up by the next start
        policy.Dispose();
        await app.DisposeAsync();
        await stores.DisposeAsync();
        loggers.Dispose();
    }

    private static WebApplicationBuilder CreateBuilder(EmbeddedHostOptions options)
    {
        // Without the reload, the framework would watch the working directory with all below it, and wake at every write to a data folder there.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        Configure(builder.Logging, options);
        builder.WebHost.UseUrls(options.Configuration.Listen.ToString());
        if (options.Configuration.Listen.Scheme == "https") builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        return builder;
    }

    private static void Configure(ILoggingBuilder logging, EmbeddedHostOptions options)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        // INVARIANT: the framework's lines about requests stay out: a review link's path is a secret.
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // It warns that the key ring is not encrypted at rest: it is a file with mode 0600, like the signing key beside it.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        options.Logging(logging);
    }

    private static void AddServices(IServiceCollection services, EmbeddedHostOptions options, DataFolder folder, Stores stores, PolicyFile policy)
    {
        GateConfiguration configuration = options.Configuration;
        services.AddSingleton(options.Time);
        services.AddSingleton<ISigner>(stores.Signer);
        services.AddSingleton<IPayloadVault>(stores.Vault);
        services.AddSingleton<ILedger>(stores.Ledger);
        services.AddSingleton<IActionIndex>(stores.Index);
        services.AddSingleton<IIntake>(new SqliteIntake(stores.Engine, stores.Vault, stores.Index));
        services.AddSingleton<ICredentialStore>(stores.Credentials);
        services.AddSingleton<IDelegationStore>(stores.Delegations);
        services.AddSingleton(stores.Engine.Client);
        services.AddSingleton<Func<PolicySet>>(() => policy.Current);
        services.AddSingleton<Func<PolicyInForce>>(() => PolicyInForce.Of(policy.Current));
        services.AddSingleton<PolicyHistory>();
        services.AddSingleton<IDirectory>(new FileDirectory(configuration.People, stores.Credentials));
        services.AddNotifications(configuration.Notifications, configuration.Name);
        services.AddSingleton<INoticeChannel>(provider => new ConsoleChannel(provider.GetRequiredService<ReviewLinks>(), options.Console));
        services.AddSingleton<IReleasePublisher>(provider => provider.GetRequiredService<CallbackOutbox>());
        services.AddSingleton(provider => new ReleaseDesk(
            provider.GetRequiredService<ISigner>(), provider.GetRequiredService<ILedger>(), provider.GetRequiredService<IActionIndex>(), options.Time, configuration.Name,
            stores.Restoration.Last()));
        services.AddSingleton(provider => new ApprovalActivities(
            provider.GetRequiredService<IIntake>(), provider.GetRequiredService<IPayloadVault>(), provider.GetRequiredService<IActionIndex>(), provider.GetRequiredService<ILedger>(),
            provider.GetRequiredService<ISigner>(), provider.GetRequiredService<IDirectory>(), provider.GetRequiredService<INotifier>(),
            provider.GetRequiredService<IReleasePublisher>(), new Redactor(new RedactionOptions()), provider.GetRequiredService<Func<PolicyInForce>>(),
            provider.GetRequiredService<IDelegationStore>(), options.Time));

        services.AddDataProtection().SetApplicationName("approvals");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new ProtectionKeys(folder.ProtectionKeyFolder));
        AddReadiness(services, stores, policy, options.Time);
        services.AddApprovalsWeb(web =>
        {
            web.PublicUrl = configuration.PublicUrl;
            web.CallbackHosts = configuration.CallbackHosts;
            web.Identity = configuration.Identity;
            options.Web(web);
        });
    }

    private static void AddReadiness(IServiceCollection services, Stores stores, PolicyFile policy, TimeProvider time)
    {
        services.AddSingleton(new ReadinessCheck(
            "database", async cancellationToken => await ProbeAsync(stores.Database, time, cancellationToken) is { } fault ? StoreWords.Of(fault) : null));
        services.AddSingleton(new ReadinessCheck("disk", _ => Task.FromResult(FreeSpace(stores.Database.Folder) is { } free && free < LeastFree
            ? $"full: less than {LeastFree >> 20} MiB are free on the data folder's disk; free some space"
            : null)));
        services.AddSingleton(new ReadinessCheck("signer", async cancellationToken =>
        {
            var key = await stores.Signer.CurrentKeyAsync(cancellationToken);
            byte[] probe = RandomNumberGenerator.GetBytes(32);
            byte[] signature = await stores.Signer.SignAsync(key.KeyId, SHA256.HashData(probe), cancellationToken);
            return key.VerifyJws(probe, signature) ? null : "its signatures do not verify";
        }));
        services.AddSingleton(new ReadinessCheck("ledger", stores.Ledger.CheckAsync));
        services.AddSingleton(new ReadinessCheck("policy", _ => Task.FromResult(policy.Problem)) { IsVital = false });
    }

    /// <summary>What keeps writes from working. While one waits for a lock of another program, what the last one failed of.</summary>
    private static async Task<DatabaseException?> ProbeAsync(Database database, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ProbeAsync(cancellationToken).WaitAsync(ProbeTimeout, time, cancellationToken);
        }
        catch (TimeoutException) when (database.Fault is not null)
        {
            return database.Fault;
        }
    }

    private static long? FreeSpace(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // a network share on Windows, say: then the writes alone tell
        }
    }

    private static Uri BoundUrl(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}
