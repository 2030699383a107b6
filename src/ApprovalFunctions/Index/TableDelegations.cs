using System.Text.Json;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Ports;
using Azure;
using Azure.Data.Tables;

namespace ApprovalFunctions.Index;

/// <summary>
/// Delegations on Table Storage: all of them in one row beside the credentials, replaced by its ETag, so that "judge and store" is one step. There are
/// few; those that ended a while ago make room.
/// </summary>
internal sealed class TableDelegations(TableClient table, TimeProvider time) : IDelegationStore
{
    private const string Partition = "delegation";
    private const string Row = "all";
    private const string Document = "Document";

    /// <summary>A row's property holds 64 KiB; one delegation takes less than 400 bytes of it as a rule.</summary>
    private const int MaxBytes = 60 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(15);
    private volatile Snapshot? snapshot;

    public Task<string?> AddAsync(Delegation delegation, Func<IReadOnlyList<Delegation>, string?> refusal, CancellationToken cancellationToken) => ChangeAsync<string?>(
        all =>
        {
            if (all.Any(one => one.Id == delegation.Id)) return (null, null);
            if (refusal(all) is { } refused) return (null, refused);
            IReadOnlyList<Delegation> kept = [.. all.Where(one => one.Until > time.GetUtcNow() - Kept), delegation];
            return Write(kept).Length <= MaxBytes ? (kept, null) : (null, "delegation_full");
        },
        cancellationToken);

    public async Task<IReadOnlyList<Delegation>> ListAsync(CancellationToken cancellationToken)
    {
        if (snapshot is { } recent && time.GetUtcNow() - recent.At < Freshness) return recent.All;
        (IReadOnlyList<Delegation> all, _) = await ReadAsync(cancellationToken);
        return all;
    }

    public Task<bool> EndAsync(string id, DateTimeOffset at, CancellationToken cancellationToken) => ChangeAsync(
        all => all.Any(one => one.Id == id && one.Until > at)
            ? ((IReadOnlyList<Delegation>)[.. all.Select(one => one.Id == id ? one with { Until = at > one.Begins ? at : one.Begins } : one)], true)
            : (null, false),
        cancellationToken);

    /// <param name="change">The new list and the answer; no list where nothing changes.</param>
    private async Task<T> ChangeAsync<T>(Func<IReadOnlyList<Delegation>, (IReadOnlyList<Delegation>? All, T Answer)> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (IReadOnlyList<Delegation> before, ETag? version) = await ReadAsync(cancellationToken);
            (IReadOnlyList<Delegation>? after, T answer) = change(before);
            if (after is null) return answer;
            var row = new TableEntity(Partition, Row) { [Document] = Write([.. after.OrderBy(one => one.Begins).ThenBy(one => one.Id, StringComparer.Ordinal)]) };
            try
            {
                if (version is { } seen) await table.UpdateEntityAsync(row, seen, TableUpdateMode.Replace, cancellationToken);
                else await table.AddEntityAsync(row, cancellationToken);
                snapshot = null;
                return answer;
            }
            catch (RequestFailedException lost) when (lost.Status is 409 or 412)
            {
                // somebody else's change was stored: judge again
            }
        }
    }

    private async Task<(IReadOnlyList<Delegation> All, ETag? Version)> ReadAsync(CancellationToken cancellationToken)
    {
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, Row, cancellationToken: cancellationToken);
        IReadOnlyList<Delegation> all = found.HasValue ? JsonSerializer.Deserialize<Delegation[]>(found.Value!.GetBinary(Document), DurableJson.Options)! : [];
        snapshot = new Snapshot(all, time.GetUtcNow());
        return (all, found.HasValue ? found.Value!.ETag : null);
    }

    private static byte[] Write(IReadOnlyList<Delegation> all) => JsonSerializer.SerializeToUtf8Bytes(all, DurableJson.Options);

    private sealed record Snapshot(IReadOnlyList<Delegation> All, DateTimeOffset At);
}
