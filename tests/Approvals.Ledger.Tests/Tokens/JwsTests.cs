using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Approvals.Ledger.Tokens;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Tokens;

public class JwsTests
{
    private static readonly byte[] Payload = """{"iss":"joe"}"""u8.ToArray();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string? CodeOf(string token, JsonWebKeySet keys, string? type = null)
    {
        bool verified = Jws.TryVerify(token, keys, type, out ReadOnlyMemory<byte> payload, out VerificationFailure? failure);
        Assert.Equal(verified, failure is null);
        if (!verified) Assert.True(payload.IsEmpty, "A payload that does not verify is never handed out.");
        return failure?.Code;
    }

    /// <summary>A token with any header, signed by anything.</summary>
    private static string Forge(string header, Func<byte[], byte[]> sign)
    {
        string input = Encode(header) + "." + Base64Url.EncodeToString(Payload);
        return input + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)));
    }

    [Fact]
    public void Example_of_rfc_7515_appendix_A_3_verifies()
    {
        JsonWebKeySet keys = JsonWebKeySet.Parse("""
            {"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
            """u8.ToArray());
        const string token = "eyJhbGciOiJFUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        Assert.Null(CodeOf(token, keys));
    }

    [Theory]
    [InlineData(JwsAlgorithms.ES256)]
    [InlineData(JwsAlgorithms.ES384)]
    [InlineData(JwsAlgorithms.RS256)]
    [InlineData(JwsAlgorithms.PS256)]
    public void Each_algorithm_verifies_with_its_own_key_and_no_other(string algorithm)
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        string token = Forge($$"""{"alg":"{{algorithm}}","kid":"k"}""", data => algorithm switch
        {
            JwsAlgorithms.ES256 => p256.SignData(data, HashAlgorithmName.SHA256),
            JwsAlgorithms.ES384 => p384.SignData(data, HashAlgorithmName.SHA384),
            JwsAlgorithms.RS256 => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        });
        JsonWebKey[] all = [JsonWebKey.FromECDsa(p256, "k"), JsonWebKey.FromECDsa(p384, "k"), JsonWebKey.FromRsa(rsa, JwsAlgorithms.RS256, "k"), JsonWebKey.FromRsa(rsa, JwsAlgorithms.PS256, "k")];
        foreach (JsonWebKey key in all) Assert.Equal(key.Algorithm == algorithm ? null : "jws_algorithm_refused", CodeOf(token, new JsonWebKeySet([key])));
        Assert.Null(CodeOf(token, JsonWebKeySet.Parse(new JsonWebKeySet(all).ToJson())));
    }

    [Fact]
    public void Tokens_that_choose_their_own_rules_are_refused()
    {
        var key = new TestKey();
        string kid = key.Public.KeyId;
        byte[] Sign(byte[] data) => key.Key.SignData(data, HashAlgorithmName.SHA256);
        // The public key as an HMAC secret: the classical confusion.
        byte[] Hmac(byte[] data) => HMACSHA256.HashData(key.Public.SubjectPublicKeyInfo.Span, data);
        string jwk = Encoding.UTF8.GetString(new TestKey().Set.ToJson());
        jwk = jwk[(jwk.IndexOf('[') + 1)..jwk.LastIndexOf(']')];

        Assert.Null(CodeOf(Forge($$"""{"alg":"ES256","kid":"{{kid}}"}""", Sign), key.Set));
        Assert.Equal("jws_algorithm_refused", CodeOf(Forge($$"""{"alg":"none","kid":"{{kid}}"}""", _ => []), key.Set));
        Assert.Equal("jws_algorithm_refused", CodeOf(Forge("""{"alg":"none"}""", _ => []), key.Set));
        Assert.Equal("jws_algorithm_refused", CodeOf(Forge($$"""{"alg":"None","kid":"{{kid}}"}""", _ => []), key.Set));
        Assert.Equal("jws_algorithm_refused", CodeOf(Forge($$"""{"alg":"HS256","kid":"{{kid}}"}""", Hmac), key.Set));
        Assert.Equal("jws_algorithm_refused", CodeOf(Forge($$"""{"alg":"RS256","kid":"{{kid}}"}""", Sign), key.Set));
        Assert.Equal("jws_algorithm_refused", CodeOf(Forge($$"""{"alg":"es256","kid":"{{kid}}"}""", Sign), key.Set));
        Assert.Equal("jws_malformed", CodeOf(Forge($$"""{"kid":"{{kid}}"}""", Sign), key.Set));
        Assert.Equal("jws_malformed", CodeOf(Forge($$"""{"alg":["ES256"],"kid":"{{kid}}"}""", Sign), key.Set));
        Assert.Equal("jws_malformed", CodeOf(Forge($$"""{"alg":"none","alg":"ES256","kid":"{{kid}}"}""", Sign), key.Set));
        Assert.Equal("jws_crit_unsupported", CodeOf(Forge($$"""{"alg":"ES256","kid":"{{kid}}","crit":["b64"],"b64":false}""", Sign), key.Set));
        Assert.Equal("jws_kid_unknown", CodeOf(Forge($$"""{"alg":"ES256","kid":"../etc/passwd","jwk":{{jwk}}}""", Sign), key.Set));
        Assert.Equal("jws_kid_missing", CodeOf(Forge("""{"alg":"ES256"}""", Sign), new JsonWebKeySet([key.Public, new TestKey().Public])));
        Assert.Equal("jws_kid_missing", CodeOf(Forge("""{"alg":"ES256"}""", Sign), new JsonWebKeySet([])));
        // Psychic signatures (CVE-2022-21449): r = s = 0; and DER where r||s belongs.
        Assert.Equal("jws_signature_invalid", CodeOf(Forge($$"""{"alg":"ES256","kid":"{{kid}}"}""", _ => new byte[64]), key.Set));
        Assert.Equal("jws_signature_invalid", CodeOf(Forge($$"""{"alg":"ES256","kid":"{{kid}}"}""", d => key.Key.SignData(d, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)), key.Set));
        Assert.Equal("jws_signature_invalid", CodeOf(Forge($$"""{"alg":"ES256","kid":"{{kid}}"}""", _ => []), key.Set));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("e30.e30.e30.e30")]
    [InlineData("e30=.e30.e30")]
    [InlineData("e30.e3 0.e30")]
    [InlineData("e30\n.e30.e30")]
    [InlineData("e31.e30.e30")]
    [InlineData("W10.e30.e30")]
    [InlineData("e30.e30+.e30")]
    public void Malformed_tokens_are_refused(string token) => Assert.Equal("jws_malformed", CodeOf(token, new TestKey().Set));

    [Fact]
    public void Token_past_the_size_limit_is_refused() => Assert.Equal("jws_too_large", CodeOf(new string('a', Jws.MaxLength + 1), new TestKey().Set));

    [Fact]
    public async Task Changing_any_character_breaks_a_token()
    {
        var key = new TestKey();
        string token = await Jws.SignAsync(Payload, "test+jwt", key.Public.KeyId, key.Sign);
        Assert.Null(CodeOf(token, key.Set, "test+jwt"));
        Assert.Null(CodeOf(token, key.Set, "TEST+JWT"));
        Assert.Equal("jws_type_mismatch", CodeOf(token, key.Set, "other+jwt"));
        Prop.ForAll(Arb.From(Gen.Choose(0, token.Length - 1).Zip(Gen.Elements("ABCxyz019-_.=+ ".ToCharArray()))), x =>
        {
            string changed = token[..x.Item1] + x.Item2 + token[(x.Item1 + 1)..];
            return changed == token || CodeOf(changed, key.Set) is not null;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Signer_that_returns_another_form_fails_at_once()
    {
        var key = new TestKey();
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await Jws.SignAsync(Payload, "t", "k", (digest, _) => new(key.Key.SignHash(digest.Span, DSASignatureFormat.Rfc3279DerSequence))));
    }

    [Fact]
    public async Task Npm_jose_verifies_a_release_token_with_the_published_keys()
    {
        Judges.RequireProgram("node");
        Judges.RequireJose();
        var log = new Verification.SignedLog();
        string token = await log.TokenAsync(await log.AddAsync(Verification.SignedLog.Approval("a")), 0);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var published = new JsonWebKeySet([log.Key.Public, JsonWebKey.FromECDsa(p384), JsonWebKey.FromRsa(rsa), JsonWebKey.FromRsa(rsa, JwsAlgorithms.PS256)]);
        const string script = """
            import { jwtVerify, createLocalJWKSet, calculateJwkThumbprint } from "jose";
            const { token, jwks, now } = JSON.parse(await new Response(process.stdin).text());
            for (const jwk of jwks.keys) if (await calculateJwkThumbprint(jwk) !== jwk.kid) throw new Error("kid is not the thumbprint");
            const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks),
              { issuer: "https://gate.example", audience: "executor", typ: "approvals-release+jwt", algorithms: ["ES256"], currentDate: new Date(now * 1000) });
            console.log(protectedHeader.alg, payload.action_id);
            """;
        string input = $$"""{"token":"{{token}}","now":{{Verification.SignedLog.At.ToUnixTimeSeconds()}},"jwks":{{Encoding.UTF8.GetString(published.ToJson())}}}""";
        Assert.Equal("ES256 a", (await Judges.RunAsync("node", ["--input-type=module", "-e", script], input, Judges.Tools)).Trim());
    }
}
