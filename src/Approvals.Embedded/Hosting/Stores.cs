using Approvals.Embedded.Actions;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Credentials;
using Approvals.Embedded.Data;
using Approvals.Embedded.Delegations;
using Approvals.Embedded.LedgerStore;
using Approvals.Embedded.Signing;
using Approvals.Embedded.Upkeep;
using Approvals.Embedded.Vault;
using Approvals.Engine;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.Hosting;

/// <summary>
/// Everything that is kept in the data folder, opened in the order that each part needs: keys, the schemas of all parts, the database, then
/// what each part verifies or reads before anybody may call it. Closed the other way round, the database last.
/// </summary>
internal sealed class Stores : IAsyncDisposable
{
    private Stores(DataFolder folder, EmbeddedHostOptions options, ILoggerFactory loggers)
    {
        (GateConfiguration configuration, TimeProvider time) = (options.Configuration, options.Time);
        Signer = FileSigner.Open(folder.SigningKeyFile);
        Database = new Database(folder.Path, loggers.CreateLogger<Database>()) { CheckedBeforeUse = options.CheckedBeforeUse };
        Vault = new SqlitePayloadVault(Database, folder.VaultKeyFolder, time);
        Ledger = new SqliteLedger(Database, Signer, configuration.Name + "/ledger", loggers.CreateLogger<SqliteLedger>());
        Index = new SqliteActionIndex(Database, time);
        Credentials = new SqliteCredentials(Database);
        Restoration = new Restoration(Database);
        PolicyAnnouncements = new PolicyAnnouncements(Database);
        Delegations = new SqliteDelegations(Database, time);
        Engine = new EngineHost(Database, options.Engine, time, loggers.CreateLogger<EngineHost>());
    }

    public FileSigner Signer { get; }

    public Database Database { get; }

    public SqlitePayloadVault Vault { get; }

    public SqliteLedger Ledger { get; }

    public SqliteActionIndex Index { get; }

    public SqliteCredentials Credentials { get; }

    public Restoration Restoration { get; }

    public PolicyAnnouncements PolicyAnnouncements { get; }

    public SqliteDelegations Delegations { get; }

    public EngineHost Engine { get; }

    public static async Task<Stores> OpenAsync(
        DataFolder folder, EmbeddedHostOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var stores = new Stores(folder, options, loggers);
        try
        {
            stores.Database.Open();
            await stores.Vault.StartAsync(cancellationToken);
            stores.Credentials.Load();
            await stores.Ledger.StartAsync(cancellationToken);
            return stores;
        }
        catch
        {
            await stores.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Ledger.DisposeAsync();
        Vault.Dispose();
        Database.Dispose();
        Signer.Dispose();
    }
}
