using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Ledger;
using Approvals.Ledger.Json;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Web.Actions;

/// <summary>
/// Takes an action in. Order of writes: [reserve the idempotency key →] what <see cref="IIntake.AcceptAsync"/> writes. After a crash in between the caller
/// got no answer and repeats the request, which under an idempotency key continues with the same id, nonce and time.
/// </summary>
internal sealed class Submission(
    IDirectory directory, IActionIndex index, IIntake intake, IDurableClient durable, IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IDataProtector nonces = protection.CreateProtector("Approvals.Web.Nonce.v1");

    public async Task<SubmitAnswer> SubmitAsync(
        Caller caller, SubmitBody body, JsonElement json, string? idempotencyKey, string? traceParent, CancellationToken cancellationToken)
    {
        if (caller.Actions.Count > 0 && !caller.Actions.Any(type => type.Matches(body.Type)))
            throw new ProblemException(ProblemTypes.OutOfScope, "These credentials are not for actions of this type. Ask with others, or let an admin change the rule that they come in by.") { Pointer = "/type" };

        // Before anything is written: a refused request must not cost what an accepted one costs.
        if (durable.IsBusy) throw new EngineBusyException(RetryAfter);
        Principal actor = caller.Principal;
        PrincipalChain chain = await ResolveChainAsync(caller, body.OnBehalfOf, cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        var draft = new Draft(Guid.CreateVersion7(now).ToString("D"), ActionBinding.NewNonce(), now);
        ActionBinding binding = Bind(body, chain, draft.Nonce); // before anything is written: this also proves that the JSON has a canonical form
        byte[] payload = WritePayload(body, binding);
        if (idempotencyKey is not null)
        {
            Draft reserved = await ReserveAsync(actor.Id, idempotencyKey, json, draft, cancellationToken);
            if (reserved != draft)
            {
                if (await index.GetAsync(reserved.Id, cancellationToken) is { } known) return new SubmitAnswer(known, reserved.Nonce);
                draft = reserved;
                binding = Bind(body, chain, draft.Nonce);
                payload = WritePayload(body, binding);
            }
        }

        var request = new ActionRequest(
            draft.Id, body.Type, chain, binding.Digest, draft.At, draft.At + body.ExpiresIn, body.Audience, body.CallbackUrl) { TraceParent = traceParent };
        ActionDocument document = await intake.AcceptAsync(request, payload, cancellationToken);
        CryptographicOperations.ZeroMemory(payload);
        return new SubmitAnswer(document, draft.Nonce);
    }

    /// <summary>
    /// INVARIANT: of a caller known by claims, the claims alone say for whom it acts. The holder of an API key may name somebody; that only
    /// takes a reviewer away, never adds one.
    /// </summary>
    private async Task<PrincipalChain> ResolveChainAsync(Caller caller, PrincipalId? onBehalfOf, CancellationToken cancellationToken)
    {
        Principal? subject = caller.OnBehalfOf;
        if (caller.IsByClaims && onBehalfOf is { } claimed && claimed != subject?.Id)
            throw new ProblemException(ProblemTypes.InvalidValue, "Leave this out: the claims of your token say for whom you act.") { Pointer = "/onBehalfOf" };
        if (!caller.IsByClaims && onBehalfOf is { } id)
        {
            if (id == caller.Principal.Id)
                throw new ProblemException(ProblemTypes.InvalidValue, "Leave this out: it names the caller itself.") { Pointer = "/onBehalfOf" };
            subject = await directory.FindAsync(id, cancellationToken)
                ?? throw new ProblemException(ProblemTypes.UnknownPrincipal, "Name a person or service that the directory knows.") { Pointer = "/onBehalfOf" };
        }

        var owners = new List<Principal>(caller.Owners);
        owners.AddRange(await directory.OwnersAsync(caller.Principal.Id, cancellationToken));
        if (subject is not null) owners.AddRange(await directory.OwnersAsync(subject.Id, cancellationToken));
        return new PrincipalChain(caller.Principal, subject, [.. owners.DistinctBy(owner => owner.Id)]);
    }

    /// <summary>What this key stands for: this draft, or the one of an earlier, equal request.</summary>
    private async Task<Draft> ReserveAsync(PrincipalId requester, string key, JsonElement json, Draft draft, CancellationToken cancellationToken)
    {
        byte[] canonical = CanonicalJson.Canonicalize(json, ActionPayload.MaxBytes);
        string keyHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        IdempotencyReservation stored = await index.ReserveAsync(
            new IdempotencyReservation(requester, keyHash, draft.Id, nonces.Protect(draft.Nonce), RequestHash(draft.Nonce, canonical), draft.At), cancellationToken);
        if (stored.ActionId == draft.Id) return draft;

        string nonce = nonces.Unprotect(stored.SealedNonce);
        bool isSame = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(stored.RequestHash), Encoding.ASCII.GetBytes(RequestHash(nonce, canonical)));
        return isSame
            ? new Draft(stored.ActionId, nonce, stored.RequestedAt)
            : throw new ProblemException(ProblemTypes.IdempotencyKeyReused, "Use a new key for a new request; repeat a request unchanged under its key.")
            {
                Pointer = "Idempotency-Key",
            };
    }

    /// <summary>Keyed by the nonce, so that nobody who reads the index can guess at the request.</summary>
    private static string RequestHash(string nonce, byte[] canonical) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(nonce), canonical));

    private static ActionBinding Bind(SubmitBody body, PrincipalChain chain, string nonce)
    {
        try
        {
            return ActionBinding.Create(body.Type, chain.Actor, chain.OnBehalfOf, body.Target, body.Parameters, nonce);
        }
        catch (LedgerFormatException refused)
        {
            throw NotCanonical(refused);
        }
    }

    private static byte[] WritePayload(SubmitBody body, ActionBinding binding)
    {
        try
        {
            return ActionPayload.Write(binding, body.Context, body.Justification);
        }
        catch (LedgerFormatException refused)
        {
            throw NotCanonical(refused);
        }
    }

    private static ProblemException NotCanonical(LedgerFormatException refused) => refused.Code switch
    {
        "json_too_large" => new ProblemException(ProblemTypes.TooLarge, $"Send at most {RequestBody.MaxBytes:N0} bytes; pass large data by reference."),
        "json_too_deep" => new ProblemException(ProblemTypes.NestedTooDeep, $"Nest objects and arrays at most {StrictJson.MaxDepth} deep."),
        _ => new ProblemException(ProblemTypes.InvalidValue, refused.Message), // names the remedy and quotes nothing
    };

    private sealed record Draft(string Id, string Nonce, DateTimeOffset At);
}

/// <param name="Nonce">For the requester alone: with it the executor makes the same binding.</param>
internal sealed record SubmitAnswer(ActionDocument Document, string Nonce);
