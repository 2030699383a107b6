using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Azure;
using Azure.Data.Tables;

namespace ApprovalFunctions.Index;

/// <summary>
/// The action index on Table Storage. A document is one row, replaced by its ETag. Undecided actions have a marker in a second table, so
/// that an inbox reads them alone, however long the history grows.
/// </summary>
/// <remarks>
/// Order of writes: the marker before a row that needs it, and off only after the row that no longer does. A crash in between leaves a
/// marker too many; lists judge by the row and remove it.
/// </remarks>
internal sealed class TableActionIndex(TableClient actions, TableClient open, TableReservations reservations, ActionRows rows, TimeProvider time) : IActionIndex
{
    private const string OpenPartition = "open";
    private const int MaxPage = 200;

    /// <summary>Rows that one call looks at, at most; a page of a narrow filter may then be short and still have a next one.</summary>
    private const int MaxScan = 2_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public Task<IdempotencyReservation> ReserveAsync(IdempotencyReservation reservation, CancellationToken cancellationToken) =>
        reservations.ReserveAsync(reservation, cancellationToken);

    public async Task<ActionDocument> CreateAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        if (!IndexKeys.TryOf(document.Id, out IndexKeys keys)) throw new ArgumentException("An action's id is a UUIDv7 in lower case.", nameof(document));
        if (await GetAsync(document.Id, cancellationToken) is { } known) return known;
        if (!document.IsTerminal) await MarkOpenAsync(keys, cancellationToken);
        try
        {
            await actions.AddEntityAsync(await rows.WriteAsync(document, keys, cancellationToken), cancellationToken);
            return document;
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            return await GetAsync(document.Id, cancellationToken) ?? throw new InvalidOperationException("A row was there and is gone.", taken);
        }
    }

    public async Task<ActionDocument?> GetAsync(string actionId, CancellationToken cancellationToken) =>
        await FindAsync(actionId, cancellationToken) is { } found ? found.Document : null;

    public async Task<ActionDocument> UpdateAsync(string actionId, Func<ActionDocument, ActionDocument> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (ActionDocument before, TableEntity row) = await FindAsync(actionId, cancellationToken) ?? throw new KeyNotFoundException($"There is no action '{actionId}'.");
            ActionDocument after = change(before);
            if (ReferenceEquals(before, after)) return before;
            if (after.Id != actionId) throw new ArgumentException("A change keeps the document's id.", nameof(change));

            var keys = new IndexKeys(row.PartitionKey, row.RowKey);
            if (!after.IsTerminal && before.Status != after.Status) await MarkOpenAsync(keys, cancellationToken);
            TableEntity changed = await rows.WriteAsync(after, keys, cancellationToken);
            try
            {
                await actions.UpdateEntityAsync(changed, row.ETag, TableUpdateMode.Replace, cancellationToken);
            }
            catch (RequestFailedException lost) when (lost.Status == 412)
            {
                continue; // somebody else's change was stored, so one of those who try always gets on
            }

            if (after.IsTerminal) await UnmarkAsync(keys.Row, cancellationToken);
            await rows.DropAsync(row, changed, cancellationToken);
            return after;
        }
    }

    public async Task<ActionDocument?> WaitAsync(string actionId, Func<ActionDocument, bool> until, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Another instance may make the change, and tables tell nobody: so this asks, less and less often.
        DateTimeOffset end = time.GetUtcNow() + timeout;
        TimeSpan pause = FirstPause;
        while (true)
        {
            ActionDocument? document = await GetAsync(actionId, cancellationToken);
            TimeSpan left = end - time.GetUtcNow();
            if (document is null || until(document) || left <= TimeSpan.Zero) return document;
            await Task.Delay(pause < left ? pause : left, time, cancellationToken);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    public async Task<ActionPage> ListAsync(ActionQuery query, CancellationToken cancellationToken)
    {
        int limit = Math.Clamp(query.Limit, 1, MaxPage);
        var page = new List<ActionDocument>();
        int scanned = 0;
        await foreach ((string id, ActionDocument? document) in ScanAsync(query, cancellationToken))
        {
            if (document is not null && Matches(query, document)) page.Add(document);
            if (page.Count == limit || ++scanned == MaxScan) return new ActionPage(page, id);
        }

        return new ActionPage(page, null);
    }

    private static bool Matches(ActionQuery query, ActionDocument document) =>
        (query.Status is not { } status || document.Status == status)
        && (query.Type is null || document.Request.Type == query.Type)
        && (query.Actor is not { } actor || document.Request.Chain.Actor.Id == actor)
        && (!query.OwesFollowUp || document.FollowUp is { IsDebt: true })
        && (query.ReviewGroups is not { } groups
            || document.Policy?.Plan?.Stages.Any(stage => stage.Groups.Concat(stage.Escalation?.Groups ?? []).Intersect(groups).Any()) == true);

    /// <summary>Ids from the cursor on, newest first, with their documents as far as a filter of the service lets them through.</summary>
    private IAsyncEnumerable<(string Id, ActionDocument? Document)> ScanAsync(ActionQuery query, CancellationToken cancellationToken)
    {
        bool hasCursor = IndexKeys.TryOf(query.Cursor ?? "", out IndexKeys after);
        if (query.Cursor is not null && !hasCursor) throw new FormatException("Not a cursor of this index.");
        return query.Status is ActionStatus.Pending or ActionStatus.InReview
            ? ScanOpenAsync(after.Row ?? "", cancellationToken)
            : ScanAllAsync(query, hasCursor ? after : null, cancellationToken);
    }

    private async IAsyncEnumerable<(string Id, ActionDocument? Document)> ScanOpenAsync(
        string after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {OpenPartition} and RowKey gt {after}");
        await foreach (TableEntity marker in open.QueryAsync<TableEntity>(filter, MaxPage, cancellationToken: cancellationToken))
        {
            string id = IndexKeys.Invert(marker.RowKey);
            ActionDocument? document = await GetAsync(id, cancellationToken);
            if (document is { IsTerminal: true }) await UnmarkAsync(marker.RowKey, cancellationToken); // left by a crash
            yield return (id, document);
        }
    }

    private async IAsyncEnumerable<(string Id, ActionDocument? Document)> ScanAllAsync(
        ActionQuery query, IndexKeys? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] ranges = after is not { } keys
            ? [TableClient.CreateQueryFilter($"PartitionKey ge {"0"}")]
            // Two ranges and no "or", which would scan the whole table.
            : [
                TableClient.CreateQueryFilter($"PartitionKey eq {keys.Partition} and RowKey gt {keys.Row}"),
                TableClient.CreateQueryFilter($"PartitionKey gt {keys.Partition}"),
            ];
        string filters = string.Concat(
            query.Status is { } status ? " and " + TableClient.CreateQueryFilter($"Status eq {ActionRows.StatusName(status)}") : "",
            query.Type is { } type ? " and " + TableClient.CreateQueryFilter($"Type eq {type}") : "",
            query.Actor is { } actor ? " and " + TableClient.CreateQueryFilter($"Actor eq {actor.ToString()}") : "",
            query.OwesFollowUp ? " and " + TableClient.CreateQueryFilter($"OwesFollowUp eq {true}") : "");
        foreach (string range in ranges)
        {
            await foreach (TableEntity row in actions.QueryAsync<TableEntity>(range + filters, MaxPage, cancellationToken: cancellationToken))
            {
                string id = IndexKeys.Invert(row.RowKey);
                yield return (id, await rows.ReadAsync(row, cancellationToken) ?? await GetAsync(id, cancellationToken));
            }
        }
    }

    private async Task<(ActionDocument Document, TableEntity Row)?> FindAsync(string actionId, CancellationToken cancellationToken)
    {
        if (!IndexKeys.TryOf(actionId, out IndexKeys keys)) return null;
        const int attempts = 5; // each one more means that the document was replaced while it was read
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            NullableResponse<TableEntity> found = await actions.GetEntityIfExistsAsync<TableEntity>(keys.Partition, keys.Row, cancellationToken: cancellationToken);
            if (!found.HasValue) return null;
            if (await rows.ReadAsync(found.Value!, cancellationToken) is { } document) return (document, found.Value!);
        }

        throw new IOException($"The document of action '{actionId}' names a blob that is not there.");
    }

    private async Task MarkOpenAsync(IndexKeys keys, CancellationToken cancellationToken) =>
        await open.UpsertEntityAsync(new TableEntity(OpenPartition, keys.Row), TableUpdateMode.Replace, cancellationToken);

    private async Task UnmarkAsync(string row, CancellationToken cancellationToken)
    {
        try
        {
            await open.DeleteEntityAsync(OpenPartition, row, ETag.All, cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // removed by somebody else
        }
    }
}
