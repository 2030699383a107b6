using System.Text.Json;
using Approvals.Durable;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Azure;
using Azure.Data.Tables;

namespace ApprovalFunctions.Index;

/// <summary>
/// API keys on Table Storage. A key is read at every request, so a revocation counts at the next one; who is behind which key is
/// remembered for <see cref="Freshness"/> for the directory.
/// </summary>
/// <param name="first">The key that the gate's settings name, from which all others are made; <see langword="null"/> when none is set any more.</param>
internal sealed class TableCredentials(TableClient keys, Credential? first, TimeProvider time) : ICredentialStore
{
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(15);

    private const string Partition = "key";
    private const string Document = "Document";
    private volatile Snapshot? snapshot;

    public async Task<Credential?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (keyId == first?.KeyId) return first;
        NullableResponse<TableEntity> found = await keys.GetEntityIfExistsAsync<TableEntity>(Partition, keyId, cancellationToken: cancellationToken);
        return found.HasValue ? Read(found.Value!) : null;
    }

    public Task AddAsync(Credential credential, CancellationToken cancellationToken) =>
        keys.AddEntityAsync(Write(credential), cancellationToken);

    public async Task<IReadOnlyList<Credential>> ListAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        var all = new List<Credential>();
        await foreach (TableEntity row in keys.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
            all.Add(Read(row));
        if (first is not null) all.Add(first);
        IReadOnlyList<Credential> ordered = [.. all.OrderBy(credential => credential.CreatedAt)];
        snapshot = new Snapshot(ordered, now);
        return ordered;
    }

    public async Task<bool> RevokeAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        while (true)
        {
            NullableResponse<TableEntity> found = await keys.GetEntityIfExistsAsync<TableEntity>(Partition, keyId, cancellationToken: cancellationToken);
            if (!found.HasValue) return false;
            Credential credential = Read(found.Value!);
            if (credential.RevokedAt is not null) return true;
            try
            {
                await keys.UpdateEntityAsync(Write(credential with { RevokedAt = at }), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                snapshot = null;
                return true;
            }
            catch (RequestFailedException lost) when (lost.Status == 412)
            {
                // somebody else revoked it: look again
            }
        }
    }

    /// <summary>The keys of a principal that are not revoked. One that nobody here knows yet is asked for at once: it may be a minute old.</summary>
    public async Task<IReadOnlyList<Credential>> OfAsync(PrincipalId id, CancellationToken cancellationToken)
    {
        Credential[] known = Of(await RecentAsync(cancellationToken), id);
        return known.Length > 0 ? known : Of(await ListAsync(cancellationToken), id);
    }

    /// <summary>All keys that are not revoked, as of <see cref="Freshness"/> ago at most.</summary>
    public async Task<IReadOnlyList<Credential>> ValidAsync(CancellationToken cancellationToken) =>
        [.. (await RecentAsync(cancellationToken)).Where(credential => credential.RevokedAt is null)];

    private async Task<IReadOnlyList<Credential>> RecentAsync(CancellationToken cancellationToken) =>
        snapshot is { } recent && time.GetUtcNow() - recent.At < Freshness ? recent.Credentials : await ListAsync(cancellationToken);

    private static Credential[] Of(IReadOnlyList<Credential> all, PrincipalId id) =>
        [.. all.Where(credential => credential.RevokedAt is null && credential.Principal.Id == id)];

    private static TableEntity Write(Credential credential) =>
        new(Partition, credential.KeyId) { [Document] = JsonSerializer.Serialize(credential, DurableJson.Options) };

    private static Credential Read(TableEntity row) => JsonSerializer.Deserialize<Credential>(row.GetString(Document), DurableJson.Options)!;

    private sealed record Snapshot(IReadOnlyList<Credential> Credentials, DateTimeOffset At);
}
