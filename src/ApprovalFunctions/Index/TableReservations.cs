using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Workflow.Ports;
using Azure;
using Azure.Data.Tables;

namespace ApprovalFunctions.Index;

/// <summary>Idempotency reservations on Table Storage: a partition per requester, a row per key, added once.</summary>
public sealed class TableReservations(TableClient reservations, TimeProvider time)
{
    private const string Reservation = "Reservation";

    /// <summary>Twice what the port promises.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(48);

    public async Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken)
    {
        string requester = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reservation.Requester.ToString())));
        var row = new TableEntity(requester, reservation.KeyHash) { [Reservation] = JsonSerializer.Serialize(reservation, DurableJson.Options) };
        try
        {
            await reservations.AddEntityAsync(row, cancellationToken);
            return reservation;
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            TableEntity first = (await reservations.GetEntityAsync<TableEntity>(requester, reservation.KeyHash, cancellationToken: cancellationToken)).Value;
            return JsonSerializer.Deserialize<IdempotencyReservation>(first.GetString(Reservation), DurableJson.Options)!;
        }
    }

    /// <summary>Forgets old reservations: the service knows no expiry of rows. Reads the whole table; once a day.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset before = time.GetUtcNow() - Lifetime;
        string filter = TableClient.CreateQueryFilter($"Timestamp lt {before}");
        await foreach (TableEntity old in reservations.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken))
            await reservations.DeleteEntityAsync(old.PartitionKey, old.RowKey, ETag.All, cancellationToken);
    }
}
