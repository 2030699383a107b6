using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Records;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Tests.Records;

public class DsseEnvelopeTests
{
    private static async Task<(TestKey Key, DsseEnvelope Envelope)> SignedAsync()
    {
        var key = new TestKey();
        return (key, await DsseEnvelope.SignAsync("text/plain", Encoding.UTF8.GetBytes("hällo"), key.Public.KeyId, key.Sign));
    }

    /// <summary>The test vector of protocol.md: its bytes to be signed, and its signature (r||s there) by its key.</summary>
    [Fact]
    public void Test_vector_of_the_specification_verifies()
    {
        const string type = "http://example.com/HelloWorld";
        byte[] payload = "hello world"u8.ToArray();
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.UTF8.GetString(DsseEnvelope.PreAuthenticationEncoding(type, payload)));

        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Number("46950820868899156662930047687818585632848591499744589407958293238635476079160"), Y = Number("5640078356564379163099075877009565129882514886557779369047442380624545832820") },
        });
        JsonWebKey jwk = JsonWebKey.FromECDsa(key, "vector");
        byte[] signature = Convert.FromBase64String("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==");
        Assert.Null(new DsseEnvelope(type, payload, [new DsseSignature("vector", EcdsaSignature.ToDer(signature))]).Verify(new JsonWebKeySet([jwk])));

        static byte[] Number(string digits) => System.Numerics.BigInteger.Parse(digits).ToByteArray(isUnsigned: true, isBigEndian: true);
    }

    [Fact]
    public void Lengths_are_of_bytes_and_not_of_characters() =>
        Assert.Equal("DSSEv1 2 é 2 é", Encoding.UTF8.GetString(DsseEnvelope.PreAuthenticationEncoding("é", "é"u8)));

    [Fact]
    public async Task Signatures_of_strangers_are_ignored_and_a_false_one_of_a_trusted_key_is_not()
    {
        (TestKey key, DsseEnvelope envelope) = await SignedAsync();
        DsseSignature own = envelope.Signatures[0], foreign = new("somebody", [1, 2, 3]);
        Assert.Null((envelope with { Signatures = [foreign, own] }).Verify(key.Set));
        Assert.Equal("signature_key_unknown", (envelope with { Signatures = [foreign] }).Verify(key.Set)!.Code);
        Assert.Equal("signature_invalid", (envelope with { Signatures = [own, own with { Signature = [1, 2, 3] }] }).Verify(key.Set)!.Code);
        Assert.Equal("signature_invalid", (envelope with { PayloadType = "text/html" }).Verify(key.Set)!.Code);
        Assert.Equal("signature_invalid", (envelope with { Payload = [] }).Verify(key.Set)!.Code);
    }

    [Fact]
    public async Task Envelope_survives_writing_and_reading()
    {
        (TestKey key, DsseEnvelope envelope) = await SignedAsync();
        DsseEnvelope read = DsseEnvelope.Parse(envelope.ToCanonicalJson());
        Assert.Null(read.Verify(key.Set));
        Assert.Equal(envelope.ToCanonicalJson(), read.ToCanonicalJson());
    }

    [Fact]
    public void Url_safe_base64_and_unknown_members_are_accepted_as_the_specification_asks()
    {
        DsseEnvelope read = DsseEnvelope.Parse("""{"payload":"-_8","payloadType":"t","signatures":[{"sig":"AA==","more":1}],"more":2}"""u8.ToArray());
        Assert.Equal([0xFB, 0xFF], read.Payload);
        Assert.Equal("", read.Signatures[0].KeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"payload":"AA==","payloadType":"t","signatures":[]}""")]
    [InlineData("""{"payload":"AA==","payloadType":"t","signatures":[1]}""")]
    [InlineData("""{"payload":"AA==","payloadType":"t","signatures":[{}]}""")]
    [InlineData("""{"payload":"A","payloadType":"t","signatures":[{"sig":"AA=="}]}""")]
    [InlineData("""{"payload":"AB==","payloadType":"t","signatures":[{"sig":"AA=="}]}""")]
    [InlineData("""{"payload":" AA==","payloadType":"t","signatures":[{"sig":"AA=="}]}""")]
    [InlineData("""{"payload":"AA==","payload":"AA==","payloadType":"t","signatures":[{"sig":"AA=="}]}""")]
    [InlineData("""{"payload":"AA==","payloadType":1,"signatures":[{"sig":"AA=="}]}""")]
    [InlineData("""{"payload":"AA==","payloadType":"\ud800","signatures":[{"sig":"AA=="}]}""")]
    public void Malformed_envelopes_are_refused(string json) =>
        Assert.Equal("envelope_malformed", Assert.Throws<LedgerFormatException>(() => DsseEnvelope.Parse(Encoding.UTF8.GetBytes(json))).Code);

    [Theory]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v0.1","subject":[],"predicateType":"t","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"t","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"AB"}}],"predicateType":"t","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha512":"ab"}}],"predicateType":"t","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{}},{"name":"b","digest":{}}],"predicateType":"t","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}],"predicateType":"t","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}],"predicateType":"t","predicate":[]}""")]
    public void Statements_of_another_shape_are_refused(string json) =>
        Assert.Equal("statement_malformed", Assert.Throws<LedgerFormatException>(() => Statement.Parse(Encoding.UTF8.GetBytes(json))).Code);

    [Theory]
    [InlineData("actor")]
    [InlineData("action")]
    [InlineData("decision")]
    [InlineData("requestedAt")]
    [InlineData("actionId")]
    [InlineData("owners")]
    [InlineData("findings")]
    [InlineData("votes")]
    public void Predicate_without_a_required_member_is_refused(string member)
    {
        System.Text.Json.Nodes.JsonObject json = JsonSerializer.SerializeToNode(Verification.SignedLog.Approval("a"), RecordJson.Decision)!.AsObject();
        Assert.NotNull(JsonSerializer.Deserialize(json, RecordJson.Decision));
        json.Remove(member);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, RecordJson.Decision));
    }
}
