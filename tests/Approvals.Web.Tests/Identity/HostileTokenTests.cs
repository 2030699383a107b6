using System.Text.Json;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;

namespace Approvals.Web.Tests.Identity;

/// <summary>Every kind of token that has fooled somebody, minted with npm jose or by hand where jose refuses to.</summary>
public sealed class HostileTokenTests
{
    /// <summary>Which reason each hostile token is refused for.</summary>
    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["jws_malformed"] =
        [
            "encrypted", "JSON serialization", "nested token", "payload array", "payload empty", "payload too deep", "deflated", "claim twice", "claim twice by an escape", "header twice", "not UTF-8",
            "byte order mark", "payload cut", "signature gone", "only dots", "one part", "NUL inside", "NUL behind", "newline behind", "space behind", "fourth part", "dot behind", "comma and another", "base64 padded",
            "base64 of the other alphabet", "base64 with spare bits", "letters beyond ASCII", "huge", "exp as text", "exp negative", "exp beyond time", "exp null", "aud number", "iss array",
            "alg missing", "alg array", "kid as a number", "typ number", "sub a lone surrogate",
        ],
        ["jws_algorithm_refused"] =
        [
            "none", "none with a signature", "nOnE", "HS256 with the public key as PEM", "HS256 with the modulus", "HS256 with a published secret", "EdDSA", "PS256 by a key for RS256",
            "RS256 by a key for PS256", "ES256 by a key on P-384",
        ],
        ["jws_kid_unknown"] = ["a key for encryption", "kid as a path", "kid as SQL", "kid as a URL", "kid with NUL"],
        ["jws_kid_missing"] = ["kid missing"],
        ["jws_crit_unsupported"] = ["crit unknown", "crit empty", "b64 false", "b64 false without crit"],
        ["jws_type_mismatch"] = ["typ logout+jwt", "typ secevent+jwt", "typ dpop+jwt", "typ approvals-release+jwt"],
        ["jws_signature_invalid"] =
        [
            "jwk in the header", "jku in the header", "x5u in the header", "x5c in the header", "another's key under this kid", "ES256 in DER", "ES256 of zeros", "ES256 with r of the order", "ES256 with s zero",
            "ES256 too short", "ES256 too long", "ES256 empty", "signature cut", "payload exchanged",
        ],
        ["jwt_expired"] = ["expired"],
        ["jwt_not_yet_valid"] = ["not yet valid"],
        ["jwt_issued_in_future"] = ["issued in the future"],
        ["jwt_expiry_missing"] = ["exp missing"],
        ["jwt_audience_mismatch"] = ["aud another", "aud among others", "aud missing", "aud empty", "aud prefix", "aud case"],
        ["issuer_unknown"] = ["iss with a slash", "iss in capitals", "iss homograph", "iss with NUL", "iss missing"],
        ["subject_missing"] = ["sub with a control character", "sub missing"],
        ["no_rule"] = ["claims of no rule", "claims in another case"],
    };

    [Fact]
    public async Task Good_tokens_in_every_algorithm_are_taken_and_hostile_ones_never()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        foreach ((string name, string token) in gate.Tokens.Good)
        {
            SchemeResult result = await gate.AuthenticateAsync(token);
            Assert.True(result.Caller is { Principal.DisplayName: "Exports" }, $"{name}: {result.Reason}");
        }

        var wrong = new List<string>();
        foreach ((string name, string token) in gate.Tokens.Hostile)
        {
            SchemeResult result = await gate.AuthenticateAsync(token);
            Assert.True(result.Caller is null && result.Refusal is not null, $"{name} is taken");
            Assert.DoesNotContain(token.Length > 20 ? token[^20..] : "\0", result.Refusal, StringComparison.Ordinal);
            string expected = Expected.FirstOrDefault(reason => reason.Value.Contains(name)).Key ?? "(not in the list)";
            if (result.Reason != expected) wrong.Add($"{name}: {result.Reason} instead of {expected}");
        }

        Assert.Empty(wrong);
        Assert.Empty(Expected.Values.SelectMany(names => names).Except(gate.Tokens.Hostile.Keys));
        Assert.InRange(gate.Tokens.Hostile.Count, 95, int.MaxValue);
    }

    [Fact]
    public async Task Refused_token_is_a_problem_with_reason_and_remedy_over_http()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        foreach ((string name, string reason) in (IEnumerable<(string, string)>)[("none", "jws_algorithm_refused"), ("expired", "jwt_expired"), ("claims of no rule", "no_rule"), ("iss with a slash", "issuer_unknown")])
        {
            using HttpClient client = gate.Client(gate.Tokens.Hostile[name]);
            HttpResponseMessage response = await client.GetAsync("/api/actions");
            JsonElement problem = await Contract.IsProblemAsync(response, ProblemTypes.Unauthenticated, "list-actions");
            Assert.Equal(reason, problem.GetProperty("reason").GetString());
            Assert.Contains("error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task Forged_key_ids_bring_one_fetch_in_half_a_minute()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        for (int i = 0; i < 20; i++) await gate.AuthenticateAsync(gate.Tokens.Hostile["kid as a path"]);
        Assert.Equal(1, gate.Issuer.Asked["/keys"]);

        gate.Gate.Time.Advance(TimeSpan.FromSeconds(30));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gate.AuthenticateAsync(gate.Tokens.Hostile["kid as SQL"])));
        Assert.Equal(2, gate.Issuer.Asked["/keys"]);
        Assert.DoesNotContain(gate.Issuer.Asked.Keys, path => path.Contains("dev/null", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_that_are_too_short_are_no_keys()
    {
        await using WorkloadGate gate = await WorkloadGate.StartAsync();
        gate.Issuer.Keys = gate.Tokens.WeakKeys;
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => gate.AuthenticateAsync(gate.Tokens.Good["RS256"]));
        Assert.Equal(ProblemTypes.IssuerUnavailable, refused.Type);
        Assert.Contains("jwk_weak", refused.Message);
    }
}
