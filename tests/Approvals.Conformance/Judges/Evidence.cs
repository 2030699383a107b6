using System.Text;
using System.Text.Json;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Judges;

/// <summary>Signed things as they come from the gate, each verified on the way.</summary>
internal static class Evidence
{
    public static async Task<GateKeys> KeysAsync(this TargetGate gate) => new((await gate.Nobody.GetAsync(".well-known/jwks.json")).Is(200).Json);

    /// <summary>The decision of an action: signature, inclusion in the ledger and subject verified.</summary>
    public static async Task<JsonElement> RecordAsync(this TargetGate gate, Submitted action, Caller? reader = null) =>
        Verify(await gate.KeysAsync(), action, (await (reader ?? gate.Auditor).GetAsync("api/records/" + action.Id)).Is(200).Json);

    /// <summary>The statement in <c>record</c>, with the proof in <c>ledger</c> verified.</summary>
    public static JsonElement Verify(GateKeys keys, Submitted action, JsonElement answer)
    {
        string record = answer.GetProperty("record").GetString()!;
        JsonElement statement = keys.Statement(record);
        JsonElement subject = Assert.Single(statement.GetProperty("subject").EnumerateArray());
        Assert.Equal(action.Id, subject.GetProperty("name").GetString());
        Assert.Equal(action.Digest, "sha256:" + subject.GetProperty("digest").GetProperty("sha256").GetString());

        JsonElement ledger = answer.GetProperty("ledger");
        Checkpoint checkpoint = keys.Checkpoint(ledger.GetProperty("checkpoint").GetString()!);
        byte[][] proof = [.. ledger.GetProperty("inclusionProof").EnumerateArray().Select(hash => Convert.FromBase64String(hash.GetString()!))];
        Assert.True(Merkle.IsIncluded(Merkle.Leaf(Encoding.UTF8.GetBytes(record)), ledger.GetProperty("index").GetInt64(), checkpoint, proof), "The record is not where the ledger's proof says.");
        return statement;
    }
}
