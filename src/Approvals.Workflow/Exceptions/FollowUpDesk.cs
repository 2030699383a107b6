using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;

namespace Approvals.Workflow.Exceptions;

public enum FollowUpFinding
{
    Justified,
    Unjustified,
}

/// <summary>Why a follow-up review is not taken. The names in snake case are the stable codes of the HTTP API.</summary>
public enum FollowUpRefusal
{
    /// <summary>The glass was not broken for this action.</summary>
    NothingOwed,

    /// <summary>It was done before; a review cannot be changed.</summary>
    AlreadyDone,

    /// <summary>Not in a group that owes it, or no person.</summary>
    NotEligible,

    /// <summary>Somebody who asked for the action, answers for it, or broke the glass.</summary>
    Involved,
}

/// <summary>Takes the reviews that broken glass owes. Each is a ledger entry under <c>follow-up:&lt;action id&gt;</c>: once, for good. Calls may overlap.</summary>
public sealed class FollowUpDesk(IActionIndex index, ILedger ledger, ISigner signer, TimeProvider time)
{
    public const int MinimumComment = 20;

    /// <summary>Why this person may not do it, or <see langword="null"/>.</summary>
    public static FollowUpRefusal? Check(ActionDocument document, Principal reviewer)
    {
        if (document.FollowUp is not { } owed) return FollowUpRefusal.NothingOwed;
        if (owed.DoneAt is not null) return FollowUpRefusal.AlreadyDone;
        if (reviewer.Kind != PrincipalKind.Human || !reviewer.OwnGroups.Intersect(owed.Groups).Any()) return FollowUpRefusal.NotEligible;

        // INVARIANT: nobody reviews their own emergency.
        bool involved = document.Request.Chain.Contains(reviewer.Id) || document.Review?.Consents?.Any(consent => consent.Voter.Id == reviewer.Id) == true;
        return involved ? FollowUpRefusal.Involved : null;
    }

    /// <summary>Records the review. In the ledger on return, and no debt any more. Repeating it with the same words does nothing.</summary>
    /// <param name="comment">Redacted at the edge.</param>
    /// <returns>The action, or why not.</returns>
    public async Task<(ActionDocument? Document, FollowUpRefusal? Refusal)> DoAsync(
        ActionDocument document, Principal reviewer, FollowUpFinding finding, string comment, CancellationToken cancellationToken)
    {
        if (Check(document, reviewer) is { } refusal) return (null, refusal);
        var predicate = new FollowUpPredicate
        {
            ActionId = document.Id,
            Reviewer = DecisionRecord.Describe(reviewer),
            Finding = finding.ToString().ToLowerInvariant(),
            Comment = comment,
            DueAt = document.FollowUp!.DueAt,
            DoneAt = time.GetUtcNow(),
        };
        string key = $"follow-up:{document.Id}";
        JsonWebKey signing = await signer.CurrentKeyAsync(cancellationToken).ConfigureAwait(false);
        SignedRecord record = await SignedRecord.SignAsync(
            document.Id, document.Request.ActionDigest, PredicateTypes.FollowUp, predicate, RecordJson.FollowUp, signing.KeyId,
            (digest, token) => signer.SignAsync(signing.KeyId, digest, token), cancellationToken).ConfigureAwait(false);
        LedgerEntry entry = await ledger.AppendAsync(key, record.Bytes, cancellationToken).ConfigureAwait(false);

        // What the ledger holds is what counts: of two at once the first.
        FollowUpPredicate done = SignedRecord.Parse(entry.Entry).ReadPredicate(RecordJson.FollowUp);
        ActionDocument updated = await index.UpdateAsync(
            document.Id, stored => stored.FollowUp is { DoneAt: null } owed ? stored with { FollowUp = owed with { DoneAt = done.DoneAt } } : stored, cancellationToken).ConfigureAwait(false);
        bool isOurs = (done.Reviewer.Issuer, done.Reviewer.Subject) == (reviewer.Issuer, reviewer.Subject);
        return isOurs ? (updated, null) : (null, FollowUpRefusal.AlreadyDone);
    }
}
