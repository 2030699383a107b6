using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Approvals.Ledger.Json;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Records;

/// <summary>A record as it goes into the ledger: statement, envelope, and the exact bytes of the entry.</summary>
/// <param name="Statement">What is said.</param>
/// <param name="Envelope">Who signed it.</param>
/// <param name="Bytes">The envelope in canonical JSON: the leaf data of the ledger entry.</param>
public sealed record SignedRecord(Statement Statement, DsseEnvelope Envelope, byte[] Bytes)
{
    /// <summary><c>sha256:</c>… of <see cref="Bytes"/>, as release tokens name the record.</summary>
    public string Digest => Sha256Digest.Of(Bytes);

    /// <summary>Signs a decision record; one of broken glass is of a type of its own.</summary>
    public static ValueTask<SignedRecord> SignDecisionAsync(DecisionPredicate predicate, string keyId, SignDigest sign, CancellationToken cancellationToken = default) =>
        SignAsync(
            predicate.ActionId, predicate.Action.Digest, predicate.BreakGlass is null ? PredicateTypes.Decision : PredicateTypes.BreakGlass, predicate, RecordJson.Decision, keyId, sign, cancellationToken);

    /// <summary>
    /// Signs a record of any predicate. Everything but the signature is a pure function of the arguments, so a retry signs the same statement.
    /// Code besides those of the parts: <c>record_too_large</c>, when the envelope would not fit a ledger entry (65,535 bytes, about 49,000 of
    /// statement). Nothing is stored here.
    /// </summary>
    public static async ValueTask<SignedRecord> SignAsync<T>(
        string actionId, string actionDigest, string predicateType, T predicate, JsonTypeInfo<T> typeInfo,
        string keyId, SignDigest sign, CancellationToken cancellationToken = default)
    {
        var statement = new Statement(actionId, actionDigest, predicateType, JsonSerializer.SerializeToElement(predicate, typeInfo));
        byte[] payload = statement.ToCanonicalJson();
        // Checked before signing too: a signature over what can never be logged should not exist.
        if (payload.Length / 3 * 4 > EntryBundle.MaxEntryBytes) throw TooLarge();
        DsseEnvelope envelope = await DsseEnvelope.SignAsync(Statement.PayloadType, payload, keyId, sign, cancellationToken);
        byte[] bytes = envelope.ToCanonicalJson();
        return bytes.Length <= EntryBundle.MaxEntryBytes ? new SignedRecord(statement, envelope, bytes) : throw TooLarge();
    }

    /// <summary>Reads the bytes of an entry, without verifying signatures. Codes: those of the parts, and <c>record_not_canonical</c>.</summary>
    public static SignedRecord Parse(ReadOnlyMemory<byte> bytes)
    {
        DsseEnvelope envelope = DsseEnvelope.Parse(bytes);
        if (envelope.PayloadType != Statement.PayloadType)
            throw new LedgerFormatException("envelope_malformed", $"The envelope's payloadType must be {Statement.PayloadType}.");
        // INVARIANT: one record has one spelling, so that its digest names it.
        if (!CanonicalJson.Canonicalize(bytes.Span).AsSpan().SequenceEqual(bytes.Span) || !CanonicalJson.Canonicalize(envelope.Payload).AsSpan().SequenceEqual(envelope.Payload))
            throw new LedgerFormatException("record_not_canonical", "Envelope and statement must be canonical JSON (RFC 8785).");
        return new SignedRecord(Statement.Parse(envelope.Payload), envelope, bytes.ToArray());
    }

    /// <summary>The predicate as a type. Code: <c>predicate_malformed</c>.</summary>
    public T ReadPredicate<T>(JsonTypeInfo<T> typeInfo)
    {
        try
        {
            return Statement.Predicate.Deserialize(typeInfo) ?? throw Malformed(null);
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }

        static LedgerFormatException Malformed(Exception? inner) =>
            new("predicate_malformed", "The predicate lacks a member, or a member has the wrong type; see docs/record.md.", inner);
    }

    private static LedgerFormatException TooLarge() =>
        new("record_too_large", $"The record does not fit a ledger entry of {EntryBundle.MaxEntryBytes} bytes; shorten justifications and reasons.");
}
