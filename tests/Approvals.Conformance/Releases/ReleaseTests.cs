using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Releases;

public sealed class ReleaseTests(TargetGate gate)
{
    [Fact]
    public async Task Release_verifies_with_nothing_but_the_public_keys()
    {
        Submitted action = await gate.ApprovedAsync();
        JsonElement release = (await gate.Pipeline.GetAsync(action.Path + "/release")).Is(200).Json;
        GateKeys keys = await gate.KeysAsync();
        JsonElement claims = keys.Claims(release.GetProperty("token").GetString()!);
        JsonElement predicate = Evidence.Verify(keys, action, release).GetProperty("predicate");

        Assert.Equal("approved", predicate.GetProperty("decision").GetProperty("outcome").GetString());
        Assert.Equal(action.Digest, claims.GetProperty("action_digest").GetString());
        Assert.Equal((action.Id, action.Id), (claims.GetProperty("action_id").GetString(), claims.GetProperty("jti").GetString()));
        Assert.Equal((gate.Pipeline.Subject, gate.Pipeline.Subject), (claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
        Assert.Equal(release.GetProperty("ledger").GetProperty("index").GetInt64(), claims.GetProperty("ledger_index").GetInt64());
        Assert.Equal(Canonical.DigestOf(System.Text.Encoding.UTF8.GetBytes(release.GetProperty("record").GetString()!)), claims.GetProperty("record_digest").GetString());
        Assert.Equal(action.Accepted.GetProperty("expiresAt").GetDateTimeOffset().ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
        Assert.True(claims.GetProperty("nbf").GetInt64() <= claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task Release_is_redeemed_once_for_exactly_what_was_approved()
    {
        Submitted action = await gate.ApprovedAsync();
        string token = await TokenAsync(action);
        JsonObject binding = Bindings.Of(action.Request, action.Accepted);
        foreach (string changed in (string[])["target", "parameters", "type", "nonce", "schemaVersion", "actor"])
        {
            JsonObject other = binding.DeepClone().AsObject();
            other[changed] = changed == "schemaVersion" ? 2 : new JsonObject { ["other"] = 1 };
            (await RedeemAsync(gate.Pipeline, token, other)).IsProblem(422, "other_action");
        }

        JsonElement redemption = (await RedeemAsync(gate.Pipeline, token, binding)).Is(200).Json;
        Assert.Equal((action.Id, action.Digest), (redemption.GetProperty("actionId").GetString(), redemption.GetProperty("actionDigest").GetString()));
        (await RedeemAsync(gate.Pipeline, token, binding)).IsProblem(409, "already_redeemed");
        (await RedeemAsync(gate.Pipeline, await TokenAsync(action), binding)).IsProblem(409, "already_redeemed"); // a new token is of the same release
        (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["actionDigest"] = action.Digest })).IsProblem(409, "already_redeemed");
        Assert.True((await gate.Pipeline.GetAsync(action.Path)).Is(200).Json.TryGetProperty("redeemedAt", out _));
    }

    [Fact]
    public async Task Digest_of_the_binding_redeems_as_the_binding_does()
    {
        Submitted action = await gate.AllowedAsync();
        var body = new JsonObject { ["token"] = await TokenAsync(action), ["actionDigest"] = Bindings.DigestOf(action.Request, action.Accepted) };
        (await gate.Pipeline.PostAsync("api/releases/redeem", body)).Is(200);
    }

    [Fact]
    public async Task Redemption_that_is_repeated_under_its_key_gets_its_answer_again()
    {
        Submitted action = await gate.AllowedAsync();
        string token = await TokenAsync(action), key = gate.Unique("redeem");
        JsonObject binding = Bindings.Of(action.Request, action.Accepted);
        string first = (await RedeemAsync(gate.Pipeline, token, binding, key)).Is(200).Text;
        Assert.Equal(first, (await RedeemAsync(gate.Pipeline, token, binding, key)).Is(200).Text);
        (await RedeemAsync(gate.Pipeline, token, binding, gate.Unique("other"))).IsProblem(409, "already_redeemed");
        (await RedeemAsync(gate.Pipeline, token, binding)).IsProblem(409, "already_redeemed");
    }

    [Fact]
    public async Task Release_is_handed_to_who_asked_and_redeemed_by_whom_it_is_for()
    {
        JsonObject request = Scenarios.Allowed();
        request["audience"] = gate.Runner.Subject;
        Submitted action = await gate.AllowedAsync(request);
        JsonObject binding = Bindings.Of(action.Request, action.Accepted);
        foreach (Caller caller in (Caller[])[gate.Stranger, gate.Runner]) (await caller.GetAsync(action.Path + "/release")).IsProblem(404, "not_found");
        foreach (Caller caller in (Caller[])[gate.Ann, gate.Auditor, gate.Admin]) (await caller.GetAsync(action.Path + "/release")).IsProblem(403, "forbidden");
        string token = await TokenAsync(action);

        (await RedeemAsync(gate.Pipeline, token, binding)).IsProblem(403, "other_audience"); // asked for it, and does not run it
        (await RedeemAsync(gate.Stranger, token, binding)).IsProblem(403, "other_audience");
        (await RedeemAsync(gate.Runner, token, binding)).Is(200);
        (await gate.Runner.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "succeeded" })).Is(201);
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "failed" })).IsProblem(403, "other_audience");
    }

    [Fact]
    public async Task Token_that_was_changed_or_is_none_releases_nothing()
    {
        Submitted action = await gate.AllowedAsync();
        string token = await TokenAsync(action);
        string[] parts = token.Split('.');
        string Encode(string json) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(json));
        string claims = System.Text.Encoding.UTF8.GetString(GateKeys.FromBase64Url(parts[1]));
        string[] forged =
        [
            "", ".", "a.b.c", token + "=", token[..^1], parts[0] + "." + parts[1] + ".", new string('x', 16 * 1024), gate.Pipeline.Key!,
            $"{Encode("{\"alg\":\"none\",\"typ\":\"approvals-release+jwt\"}")}.{parts[1]}.",
            $"{parts[0]}.{Encode(claims.Replace(action.Id, gate.Run, StringComparison.Ordinal))}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}",
            $"{parts[0]}.{parts[1]}.{new string('A', 86)}",
        ];
        foreach (string text in forged)
            (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = text, ["actionDigest"] = action.Digest })).IsProblem(422, "invalid_token");
        (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = new string('x', 16 * 1024 + 1), ["actionDigest"] = action.Digest })).IsProblem(422, "invalid_value");
        (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token })).IsProblem(400, "missing_field");
        (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["actionDigest"] = action.Digest, ["binding"] = new JsonObject() })).IsProblem(400, "missing_field");
        (await gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["actionDigest"] = action.Digest.ToUpperInvariant() })).IsProblem(422, "invalid_value");
        (await RedeemAsync(gate.Pipeline, token, Bindings.Of(action.Request, action.Accepted))).Is(200);
    }

    [Fact]
    public async Task Nothing_is_released_without_an_approval()
    {
        (Submitted open, _) = await gate.ReviewAsync();
        Submitted denied = await gate.Pipeline.SubmitAsync(Scenarios.Denied());
        await gate.DecidedAsync(denied);
        (await gate.Pipeline.GetAsync(open.Path + "/release")).IsProblem(409, "not_decided");
        (await gate.Pipeline.GetAsync(denied.Path + "/release")).IsProblem(409, "not_approved");
        foreach (Submitted action in (Submitted[])[open, denied])
            (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "started" })).IsProblem(409, "not_redeemed");
        (await gate.Auditor.GetAsync("api/records/" + open.Id)).IsProblem(404, "not_found");
        await gate.RecordAsync(denied);
    }

    [Fact]
    public async Task Executor_reports_the_start_and_the_end_once_each()
    {
        Submitted action = await gate.AllowedAsync();
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "started" })).IsProblem(409, "not_redeemed");
        (await RedeemAsync(gate.Pipeline, await TokenAsync(action), Bindings.Of(action.Request, action.Accepted))).Is(200);
        string digest = "sha256:" + new string('a', 64);
        JsonElement started = (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "started" })).Is(201).Json;
        JsonObject ended = new() { ["outcome"] = "succeeded", ["resultDigest"] = digest };
        JsonElement first = (await gate.Pipeline.PostAsync(action.Path + "/receipt", ended)).Is(201).Json;
        JsonElement again = (await gate.Pipeline.PostAsync(action.Path + "/receipt", ended)).Is(201).Json;

        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.True(first.GetProperty("ledgerIndex").GetInt64() > started.GetProperty("ledgerIndex").GetInt64());
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "failed" })).IsProblem(409, "already_reported");
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "succeeded" })).IsProblem(409, "already_reported");
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "started" })).Is(201); // said before, and late
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "exploded" })).IsProblem(422, "invalid_value");
        (await gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "failed", ["resultDigest"] = "sha256:short" })).IsProblem(422, "invalid_value");
        JsonElement receipt = (await gate.Pipeline.GetAsync(action.Path)).Is(200).Json.GetProperty("receipt");
        Assert.Equal(("succeeded", digest), (receipt.GetProperty("outcome").GetString(), receipt.GetProperty("resultDigest").GetString()));
    }

    private async Task<string> TokenAsync(Submitted action) => (await gate.Pipeline.GetAsync(action.Path + "/release")).Is(200).Json.GetProperty("token").GetString()!;

    private static Task<Answer> RedeemAsync(Caller executor, string token, JsonObject binding, string? key = null) =>
        executor.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["binding"] = binding.DeepClone() }, key);
}
