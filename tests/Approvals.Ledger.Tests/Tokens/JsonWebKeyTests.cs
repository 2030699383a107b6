using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Tokens;

namespace Approvals.Ledger.Tests.Tokens;

public class JsonWebKeyTests
{
    private const string Point = "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"";

    private static JsonWebKey Parse(string json) => JsonWebKey.Parse(JsonDocument.Parse(json).RootElement);

    private static string CodeOf(string json) => Assert.Throws<LedgerFormatException>(() => Parse(json)).Code;

    [Fact]
    public void Thumbprint_of_rfc_7638_section_3_1_is_the_known_one()
    {
        JsonWebKey key = Parse("""
            {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
             "e":"AQAB","alg":"RS256","kid":"2011-04-29"}
            """);
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", key.Thumbprint);
        Assert.Equal("2011-04-29", key.KeyId);
    }

    [Fact]
    public void Key_without_kid_is_named_by_its_thumbprint_and_survives_publishing()
    {
        JsonWebKey key = Parse($$"""{"kty":"EC","crv":"P-256",{{Point}}}""");
        Assert.Equal(key.Thumbprint, key.KeyId);
        JsonWebKey read = Assert.Single(JsonWebKeySet.Parse(new JsonWebKeySet([key]).ToJson()).Keys);
        Assert.Equal((key.KeyId, key.Algorithm, Convert.ToHexString(key.SubjectPublicKeyInfo.Span)), (read.KeyId, read.Algorithm, Convert.ToHexString(read.SubjectPublicKeyInfo.Span)));
    }

    [Fact]
    public void Rsa_key_without_alg_is_bound_to_RS256()
    {
        using var rsa = RSA.Create(2048);
        string n = System.Buffers.Text.Base64Url.EncodeToString(rsa.ExportParameters(false).Modulus);
        Assert.Equal("RS256", Parse($$"""{"kty":"RSA","n":"{{n}}","e":"AQAB"}""").Algorithm);
        Assert.Equal("PS256", Parse($$"""{"kty":"RSA","n":"{{n}}","e":"AQAB","alg":"PS256"}""").Algorithm);
        Assert.Equal("jwk_unsupported", CodeOf($$"""{"kty":"RSA","n":"{{n}}","e":"AQAB","alg":"RS1"}"""));
        Assert.Equal("jwk_weak", CodeOf($$"""{"kty":"RSA","n":"{{n}}","e":"AQ"}"""));
        Assert.Equal("jwk_malformed", CodeOf($$"""{"kty":"RSA","n":"AA{{n}}","e":"AQAB"}"""));
    }

    [Theory]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"AA\",POINT", "jwk_private")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-521\",POINT", "jwk_unsupported")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-384\",POINT", "jwk_malformed")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"", "jwk_malformed")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"", "jwk_malformed")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"enc\",POINT", "jwk_unsupported")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[\"sign\"],POINT", "jwk_unsupported")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES384\",POINT", "jwk_unsupported")]
    [InlineData("\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"\",POINT", "jwk_malformed")]
    [InlineData("\"kty\":\"oct\",\"k\":\"AA\"", "jwk_unsupported")]
    [InlineData("\"crv\":\"P-256\",POINT", "jwk_malformed")]
    public void Keys_that_cannot_be_used_are_refused(string members, string code) => Assert.Equal(code, CodeOf("{" + members.Replace("POINT", Point, StringComparison.Ordinal) + "}"));

    [Fact]
    public void Short_rsa_keys_are_refused()
    {
        using var rsa = RSA.Create(1024);
        Assert.Equal("jwk_weak", Assert.Throws<LedgerFormatException>(() => JsonWebKey.FromRsa(rsa)).Code);
    }

    [Fact]
    public void Key_set_leaves_out_what_it_does_not_know_and_refuses_what_is_wrong()
    {
        static JsonWebKeySet Set(string keys) => JsonWebKeySet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{{keys}}]}"""));
        const string good = "{\"kty\":\"EC\",\"crv\":\"P-256\"," + Point + "}";
        Assert.Single(Set(good + """,{"kty":"oct","k":"AA"},{"kty":"OKP","crv":"Ed25519","x":"AA"}""").Keys);
        Assert.Equal("jwks_malformed", Assert.Throws<LedgerFormatException>(() => Set(good + "," + good)).Code);
        Assert.Equal("jwks_malformed", Assert.Throws<LedgerFormatException>(() => JsonWebKeySet.Parse("{}"u8.ToArray())).Code);
        Assert.Equal("jwks_malformed", Assert.Throws<LedgerFormatException>(() => JsonWebKeySet.Parse("""{"keys":[],"keys":[]}"""u8.ToArray())).Code);
        Assert.Equal("jwk_malformed", Assert.Throws<LedgerFormatException>(() => Set("1")).Code);
    }
}
