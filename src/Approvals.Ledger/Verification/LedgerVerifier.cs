using Approvals.Ledger.Log;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Verification;

/// <summary>What came of verifying one record.</summary>
/// <param name="Failures">Empty when everything verifies.</param>
/// <param name="Record">The record; null when it could not be read. Believe it only if <see cref="IsVerified"/>.</param>
/// <param name="Decision">Its predicate, when it is a decision.</param>
/// <param name="Checkpoint">The checkpoint, when its signature verifies.</param>
public sealed record RecordVerification(
    IReadOnlyList<VerificationFailure> Failures, SignedRecord? Record, DecisionPredicate? Decision, Checkpoint? Checkpoint)
{
    public bool IsVerified => Failures.Count == 0;
}

/// <summary>
/// Verifies records, proofs, releases and checkpoints against public keys, with no network and no clock of its own. Immutable; calls may overlap.
/// </summary>
/// <param name="keys">The gate's JWKS: every key whose signatures are still believed.</param>
/// <param name="origin">The log's origin line; its key name too. Each ES256 key of the set may sign checkpoints under it.</param>
public sealed class LedgerVerifier(JsonWebKeySet keys, string origin)
{
    private readonly NoteKey[] _noteKeys = [.. keys.Keys.Where(k => k.Algorithm == JwsAlgorithms.ES256).Select(k => new NoteKey(origin, k))];

    internal JsonWebKeySet Keys => keys;

    /// <summary>
    /// Verifies that the record is well formed, signed, says what a record of its kind must say, and stands at its index under the checkpoint.
    /// Codes: those of the parts, <c>predicate_type_unknown</c>, <c>checkpoint_origin_mismatch</c>, <c>inclusion_proof_invalid</c> and the rules in docs/record.md.
    /// </summary>
    public RecordVerification VerifyRecord(RecordEvidence evidence)
    {
        var findings = new Findings();
        (SignedRecord? record, DecisionPredicate? decision) = CheckRecord(evidence.Record, findings);
        Checkpoint? checkpoint = CheckCheckpoint(evidence.Checkpoint, findings);
        if (checkpoint is not null
            && !MerkleTree.VerifyInclusion(MerkleTree.HashLeaf(evidence.Record.Span), evidence.Index, checkpoint.Size, checkpoint.Root, [.. evidence.InclusionProof]))
            findings.Note("inclusion_proof_invalid", "The record is not at this index of the ledger that the checkpoint describes.");
        return new RecordVerification(findings.Failures, record, decision, checkpoint);
    }

    /// <summary>
    /// Verifies a release: the token, the record and that each is about the other. Codes besides those of <see cref="VerifyRecord"/> and
    /// <see cref="ReleaseToken.TryVerify"/>: <c>release_not_approved</c>, <c>release_action_mismatch</c>, <c>release_record_mismatch</c>, <c>release_index_mismatch</c>,
    /// <c>release_audience_mismatch</c>. Whether it was redeemed before, only the gate can tell.
    /// </summary>
    public RecordVerification VerifyRelease(string token, JwtExpectations expectations, DateTimeOffset now, RecordEvidence evidence)
    {
        RecordVerification verification = VerifyRecord(evidence);
        var findings = new Findings();
        if (verification.Decision is { Decision.Outcome: not "approved" } or null)
            findings.Note("release_not_approved", "The record is not an approval.");
        if (ReleaseToken.TryVerify(token, keys, expectations, now, out ReleaseTokenClaims? claims, out VerificationFailure? failure))
        {
            if (verification.Record is { } record)
            {
                if (claims.ActionId != record.Statement.ActionId || claims.ActionDigest != record.Statement.ActionDigest)
                    findings.Note("release_action_mismatch", "Token and record are about different actions.");
                if (claims.RecordDigest != record.Digest) findings.Note("release_record_mismatch", "The token names another record.");
            }
            if (claims.LedgerIndex != evidence.Index) findings.Note("release_index_mismatch", "The token names another ledger index.");
            if (verification.Decision?.Audience is { } audience && claims.Audience != audience)
                findings.Note("release_audience_mismatch", "The token is for another audience than the decision.");
        }
        else
        {
            findings.Note(failure);
        }
        return verification with { Failures = [.. verification.Failures, .. findings.Failures] };
    }

    /// <summary>
    /// Verifies that the later checkpoint's log is the earlier one's with entries appended. Codes: those of checkpoints, <c>checkpoint_older</c>,
    /// <c>consistency_proof_invalid</c>: with good signatures on both, that is evidence that the log's key signed two histories.
    /// </summary>
    public IReadOnlyList<VerificationFailure> VerifyConsistency(string earlier, string later, IReadOnlyList<MerkleHash> proof)
    {
        var findings = new Findings();
        Checkpoint? first = CheckCheckpoint(earlier, findings);
        Checkpoint? second = CheckCheckpoint(later, findings);
        if (first is null || second is null) return findings.Failures;
        if (first.Size > second.Size)
            findings.Note("checkpoint_older", "The second checkpoint is of a smaller log than the first; swap them.");
        else if (!MerkleTree.VerifyConsistency(first.Size, first.Root, second.Size, second.Root, [.. proof]))
            findings.Note("consistency_proof_invalid", "The two checkpoints are not of one append-only log, or the proof is wrong.");
        return findings.Failures;
    }

    /// <summary>A checkpoint with a good signature and this origin; null and a failure otherwise.</summary>
    internal Checkpoint? CheckCheckpoint(string text, Findings findings)
    {
        Checkpoint? checkpoint = null;
        bool signed = false;
        if (!findings.Try(() =>
            {
                SignedNote note = SignedNote.Parse(text);
                signed = findings.Note(note.Verify(_noteKeys));
                checkpoint = Checkpoint.Parse(note);
            }) || !signed) return null;
        if (checkpoint!.Origin == origin) return checkpoint;
        findings.Note("checkpoint_origin_mismatch", "The checkpoint is of another log.");
        return null;
    }

    /// <summary>One entry of a log by itself.</summary>
    internal CheckedRecord CheckRecord(ReadOnlyMemory<byte> bytes)
    {
        var findings = new Findings();
        (SignedRecord? record, DecisionPredicate? decision) = CheckRecord(bytes, findings);
        return new CheckedRecord(record, decision, findings.Failures);
    }

    /// <summary>Signature, shape and rules of one record; what could be read of it.</summary>
    internal (SignedRecord? Record, DecisionPredicate? Decision) CheckRecord(ReadOnlyMemory<byte> bytes, Findings findings)
    {
        SignedRecord? record = null;
        DecisionPredicate? decision = null;
        findings.Try(() =>
        {
            record = SignedRecord.Parse(bytes);
            findings.Note(record.Envelope.Verify(keys));
            switch (record.Statement.PredicateType)
            {
                case PredicateTypes.Decision or PredicateTypes.BreakGlass:
                    decision = record.ReadPredicate(RecordJson.Decision);
                    foreach (VerificationFailure failure in RecordRules.Check(record.Statement, decision)) findings.Note(failure);
                    break;
                case PredicateTypes.Redemption:
                    CheckSubject(record, record.ReadPredicate(RecordJson.Redemption).ActionId);
                    break;
                case PredicateTypes.Receipt:
                    CheckSubject(record, record.ReadPredicate(RecordJson.Receipt).ActionId);
                    break;
                case PredicateTypes.StandingUse:
                    CheckSubject(record, record.ReadPredicate(RecordJson.StandingUse).ActionId);
                    break;
                case PredicateTypes.FollowUp:
                    CheckSubject(record, record.ReadPredicate(RecordJson.FollowUp).ActionId);
                    break;
                case PredicateTypes.Policy:
                    if (record.ReadPredicate(RecordJson.Policy).Digest != record.Statement.ActionDigest)
                        findings.Note("record_inconsistent", "Subject and predicate of the record name different policies.");
                    break;
                default:
                    findings.Note("predicate_type_unknown", "The record is of a kind that this version does not know.");
                    break;
            }
        });
        return (record, decision);

        void CheckSubject(SignedRecord record, string actionId)
        {
            if (actionId != record.Statement.ActionId) findings.Note("record_inconsistent", "Subject and predicate of the record name different actions.");
        }
    }
}

/// <summary>An entry of a log that was looked at by itself: what could be read of it, and what is wrong with it.</summary>
internal readonly record struct CheckedRecord(SignedRecord? Record, DecisionPredicate? Decision, IReadOnlyList<VerificationFailure> Failures);
