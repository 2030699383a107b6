using Approvals.Embedded.Actions;
using Approvals.Embedded.Credentials;
using Approvals.Embedded.Data;
using Approvals.Embedded.LedgerStore;
using Approvals.Embedded.Signing;
using Approvals.Embedded.Vault;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Embedded.Tests;

/// <summary>The stores on a data folder, which can be closed and opened again.</summary>
internal sealed class StoreFolder : IAsyncDisposable
{
    public const string Origin = "test.local/ledger";

    private readonly TempFolder folder = new();

    public FixedTime Time { get; } = new();

    /// <summary>A larger database is checked while it is used.</summary>
    public long CheckedBeforeUse { get; set; } = Database.DefaultCheckedBeforeUse;

    public DataFolder Data { get; private set; } = null!;

    public Database Database { get; private set; } = null!;

    public FileSigner Signer { get; private set; } = null!;

    public SqlitePayloadVault Vault { get; private set; } = null!;

    public SqliteLedger Ledger { get; private set; } = null!;

    public SqliteActionIndex Index { get; private set; } = null!;

    public SqliteCredentials Credentials { get; private set; } = null!;

    public static async Task<StoreFolder> OpenAsync()
    {
        var stores = new StoreFolder();
        await stores.StartAsync();
        return stores;
    }

    public async Task StartAsync(string origin = Origin)
    {
        Data = new DataFolder(folder["data"]);
        Signer = FileSigner.Open(Data.SigningKeyFile);
        Database = new Database(Data.Path, NullLogger<Database>.Instance) { CheckedBeforeUse = CheckedBeforeUse };
        Vault = new SqlitePayloadVault(Database, Data.VaultKeyFolder, Time);
        Ledger = new SqliteLedger(Database, Signer, origin, NullLogger<SqliteLedger>.Instance);
        Index = new SqliteActionIndex(Database, Time);
        Credentials = new SqliteCredentials(Database);
        Database.Open();
        await Vault.StartAsync(CancellationToken.None);
        Credentials.Load();
        await Ledger.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await Ledger.DisposeAsync();
        Vault.Dispose();
        Database.Dispose();
        Signer.Dispose();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Every file as bytes, the database's companions included.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Files() => DataFiles.Read(Data.Path);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Dispose();
    }
}

internal static class DataFiles
{
    public static IEnumerable<(string Name, byte[] Bytes)> Read(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "host.lock") continue; // empty, and locked
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return (Path.GetFileName(file), copy.ToArray());
        }
    }
}
