using System.Buffers;
using System.Text.Json;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Records;

/// <summary>
/// An in-toto Statement v1 about exactly one action: the subject is the action id and the digest of its binding.
/// (github.com/in-toto/attestation, spec/v1/statement.md)
/// </summary>
/// <param name="ActionId">Name of the subject.</param>
/// <param name="ActionDigest"><c>sha256:</c>… of the action binding; in the JSON a digest set <c>{"sha256": hex}</c>.</param>
/// <param name="PredicateType">One of <see cref="PredicateTypes"/>.</param>
/// <param name="Predicate">A JSON object.</param>
public sealed record Statement(string ActionId, string ActionDigest, string PredicateType, JsonElement Predicate)
{
    public const string Type = "https://in-toto.io/Statement/v1";

    /// <summary><c>payloadType</c> of the envelope around a statement.</summary>
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>The statement as canonical JSON. Codes: <c>digest_malformed</c> and those of <see cref="CanonicalJson"/>.</summary>
    public byte[] ToCanonicalJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("_type", Type);
            writer.WritePropertyName("predicate");
            Predicate.WriteTo(writer);
            writer.WriteString("predicateType", PredicateType);
            writer.WriteStartArray("subject");
            writer.WriteStartObject();
            writer.WriteStartObject("digest");
            writer.WriteString("sha256", Sha256Digest.Hex(ActionDigest));
            writer.WriteEndObject();
            writer.WriteString("name", ActionId);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return CanonicalJson.Canonicalize(buffer.WrittenSpan);
    }

    /// <summary>
    /// Reads a statement; unknown members are ignored, as the specification asks. Code: <c>statement_malformed</c>: not of this type,
    /// not exactly one subject, or without a SHA-256 digest.
    /// </summary>
    public static Statement Parse(ReadOnlyMemory<byte> utf8Json)
    {
        const string code = "statement_malformed", what = "The statement";
        JsonElement json = StrictJson.ParseObject(utf8Json, DsseEnvelope.MaxBytes, code, what);
        if (StrictJson.RequiredString(json, "_type", code, what) != Type) throw new LedgerFormatException(code, $"{what} must be an in-toto Statement v1.");
        if (!json.TryGetProperty("subject", out JsonElement subjects) || subjects.ValueKind != JsonValueKind.Array || subjects.GetArrayLength() != 1
            || subjects[0] is not { ValueKind: JsonValueKind.Object } subject
            || !subject.TryGetProperty("digest", out JsonElement digests) || digests.ValueKind != JsonValueKind.Object)
            throw new LedgerFormatException(code, $"{what} must have exactly one subject with a digest.");
        if (!json.TryGetProperty("predicate", out JsonElement predicate) || predicate.ValueKind != JsonValueKind.Object)
            throw new LedgerFormatException(code, $"{what} needs an object \"predicate\".");
        string digest = Sha256Digest.Prefix + StrictJson.RequiredString(digests, "sha256", code, what);
        if (!Sha256Digest.IsValid(digest)) throw new LedgerFormatException(code, $"{what}: the subject's sha256 must be 64 lower-case hex digits.");
        return new Statement(
            StrictJson.RequiredString(subject, "name", code, what), digest, StrictJson.RequiredString(json, "predicateType", code, what), predicate);
    }
}
