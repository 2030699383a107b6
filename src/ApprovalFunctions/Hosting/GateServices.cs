using ApprovalFunctions.Durable;
using ApprovalFunctions.Index;
using ApprovalFunctions.Intake;
using ApprovalFunctions.Keys;
using ApprovalFunctions.Ledger;
using ApprovalFunctions.Principals;
using ApprovalFunctions.Releases;
using ApprovalFunctions.Settings;
using ApprovalFunctions.Triggers;
using ApprovalFunctions.Vault;
using Approvals.Durable;
using Approvals.Notifications.Outbox;
using Approvals.Policy;
using Approvals.Redaction;
using Approvals.Web.Callers;
using Approvals.Web.Health;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Releases;
using Azure.Core;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ApprovalFunctions.Hosting;

/// <summary>The ports' adapters and what is built on them.</summary>
internal static class GateServices
{
    public static IServiceCollection AddGate(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<StorageClients>();
        services.AddHostedService(provider => provider.GetRequiredService<StorageClients>());
        AddKeys(services);
        AddStores(services);
        AddLedger(services);

        services.AddSingleton(_ => new DurableClientAdapter(new Dictionary<string, int>
        {
            [ApprovalOrchestration.Name] = ApprovalOrchestration.Definition.Version,
            [OutboxOrchestration.Name] = OutboxOrchestration.Definition.Version,
        }));
        services.AddSingleton<IDurableClient>(provider => provider.GetRequiredService<DurableClientAdapter>());
        services.AddSingleton(Publisher);
        services.AddSingleton(Policy);
        services.AddSingleton(Redactor.Default);
        services.AddSingleton<Func<PolicySet>>(provider => provider.GetRequiredService<PolicySet>);
        services.AddSingleton<Func<PolicyInForce>>(provider =>
        {
            PolicyInForce policy = PolicyInForce.Of(provider.GetRequiredService<PolicySet>());
            return () => policy;
        });
        services.AddSingleton<PolicyHistory>();
        services.AddSingleton<ApprovalActivities>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ReleaseDesk>(provider, Settings(provider).Name));
        services.AddSingleton<ICallerScheme, IntakeCaller>();
        return services;
    }

    private static GateSettings Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<GateSettings>>().Value;

    private static void AddKeys(IServiceCollection services)
    {
        services.AddSingleton<ISigner>(provider => Settings(provider).Keys switch
        {
            { VaultUri: { } vault } keys => new KeyVaultSigner(vault, keys.SigningKey, provider.GetRequiredService<TokenCredential>(), provider.GetRequiredService<TimeProvider>()),
            var keys => new PemSigner(keys.SigningKeyFile!),
        });
        services.AddSingleton(provider => Check("signer", async cancellationToken =>
            await provider.GetRequiredService<ISigner>().CurrentKeyAsync(cancellationToken)));
        services.AddSingleton<IKeyWrap>(provider => Settings(provider).Keys switch
        {
            { VaultUri: { } vault } keys => new KeyVaultKeyWrap(vault, keys.WrappingKey, provider.GetRequiredService<TokenCredential>(), provider.GetRequiredService<TimeProvider>()),
            var keys => new LocalKeyWrap(keys.WrappingKeyFile!),
        });
    }

    private static void AddStores(IServiceCollection services)
    {
        services.AddSingleton<IPayloadVault>(provider =>
            new BlobPayloadVault(provider.GetRequiredService<StorageClients>().Payloads, provider.GetRequiredService<IKeyWrap>()));
        services.AddSingleton(provider => new TableReservations(provider.GetRequiredService<StorageClients>().Reservations, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IActionIndex>(provider =>
        {
            var storage = provider.GetRequiredService<StorageClients>();
            return new TableActionIndex(
                storage.Actions, storage.OpenActions, provider.GetRequiredService<TableReservations>(), new ActionRows(storage.Documents), provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<IIntake, OrderedIntake>();
        services.AddSingleton<OverdueWatch>();
        services.AddSingleton(provider => new TableCredentials(
            provider.GetRequiredService<StorageClients>().Credentials, FirstKey(Settings(provider).FirstKey), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ICredentialStore>(provider => provider.GetRequiredService<TableCredentials>());
        services.AddSingleton<IDelegationStore>(provider => new TableDelegations(
            provider.GetRequiredService<StorageClients>().Credentials, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDirectory, ConfiguredDirectory>();
        services.AddSingleton(provider => Check("index", async cancellationToken =>
            await provider.GetRequiredService<IActionIndex>().ListAsync(new ActionQuery(Limit: 1), cancellationToken)));
    }

    private static void AddLedger(IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var storage = provider.GetRequiredService<StorageClients>();
            return new LedgerSequencer(storage.Ledger, storage.LedgerWaiting, provider.GetRequiredService<ISigner>(), Settings(provider).LedgerOrigin);
        });
        services.AddSingleton<ILedger>(provider =>
        {
            var storage = provider.GetRequiredService<StorageClients>();
            return new BlobLedger(
                storage.Ledger, storage.LedgerWaiting, provider.GetRequiredService<LedgerSequencer>(), Wake(provider), provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(provider => Check("ledger", async cancellationToken =>
            await provider.GetRequiredService<ILedger>().ReadCheckpointAsync(cancellationToken)));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LedgerWatch>(
            provider, provider.GetRequiredService<StorageClients>().LedgerWaiting, Wake(provider)));
    }

    private static ReadinessCheck Check(string name, Func<CancellationToken, Task> works) => new(name, async cancellationToken =>
    {
        await works(cancellationToken); // what it throws counts as not working
        return null;
    });

    private static Func<CancellationToken, Task> Wake(IServiceProvider provider)
    {
        var durable = provider.GetRequiredService<DurableClientAdapter>();
        return cancellationToken => durable.SignalAsync(LedgerEntity.Id, LedgerEntity.Sequence, cancellationToken);
    }

    private static IReleasePublisher Publisher(IServiceProvider provider)
    {
        GateSettings settings = Settings(provider);
        var callbacks = provider.GetRequiredService<CallbackOutbox>();
        if (settings.ServiceBus.Namespace is not { } host) return callbacks;
        var client = new ServiceBusClient(host, provider.GetRequiredService<TokenCredential>());
        return new EveryReleasePublisher([new ServiceBusReleasePublisher(client.CreateSender(settings.ServiceBus.ReleasesTopic), settings.Name), callbacks]);
    }

    /// <summary>Loaded once: a policy changes with a deployment, so that every instance judges by the same one.</summary>
    private static PolicySet Policy(IServiceProvider provider)
    {
        string path = Path.GetFullPath(Settings(provider).PolicyPath, AppContext.BaseDirectory);
        return PolicySet.Load(File.ReadAllText(path), Path.GetFileName(path), PolicyDataFile.Beside(path));
    }

    private static Credential? FirstKey(FirstKeySettings key) => key is { Id: { Length: > 0 } id, SecretHash: { Length: > 0 } hash }
        ? new Credential(id, hash, new Principal(PrincipalKind.Service, Principal.LocalIssuer, "first-key", "First key", []), [Role.Admin], [], DateTimeOffset.UnixEpoch)
        : null;
}
