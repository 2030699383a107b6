using ApprovalFunctions.Ledger;
using ApprovalFunctions.Settings;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ApprovalFunctions.Hosting;

/// <summary>The containers and tables of the gate. In Azure the infrastructure makes them, and the app may not; on Azurite they are made at start.</summary>
internal sealed class StorageClients : IHostedService
{
    private static readonly string[] Containers = ["payloads", "documents", "ledger-waiting", "data-protection"];
    private static readonly string[] Tables = ["actions", "openactions", "reservations", "credentials"];

    private readonly BlobServiceClient blobs;
    private readonly BlobServiceClient ledgerBlobs;
    private readonly TableServiceClient tables;
    private readonly bool isAzurite;

    public StorageClients(IOptions<GateSettings> settings, TokenCredential credential)
    {
        StorageSettings storage = settings.Value.Storage;
        isAzurite = storage.ConnectionString is not null;
        if (storage.ConnectionString is { } connection)
        {
            blobs = ledgerBlobs = new BlobServiceClient(connection);
            tables = new TableServiceClient(connection);
            return;
        }

        blobs = new BlobServiceClient(storage.BlobServiceUri, credential);
        ledgerBlobs = new BlobServiceClient(storage.LedgerBlobServiceUri, credential);
        tables = new TableServiceClient(storage.TableServiceUri, credential);
    }

    public IObjectStore Payloads => Store("payloads");

    public IObjectStore Documents => Store("documents");

    public IObjectStore LedgerWaiting => Store("ledger-waiting");

    public IObjectStore Ledger => new BlobObjectStore(ledgerBlobs.GetBlobContainerClient("ledger"));

    public BlobClient DataProtectionKeys => blobs.GetBlobContainerClient("data-protection").GetBlobClient("keys.xml");

    public TableClient Actions => tables.GetTableClient("actions");

    public TableClient OpenActions => tables.GetTableClient("openactions");

    public TableClient Reservations => tables.GetTableClient("reservations");

    public TableClient Credentials => tables.GetTableClient("credentials");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!isAzurite) return;
        foreach (string name in Containers) await blobs.GetBlobContainerClient(name).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await ledgerBlobs.GetBlobContainerClient("ledger").CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        foreach (string name in Tables) await tables.GetTableClient(name).CreateIfNotExistsAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private BlobObjectStore Store(string container) => new(blobs.GetBlobContainerClient(container));
}
