using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Approvals.Ledger;
using Approvals.Ledger.Json;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;

namespace Approvals.Workflow.Releases;

/// <param name="Token">Release token: compact JWS. A secret; handed to its audience over HTTP only, stored nowhere.</param>
/// <param name="Record">The DSSE envelope as it stands in the ledger.</param>
public sealed record Release(string Token, string Record, LedgerProof Proof);

/// <summary>A release that was redeemed, and where the ledger says so.</summary>
public sealed record Redemption(string ActionId, string ActionDigest, DateTimeOffset RedeemedAt, PrincipalId RedeemedBy, long LedgerIndex);

/// <summary>
/// Hands out, redeems and closes releases of approved actions. Redemption and receipts are ledger entries under keys of their own, so
/// "at most once" is the ledger's promise and holds across instances, crashes and repeated calls. Calls may overlap.
/// </summary>
/// <param name="issuer">The gate's name: <c>iss</c> of every token.</param>
/// <param name="restoredAt">
/// When the gate was last restored from a backup, which knows nothing of what was redeemed after it was made: what was decided before is not released any more.
/// </param>
public sealed class ReleaseDesk(ISigner signer, ILedger ledger, IActionIndex index, TimeProvider time, string issuer, DateTimeOffset? restoredAt = null)
{
    /// <summary>How far the clocks of two instances of the host may differ when one redeems what the other issued.</summary>
    private static readonly TimeSpan InstanceSkew = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A release token for an approved action, with its record and proof. Each call signs a new token with the same <c>jti</c>, so all
    /// of them together can be redeemed once.
    /// </summary>
    /// <exception cref="ReleaseRefusedException">Not decided, not approved or too late.</exception>
    /// <exception cref="LedgerGapException">It is shown as decided, and the ledger holds no decision.</exception>
    public async Task<Release> IssueAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        if (!document.IsTerminal) throw Refused(ReleaseRefusal.NotDecided, "The action is not decided yet; wait for it.");
        if (document.Status != ActionStatus.Approved)
            throw Refused(ReleaseRefusal.NotApproved, "The action was not approved, so it has no release; submit a new action.");
        DateTimeOffset now = time.GetUtcNow();
        if (now >= document.Request.ExpiresAt) throw Refused(ReleaseRefusal.Expired, "The release has expired; submit a new action.");

        // INVARIANT: no release without an approving decision record in the ledger, whatever the index says (promise 1).
        LedgerEntry? entry = await ledger.FindAsync(DecisionRecord.LedgerKey(document.Id), cancellationToken).ConfigureAwait(false);
        if (entry is null) throw new LedgerGapException(DecisionRecord.LedgerKey(document.Id));
        if (DecisionRecord.ReadDecision(entry.Entry) is not { Outcome: Outcome.Approved } decision)
            throw Refused(ReleaseRefusal.NotApproved, "The ledger holds no approval of this action.");
        if (decision.At < restoredAt) throw Forgotten();

        LedgerProof proof = await ledger.ProveAsync(entry.Index, cancellationToken).ConfigureAwait(false);
        JsonWebKey key = await signer.CurrentKeyAsync(cancellationToken).ConfigureAwait(false);
        string token = await ReleaseToken.SignAsync(
            new ReleaseTokenClaims
            {
                Issuer = issuer,
                Audience = AudienceOf(document),
                Subject = document.Request.Chain.Actor.Subject,
                ExpiresAt = document.Request.ExpiresAt.ToUnixTimeSeconds(),
                NotBefore = now.ToUnixTimeSeconds(),
                IssuedAt = now.ToUnixTimeSeconds(),
                JwtId = document.Id,
                ActionId = document.Id,
                ActionDigest = document.Request.ActionDigest,
                LedgerIndex = entry.Index,
                RecordDigest = Sha256Digest.Of(entry.Entry.Span),
            },
            key.KeyId,
            (digest, cancellation) => signer.SignAsync(key.KeyId, digest, cancellation),
            cancellationToken).ConfigureAwait(false);
        return new Release(token, Encoding.UTF8.GetString(entry.Entry.Span), proof);
    }

    /// <summary>
    /// Redeems a release: exactly once, by its audience, for the exact action it names. Durable and in the ledger on return. A repeated call
    /// of the same caller with the same idempotency key gets the first answer again; anybody else is refused.
    /// </summary>
    /// <param name="actionDigest">Of the binding that is about to run, computed by the executor.</param>
    /// <exception cref="LedgerGapException">It is shown as redeemed, and the ledger holds no redemption.</exception>
    public async Task<Redemption> RedeemAsync(
        string token, string actionDigest, Principal redeemer, string? idempotencyKey, CancellationToken cancellationToken)
    {
        ReleaseTokenClaims claims = await VerifyAsync(token, redeemer, cancellationToken).ConfigureAwait(false);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(claims.ActionDigest), Encoding.UTF8.GetBytes(actionDigest)))
            throw Refused(ReleaseRefusal.OtherAction, "The release is for another action than this one; redeem it with the binding that was approved.");

        // Before the ledger is asked: what is shown by now stands in it already.
        bool wasRedeemed = await index.GetAsync(claims.ActionId, cancellationToken).ConfigureAwait(false) is { RedeemedAt: not null };
        string key = $"redemption:{claims.ActionId}";
        if (claims.IssuedAt < restoredAt?.ToUnixTimeSeconds() && await ledger.FindAsync(key, cancellationToken).ConfigureAwait(false) is null) throw Forgotten();
        var predicate = new RedemptionPredicate
        {
            ActionId = claims.ActionId,
            TokenId = claims.JwtId,
            DecisionIndex = claims.LedgerIndex,
            Audience = claims.Audience,
            RedeemedBy = DecisionRecord.Describe(redeemer),
            RedeemedAt = time.GetUtcNow(),
            RequestKeyDigest = idempotencyKey is null ? null : Sha256Digest.Of(Encoding.UTF8.GetBytes(idempotencyKey)),
        };
        (LedgerEntry stored, bool isOurs) = await RecordAsync(
            key, wasRedeemed, claims.ActionId, claims.ActionDigest, PredicateTypes.Redemption, predicate, RecordJson.Redemption, cancellationToken)
            .ConfigureAwait(false);
        if (!isOurs)
        {
            RedemptionPredicate first = SignedRecord.Parse(stored.Entry).ReadPredicate(RecordJson.Redemption);
            bool repeated = predicate.RequestKeyDigest is not null
                && string.Equals(first.RequestKeyDigest, predicate.RequestKeyDigest, StringComparison.Ordinal)
                && first.RedeemedBy.Issuer == redeemer.Issuer && first.RedeemedBy.Subject == redeemer.Subject;
            if (!repeated) throw Refused(ReleaseRefusal.AlreadyRedeemed, "The release was redeemed before; every action is released once.");
            predicate = first;
        }

        await index.UpdateAsync(
            claims.ActionId, document => document.RedeemedAt is null ? document with { RedeemedAt = predicate.RedeemedAt } : document, cancellationToken)
            .ConfigureAwait(false);
        return new Redemption(claims.ActionId, claims.ActionDigest, predicate.RedeemedAt, redeemer.Id, stored.Index);
    }

    /// <summary>Records what the executor reports: once that it started, and once how it ended. In the ledger on return; repeating it does nothing.</summary>
    public async Task<ExecutionReceipt> ReportAsync(
        ActionDocument document, ExecutionOutcome outcome, string? resultDigest, Principal reporter, CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync($"redemption:{document.Id}", cancellationToken).ConfigureAwait(false) is not { } redeemed)
        {
            throw document.RedeemedAt is null
                ? Refused(ReleaseRefusal.NotRedeemed, "Redeem the release before reporting on the action.")
                : new LedgerGapException($"redemption:{document.Id}");
        }

        RedemptionPredicate redemption = SignedRecord.Parse(redeemed.Entry).ReadPredicate(RecordJson.Redemption);
        if (redemption.RedeemedBy.Issuer != reporter.Issuer || redemption.RedeemedBy.Subject != reporter.Subject)
            throw Refused(ReleaseRefusal.OtherAudience, "Only who redeemed the release may report on it.");

        DateTimeOffset now = time.GetUtcNow();
        var predicate = new ReceiptPredicate
        {
            ActionId = document.Id,
            Executor = DecisionRecord.Describe(reporter),
            Outcome = outcome.ToString().ToLowerInvariant(),
            ResultDigest = resultDigest,
            ReportedAt = now,
        };
        string kind = outcome == ExecutionOutcome.Started ? "started" : "final";
        bool wasReported = document.Receipt is { } shownReceipt && (shownReceipt.Outcome == ExecutionOutcome.Started) == (outcome == ExecutionOutcome.Started);
        (LedgerEntry stored, bool isOurs) = await RecordAsync(
            $"receipt:{document.Id}:{kind}", wasReported, document.Id, document.Request.ActionDigest, PredicateTypes.Receipt, predicate, RecordJson.Receipt, cancellationToken)
            .ConfigureAwait(false);
        if (!isOurs)
        {
            ReceiptPredicate first = SignedRecord.Parse(stored.Entry).ReadPredicate(RecordJson.Receipt);
            if (first.Outcome != predicate.Outcome || first.ResultDigest != resultDigest)
                throw Refused(ReleaseRefusal.AlreadyReported, "Another receipt of this action is in the ledger; a receipt cannot be changed.");
            predicate = first;
        }

        var receipt = new ExecutionReceipt(outcome, resultDigest, predicate.ReportedAt, stored.Index);
        await index.UpdateAsync(
            document.Id,
            shown => outcome == ExecutionOutcome.Started && shown.Receipt is { Outcome: not ExecutionOutcome.Started } ? shown : shown with { Receipt = receipt },
            cancellationToken).ConfigureAwait(false);
        return receipt;
    }

    private async Task<ReleaseTokenClaims> VerifyAsync(string token, Principal redeemer, CancellationToken cancellationToken)
    {
        JsonWebKeySet keys = await signer.KeysAsync(cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = time.GetUtcNow();
        VerificationFailure? refusal = null;
        foreach (string audience in AudiencesOf(redeemer.Id))
        {
            if (ReleaseToken.TryVerify(token, keys, new JwtExpectations(issuer, audience) { ClockSkew = InstanceSkew }, now, out ReleaseTokenClaims? claims, out VerificationFailure? failure))
                return claims.ExpiresAt > now.ToUnixTimeSeconds() ? claims : throw Refused(ReleaseRefusal.Expired, "The release has expired; submit a new action.");
            if (refusal is null or { Code: "jwt_audience_mismatch" }) refusal = failure; // the other name of the same caller says nothing more
        }

        throw refusal!.Code switch
        {
            "jwt_expired" => Refused(ReleaseRefusal.Expired, "The release has expired; submit a new action."),
            "jwt_audience_mismatch" => Refused(ReleaseRefusal.OtherAudience, "The release is meant for another audience than you."),
            _ => Refused(ReleaseRefusal.InvalidToken, "This is not a release token of this gate."),
        };
    }

    /// <param name="wasThere">Whether the index showed, before this call, that the entry stands in the ledger.</param>
    private async Task<(LedgerEntry Stored, bool IsOurs)> RecordAsync<T>(
        string key, bool wasThere, string actionId, string actionDigest, string predicateType, T predicate, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken)
    {
        if (await ledger.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } known) return (known, false);
        if (wasThere) throw new LedgerGapException(key);
        JsonWebKey signingKey = await signer.CurrentKeyAsync(cancellationToken).ConfigureAwait(false);
        SignedRecord signed = await SignedRecord.SignAsync(
            actionId, actionDigest, predicateType, predicate, typeInfo, signingKey.KeyId, (digest, token) => signer.SignAsync(signingKey.KeyId, digest, token), cancellationToken)
            .ConfigureAwait(false);
        LedgerEntry stored = await ledger.AppendAsync(key, signed.Bytes, cancellationToken).ConfigureAwait(false);
        return (stored, stored.Entry.Span.SequenceEqual(signed.Bytes));
    }

    /// <summary>
    /// The audiences that are this principal: <c>issuer|subject</c>, and of a local one the subject alone. INVARIANT: the same subject at two
    /// issuers is two principals, and none is the other's audience.
    /// </summary>
    public static IReadOnlyList<string> AudiencesOf(PrincipalId id) => id.Issuer == Principal.LocalIssuer ? [id.Subject, id.ToString()] : [id.ToString()];

    private static string AudienceOf(ActionDocument document) => document.Request.Audience ?? AudiencesOf(document.Request.Chain.Actor.Id)[0];

    /// <summary>INVARIANT: at most once (promise 8), also when nobody knows any more whether it was once.</summary>
    private static ReleaseRefusedException Forgotten() => Refused(
        ReleaseRefusal.Expired, "The gate was restored from a backup since, so nobody knows whether this release was redeemed; submit a new action.");

    private static ReleaseRefusedException Refused(ReleaseRefusal refusal, string message) => new(refusal, message);
}
