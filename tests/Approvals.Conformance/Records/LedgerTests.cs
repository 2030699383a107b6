using System.Text;
using System.Text.Json;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Records;

/// <summary>The ledger as it is served: keys, checkpoint, tiles, records.</summary>
public sealed class LedgerTests(TargetGate gate)
{
    [Fact]
    public async Task Keys_are_public_halves_and_cacheable()
    {
        Answer answer = (await gate.Nobody.GetAsync(".well-known/jwks.json")).Is(200);
        _ = new GateKeys(answer.Json);
        Assert.True(answer.Headers.CacheControl!.Public);
        Assert.All(answer.Json.GetProperty("keys").EnumerateArray(), key =>
        {
            // RFC 7638 section 3: the members of an EC key in their one order.
            string thumbprint = $$"""{"crv":"P-256","kty":"EC","x":"{{key.GetProperty("x")}}","y":"{{key.GetProperty("y")}}"}""";
            Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(thumbprint))), key.GetProperty("kid").GetString());
        });
    }

    [Fact]
    public async Task Checkpoint_is_signed_and_never_from_a_cache()
    {
        await gate.AllowedAsync();
        Answer answer = (await gate.Nobody.GetAsync("ledger/checkpoint")).Is(200);
        Checkpoint checkpoint = (await gate.KeysAsync()).Checkpoint(answer.Text);
        Assert.True(checkpoint.Size > 0);
        Assert.EndsWith("/ledger", checkpoint.Origin, StringComparison.Ordinal);
        Assert.Equal(32, checkpoint.Root.Length);
        Assert.True(answer.Headers.CacheControl!.NoCache || answer.Headers.CacheControl.NoStore);
    }

    [Fact]
    public async Task Entry_in_the_bundle_is_the_record_byte_for_byte()
    {
        Submitted action = await gate.AllowedAsync();
        JsonElement record = (await gate.Pipeline.GetAsync("api/records/" + action.Id)).Is(200).Json;
        long index = record.GetProperty("ledger").GetProperty("index").GetInt64();
        var reader = new LedgerReader(gate.Auditor);
        Checkpoint checkpoint = (await gate.KeysAsync()).Checkpoint(record.GetProperty("ledger").GetProperty("checkpoint").GetString()!);
        (long at, byte[] entry) = (await reader.EntriesAsync(index, checkpoint.Size))[0];

        Assert.Equal(index, at);
        Assert.Equal(record.GetProperty("record").GetString(), Encoding.UTF8.GetString(entry));
        List<byte[]> leaves = await reader.LeavesAsync(checkpoint.Size);
        Assert.Equal(Merkle.Leaf(entry), leaves[(int)index]);
        Assert.Equal(checkpoint.Root, Merkle.Roots(leaves, [checkpoint.Size])[checkpoint.Size]);
    }

    [Fact]
    public async Task Record_is_for_who_may_see_the_action()
    {
        Submitted action = await gate.ApprovedAsync();
        foreach (Caller caller in (Caller[])[gate.Pipeline, gate.Ann, gate.Ben, gate.Auditor, gate.Admin]) await gate.RecordAsync(action, caller);
        foreach (Caller caller in (Caller[])[gate.Stranger, gate.Lou, gate.Agent]) (await caller.GetAsync("api/records/" + action.Id)).IsProblem(404, "not_found");
        (await gate.Auditor.GetAsync("api/records/" + Guid.Empty)).IsProblem(404, "not_found");
    }

    [Fact]
    public async Task Hashes_are_for_every_caller_and_entries_for_auditors()
    {
        Submitted action = await gate.AllowedAsync();
        Checkpoint checkpoint = (await gate.KeysAsync()).Checkpoint((await gate.Nobody.GetAsync("ledger/checkpoint")).Text);
        long width = checkpoint.Size % 256, tile = checkpoint.Size / 256;
        string name = width == 0 ? LedgerReader.PathOf(tile - 1) : $"{LedgerReader.PathOf(tile)}.p/{width}";
        foreach (Caller caller in (Caller[])[gate.Pipeline, gate.Ann, gate.Auditor]) await new LedgerReader(caller).LeavesAsync(checkpoint.Size);
        (await gate.Nobody.GetAsync("ledger/tile/0/" + name)).IsProblem(401, "unauthenticated");
        (await gate.Pipeline.GetAsync("ledger/tile/entries/" + name)).IsProblem(404, "not_found");
        (await gate.Ann.GetAsync("ledger/tile/entries/" + name)).IsProblem(404, "not_found");
        Assert.NotEmpty(action.Id);
    }

    [Theory]
    [InlineData("0/999")]
    [InlineData("0/x999/x999/999")]
    [InlineData("63/000")]
    [InlineData("64/000")]
    [InlineData("-1/000")]
    [InlineData("0/000.p/0")]
    [InlineData("0/000.p/257")]
    [InlineData("0/0")]
    [InlineData("0/0000")]
    [InlineData("0/x000/000")]
    [InlineData("0/000.p/01")]
    [InlineData("entries/")]
    [InlineData("entries/000.p/999999999999999999999")]
    [InlineData("0/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("..%2f..%2fcheckpoint")]
    [InlineData("unheard/of")]
    public async Task Tile_that_is_none_is_not_there(string path) => (await gate.Auditor.GetAsync("ledger/tile/" + path)).IsProblem(404, "not_found");

    [Fact]
    public async Task Decision_of_each_kind_has_one_signed_record()
    {
        (Submitted canceled, _) = await gate.ReviewAsync();
        await gate.Pipeline.DeleteAsync(canceled.Path);
        Submitted denied = await gate.Pipeline.SubmitAsync(Scenarios.Denied());
        (Submitted Action, string Outcome, string By)[] wanted =
        [
            (await gate.ApprovedAsync(), "approved", "people"),
            (await gate.AllowedAsync(), "approved", "policy"),
            (denied, "denied", "policy"),
            (canceled, "canceled", "requester"),
        ];
        foreach ((Submitted action, string outcome, string by) in wanted)
        {
            JsonElement shown = await gate.DecidedAsync(action);
            JsonElement statement = await gate.RecordAsync(action);
            JsonElement predicate = statement.GetProperty("predicate");
            Assert.Equal("https://approvals.dev/decision/v1", statement.GetProperty("predicateType").GetString());
            Assert.Equal((outcome, by), (predicate.GetProperty("decision").GetProperty("outcome").GetString(), predicate.GetProperty("decision").GetProperty("by").GetString()));
            Assert.Equal(gate.Pipeline.Subject, predicate.GetProperty("actor").GetProperty("subject").GetString());
            Assert.Equal(gate.Olga.Subject, Assert.Single(predicate.GetProperty("owners").EnumerateArray()).GetProperty("subject").GetString());
            Assert.Equal(shown.GetProperty("policy").GetProperty("policyDigest").GetString(), predicate.GetProperty("policy").GetProperty("digest").GetString());
            Assert.Equal(shown.GetProperty("expiresAt").GetString(), predicate.GetProperty("expiresAt").GetString());
        }
    }
}
