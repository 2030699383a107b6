using Approvals.Durable;
using Approvals.Embedded.Data;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Embedded.Upkeep;

/// <param name="Actions">Forgotten: their histories, documents and views.</param>
/// <param name="Kept">Ended too, and kept: younger, or still of use to somebody. Actions that are open are not looked at.</param>
/// <param name="FreedBytes">Given back to the file system.</param>
public sealed record PurgeResult(long Actions, long Kept, long FreedBytes);

/// <summary>
/// Forgets actions that ended long ago: the workflow's history, the index's document with its redacted view, the vault's tombstone. What the ledger holds
/// (the signed records) stays for good, and so does its proof.
/// </summary>
public static class GatePurge
{
    private const int Page = 200;

    /// <summary>By status, so that many open actions cost nothing here.</summary>
    private static readonly ActionStatus[] Ended = [ActionStatus.Approved, ActionStatus.Denied, ActionStatus.Expired, ActionStatus.Canceled];

    /// <summary>Purges a data folder that no gate runs on. May be interrupted and repeated at any time.</summary>
    /// <param name="olderThan">Only actions that were asked for and decided longer ago, whose release has expired, and of which nobody owes a review.</param>
    /// <exception cref="DatabaseException"><c>folder_in_use</c>: stop the gate first.</exception>
    public static async Task<PurgeResult> RunAsync(
        EmbeddedHostOptions options, TimeSpan olderThan, Action<UpkeepProgress> progress, CancellationToken cancellationToken = default)
    {
        await using Stores stores = await Stores.OpenAsync(new DataFolder(options.DataFolder), options, NullLoggerFactory.Instance, cancellationToken);
        DateTimeOffset now = options.Time.GetUtcNow();
        DateTimeOffset before = now - olderThan;
        long purged = 0, kept = 0;

        foreach (ActionStatus status in Ended)
        {
            // Ids are UUIDv7: their order is the order of time, and this one stands before all that is younger.
            string? cursor = Guid.CreateVersion7(before).ToString("D");
            while (cursor is not null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ActionPage page = await stores.Index.ListAsync(new ActionQuery(status, Limit: Page, Cursor: cursor), cancellationToken);
                bool[] gone = await Task.WhenAll(page.Actions.Select(document => IsOver(document, before, now) ? ForgetAsync(stores, document.Id) : Task.FromResult(false)));
                purged += gone.Count(isGone => isGone);
                kept += gone.Count(isGone => !isGone);
                progress(new UpkeepProgress($"purged {purged:N0} actions, kept {kept:N0}", null));
                cursor = page.NextCursor;
            }
        }

        progress(new UpkeepProgress("giving space back", null));
        long before4K = new FileInfo(stores.Database.Path).Length;
        await stores.Database.ReclaimAsync(cancellationToken);
        await stores.Database.CheckpointAsync(cancellationToken);
        return new PurgeResult(purged, kept, Math.Max(0, before4K - new FileInfo(stores.Database.Path).Length));
    }

    /// <summary>INVARIANT: a debt is never forgotten, however old: what broken glass owes is shown until it is done.</summary>
    private static bool IsOver(ActionDocument document, DateTimeOffset before, DateTimeOffset now) =>
        document.IsTerminal && document.Decision?.At < before && document.Request.ExpiresAt < now && document.FollowUp is not { IsDebt: true };

    /// <summary>The history first: an action without one is not begun anew, and a purge that was interrupted finds the rest by its document.</summary>
    private static async Task<bool> ForgetAsync(Stores stores, string id)
    {
        if (!await stores.Engine.Client.PurgeAsync(id) && await stores.Engine.Client.GetAsync(id) is not null) return false; // still has a step to go
        await stores.Database.WriteAsync(writer =>
        {
            writer.Execute("DELETE FROM action_group WHERE action_id = ?1", id);
            writer.Execute("DELETE FROM action WHERE id = ?1", id);
            writer.Execute("DELETE FROM payload WHERE action_id = ?1", id);
            writer.Execute("DELETE FROM shredded WHERE action_id = ?1", id);
        });
        return true;
    }
}
