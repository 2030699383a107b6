using System.Text;
using System.Text.Json;
using Approvals.Ledger.Json;
using Approvals.Ledger.Log;

namespace Approvals.Ledger.Verification;

/// <summary>All that is needed, besides the public keys, to see that a record stands in the ledger.</summary>
/// <param name="Record">The DSSE envelope: the bytes of the ledger entry.</param>
/// <param name="Index">Index of the entry.</param>
/// <param name="Checkpoint">A signed note for a tree that holds the entry.</param>
/// <param name="InclusionProof">From leaf to root.</param>
public sealed record RecordEvidence(ReadOnlyMemory<byte> Record, long Index, string Checkpoint, IReadOnlyList<MerkleHash> InclusionProof)
{
    /// <summary>Largest evidence document that is read: one record, its proof and a token.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>
    /// Reads <c>{"record": envelope, "ledger": {"index", "checkpoint", "inclusionProof": [base64]}}</c>, the body of a release or a record as
    /// the gate serves it; other members are ignored. The envelope may stand there as an object or as a string; either is brought back to
    /// its canonical bytes. Code: <c>evidence_malformed</c>.
    /// </summary>
    public static RecordEvidence Parse(ReadOnlyMemory<byte> utf8Json)
    {
        const string code = "evidence_malformed", what = "The evidence";
        JsonElement json = StrictJson.ParseObject(utf8Json, MaxBytes, code, what);
        if (!json.TryGetProperty("ledger", out JsonElement ledger) || ledger.ValueKind != JsonValueKind.Object
            || !ledger.TryGetProperty("index", out JsonElement index) || index.ValueKind != JsonValueKind.Number || !index.TryGetInt64(out long position)
            || !ledger.TryGetProperty("inclusionProof", out JsonElement path) || path.ValueKind != JsonValueKind.Array || path.GetArrayLength() > MerkleTree.MaxProofLength)
            throw new LedgerFormatException(code, $"{what} needs \"ledger\" with \"index\", \"checkpoint\" and \"inclusionProof\".");
        var proof = new List<MerkleHash>();
        foreach (JsonElement element in path.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String || !MerkleHash.TryParse(element.GetString()!, out MerkleHash hash))
                throw new LedgerFormatException(code, $"{what}: a hash of the inclusion proof is not 32 bytes of base64.");
            proof.Add(hash);
        }
        if (!json.TryGetProperty("record", out JsonElement record) || record.ValueKind is not (JsonValueKind.Object or JsonValueKind.String))
            throw new LedgerFormatException(code, $"{what} needs \"record\", the DSSE envelope.");
        byte[] envelope = record.ValueKind == JsonValueKind.Object
            ? CanonicalJson.Canonicalize(record)
            : Encoding.UTF8.GetBytes(StrictJson.RequiredString(json, "record", code, what));
        return new RecordEvidence(envelope, position, StrictJson.RequiredString(ledger, "checkpoint", code, what), proof);
    }
}
