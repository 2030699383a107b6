using System.Globalization;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;

namespace Approvals.Workflow.Exceptions;

/// <summary>
/// Finds a standing approval for an action and uses it. Each use is a ledger entry under <c>standing:&lt;id&gt;:&lt;n&gt;</c>, so "at most n times" is the
/// ledger's own once-per-key promise and holds across instances, crashes and repeated calls. Calls may overlap.
/// </summary>
public sealed class StandingApprovalDesk(IActionIndex index, ILedger ledger, ISigner signer, TimeProvider time)
{
    private const int MaximumPages = 5;
    private const int PageSize = 200;

    /// <summary>
    /// The use that covers this action, which stands in the ledger on return; <see langword="null"/> when none does. An action uses one approval, once,
    /// however often this is called for it.
    /// </summary>
    public async Task<StandingUse?> UseAsync(ActionDocument action, CancellationToken cancellationToken)
    {
        if (action is not { View: { } view, Policy: { Verdict: PolicyVerdict.Review, Plan: { } plan, Exceptions.StandingApprovals: { } limits } decision }) return null;
        if (!view.Content.TryGetProperty("target", out var target) || StandingGrant.TargetDigest(view, target) is not { } targetDigest) return null;
        PersonRef[] requesters = [.. Everyone(action.Request.Chain).Select(one => new PersonRef(one.Issuer, one.Subject))];
        DateTimeOffset now = time.GetUtcNow();

        await foreach ((ActionDocument grant, StandingApproval approval) in GrantsAsync(cancellationToken).ConfigureAwait(false))
        {
            // The ledger counts the uses, below.
            if (StandingApprovals.RefusalToUse(approval, 0, limits, action.Request.Type, targetDigest, decision, requesters, now) is not null) continue;
            if (!StandingGrant.Covers(grant, action, plan, now) || !await IsInLedgerAsync(approval, cancellationToken).ConfigureAwait(false)) continue;
            if (await TakeAsync(action, approval, cancellationToken).ConfigureAwait(false) is { } use) return use;
        }

        return null;
    }

    /// <summary>Every standing approval that was granted, newest first; at most a thousand.</summary>
    public async IAsyncEnumerable<(ActionDocument Grant, StandingApproval Approval)> GrantsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        for (int page = 0; page < MaximumPages; page++)
        {
            ActionPage found = await index.ListAsync(new ActionQuery(ActionStatus.Approved, StandingGrant.ActionType, null, PageSize, cursor), cancellationToken).ConfigureAwait(false);
            foreach (ActionDocument grant in found.Actions)
            {
                if (StandingGrant.Read(grant) is { } approval) yield return (grant, approval);
            }

            cursor = found.NextCursor;
            if (cursor is null) yield break;
        }
    }

    /// <summary>How often it was used.</summary>
    public async Task<int> CountAsync(StandingApproval approval, CancellationToken cancellationToken)
    {
        // Uses are numbered without gaps: double until one is free, then halve.
        int used = 0, free = 1;
        while (free <= approval.MaximumUses && await ledger.FindAsync(Key(approval.Id, free), cancellationToken).ConfigureAwait(false) is not null)
            (used, free) = (free, free * 2);
        free = Math.Min(free, approval.MaximumUses + 1);
        while (free - used > 1)
        {
            int middle = used + ((free - used) / 2);
            if (await ledger.FindAsync(Key(approval.Id, middle), cancellationToken).ConfigureAwait(false) is null) free = middle;
            else used = middle;
        }

        return used;
    }

    private async Task<StandingUse?> TakeAsync(ActionDocument action, StandingApproval approval, CancellationToken cancellationToken)
    {
        int number = action.StandingUse is { } begun && begun.Id == approval.Id
            ? begun.Number
            : await CountAsync(approval, cancellationToken).ConfigureAwait(false) + 1;
        for (; number <= approval.MaximumUses; number++)
        {
            // INVARIANT: what is about to be taken is noted first: a crash behind the append finds its own use again and takes no second one.
            var use = new StandingUse(approval.Id, number, approval.MaximumUses, approval.GrantedBy, -1);
            await index.UpdateAsync(action.Id, stored => stored.StandingUse == use ? stored : stored with { StandingUse = use }, cancellationToken).ConfigureAwait(false);
            LedgerEntry entry = await AppendAsync(action, use, cancellationToken).ConfigureAwait(false);
            StandingUsePredicate taken = SignedRecord.Parse(entry.Entry).ReadPredicate(RecordJson.StandingUse);
            if (taken.ActionId == action.Id) return use with { LedgerIndex = entry.Index };
        }

        return null; // used up, perhaps a moment ago
    }

    private async Task<LedgerEntry> AppendAsync(ActionDocument action, StandingUse use, CancellationToken cancellationToken)
    {
        string key = Key(use.Id, use.Number);
        if (await ledger.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } known) return known;
        JsonWebKey signing = await signer.CurrentKeyAsync(cancellationToken).ConfigureAwait(false);
        var predicate = new StandingUsePredicate { ActionId = action.Id, StandingApproval = use.Id, Use = use.Number, Of = use.Of, UsedAt = time.GetUtcNow() };
        SignedRecord record = await SignedRecord.SignAsync(
            action.Id, action.Request.ActionDigest, PredicateTypes.StandingUse, predicate, RecordJson.StandingUse, signing.KeyId,
            (digest, token) => signer.SignAsync(signing.KeyId, digest, token), cancellationToken).ConfigureAwait(false);
        return await ledger.AppendAsync(key, record.Bytes, cancellationToken).ConfigureAwait(false);
    }

    // INVARIANT: what the index says of a grant counts for nothing unless the ledger holds it: approved, by these people.
    private async Task<bool> IsInLedgerAsync(StandingApproval approval, CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync(DecisionRecord.LedgerKey(approval.Id), cancellationToken).ConfigureAwait(false) is not { } entry) return false;
        DecisionPredicate recorded = SignedRecord.Parse(entry.Entry).ReadPredicate(RecordJson.Decision);
        return DecisionRecord.ReadDecision(entry.Entry) is { Outcome: Outcome.Approved, By: DecidedBy.People }
            && recorded.Votes.Where(vote => vote.Verdict == "approve").Select(vote => new PersonRef(vote.Voter.Issuer, vote.Voter.Subject)).ToHashSet().SetEquals(approval.GrantedBy);
    }

    private static IEnumerable<Principal> Everyone(PrincipalChain chain) =>
        chain.Owners.Append(chain.Actor).Concat(chain.OnBehalfOf is { } subject ? [subject] : []);

    private static string Key(string id, int number) => string.Create(CultureInfo.InvariantCulture, $"standing:{id}:{number}");
}
