using System.Globalization;
using Approvals.Durable;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;

namespace Approvals.Workflow.Policies;

/// <summary>A policy that came into force, as the ledger holds it.</summary>
public sealed record PolicyEntry(PolicyPredicate Policy, long LedgerIndex);

/// <summary>
/// Which policy was in force when, by whose hand: one ledger entry for each change, under <c>policy:&lt;n&gt;</c>, so that two instances that start with the
/// same new policy record it once. Calls may overlap.
/// </summary>
public sealed class PolicyHistory(ILedger ledger, ISigner signer, IActionIndex index, IDurableClient durable, TimeProvider time)
{
    private const int PageSize = 200;
    private long known;

    /// <summary>
    /// Records that this policy is in force, unless the newest entry says so already. In the ledger on return. A host calls it before the policy
    /// judges anything.
    /// </summary>
    public async Task<PolicyEntry> RecordAsync(PolicySet policy, CancellationToken cancellationToken)
    {
        while (true)
        {
            PolicyEntry? newest = await NewestAsync(cancellationToken).ConfigureAwait(false);
            if (newest?.Policy.Digest == policy.Digest) return newest;
            var predicate = new PolicyPredicate
            {
                Number = (newest?.Policy.Number ?? 0) + 1,
                Digest = policy.Digest,
                Previous = newest?.Policy.Digest,
                Name = policy.Name,
                Rules = policy.RuleIds.Count,
                ChangedBy = policy.ChangedBy is { } author ? new RecordPrincipal("human", author.Issuer, author.Subject) : null,
                At = time.GetUtcNow(),
            };
            JsonWebKey signing = await signer.CurrentKeyAsync(cancellationToken).ConfigureAwait(false);
            SignedRecord record = await SignedRecord.SignAsync(
                "policy", policy.Digest, PredicateTypes.Policy, predicate, RecordJson.Policy, signing.KeyId,
                (digest, token) => signer.SignAsync(signing.KeyId, digest, token), cancellationToken).ConfigureAwait(false);
            await ledger.AppendAsync(Key(predicate.Number), record.Bytes, cancellationToken).ConfigureAwait(false); // somebody else's may stand there: look again
        }
    }

    /// <summary>
    /// Tells every open action that this policy is in force; what that means for it, the action finds out itself. Call it once the policy judges:
    /// an action that was judged by the one before is in the index by then. Repeating it does nothing.
    /// </summary>
    public async Task TellOpenActionsAsync(PolicyEntry entry, CancellationToken cancellationToken)
    {
        var changed = new PolicyChanged(entry.Policy.Number, entry.Policy.Digest);
        foreach (ActionStatus status in (ActionStatus[])[ActionStatus.Pending, ActionStatus.InReview])
        {
            string? cursor = null;
            do
            {
                ActionPage page = await index.ListAsync(new ActionQuery(status, null, null, PageSize, cursor), cancellationToken).ConfigureAwait(false);
                foreach (ActionDocument action in page.Actions.Where(action => !Knows(action, changed)))
                    await durable.RaiseEventAsync(action.Id, ApprovalOrchestration.PolicyEvent, Key(changed.Number), changed, cancellationToken).ConfigureAwait(false);
                cursor = page.NextCursor;
            }
            while (cursor is not null);
        }
    }

    private static bool Knows(ActionDocument action, PolicyChanged changed) =>
        action.Policy?.PolicyDigest == changed.Digest || action.PolicyChanges?.Any(change => change.Number == changed.Number) == true;

    /// <summary>The newest changes, newest first.</summary>
    public async Task<IReadOnlyList<PolicyEntry>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var entries = new List<PolicyEntry>();
        PolicyEntry? entry = await NewestAsync(cancellationToken).ConfigureAwait(false);
        while (entry is not null && entries.Count < limit)
        {
            entries.Add(entry);
            entry = entry.Policy.Number > 1 ? await FindAsync(entry.Policy.Number - 1, cancellationToken).ConfigureAwait(false) : null;
        }

        return entries;
    }

    private async Task<PolicyEntry?> NewestAsync(CancellationToken cancellationToken)
    {
        // Numbers have no gaps: double until one is free, then halve. What was found once is never looked for below again.
        long last = Volatile.Read(ref known), free = last + 1, step = 1;
        while (await FindAsync(free, cancellationToken).ConfigureAwait(false) is not null)
        {
            last = free;
            free += step;
            step *= 2;
        }

        while (free - last > 1)
        {
            long middle = last + ((free - last) / 2);
            if (await FindAsync(middle, cancellationToken).ConfigureAwait(false) is null) free = middle;
            else last = middle;
        }

        Volatile.Write(ref known, last);
        return last == 0 ? null : await FindAsync(last, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PolicyEntry?> FindAsync(long number, CancellationToken cancellationToken) =>
        await ledger.FindAsync(Key(number), cancellationToken).ConfigureAwait(false) is { } entry
            ? new PolicyEntry(SignedRecord.Parse(entry.Entry).ReadPredicate(RecordJson.Policy), entry.Index)
            : null;

    internal static string Key(long number) => string.Create(CultureInfo.InvariantCulture, $"policy:{number}");
}
