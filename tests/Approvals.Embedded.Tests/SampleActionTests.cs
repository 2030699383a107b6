using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;
using Approvals.Workflow.Actions;

namespace Approvals.Embedded.Tests;

/// <summary>Every request of samples/actions over HTTP, from submission to receipt, and what anybody verifies of it.</summary>
public sealed class SampleActionTests(TestGate gate) : IClassFixture<TestGate>
{
    public static TheoryData<string> Samples { get; } = new(
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void Samples_are_at_least_twelve() => Assert.True(Samples.Count >= 12);

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Sample_goes_from_request_to_verified_receipt(string sample)
    {
        JsonElement request = Read(sample);
        JsonElement accepted = await gate.SubmitAsync(request.GetRawText());
        string id = accepted.GetProperty("id").GetString()!;
        ActionDocument settled = await gate.SettledAsync(id);
        if (!settled.IsTerminal) await gate.DecideAsync(id, "approve");
        Assert.Equal(ActionStatus.Approved, (await gate.DecidedAsync(id)).Status);

        byte[] release = await gate.Pipeline.GetByteArrayAsync($"api/actions/{id}/release");
        string token = JsonDocument.Parse(release).RootElement.GetProperty("token").GetString()!;
        RecordVerification verified = (await VerifierAsync()).VerifyRelease(
            token, new JwtExpectations(TestGate.Name, "pipeline"), TimeProvider.System.GetUtcNow(), RecordEvidence.Parse(release));
        Assert.Empty(verified.Failures);
        Assert.Equal(accepted.GetProperty("actionDigest").GetString(), verified.Record!.Statement.ActionDigest);

        JsonObject binding = Binding(request, accepted);
        await TestGate.JsonAsync(RedeemAsync(token, binding));
        JsonElement refused = await TestGate.JsonAsync(RedeemAsync(token, binding), HttpStatusCode.Conflict);
        Assert.EndsWith("already_redeemed", refused.GetProperty("code").GetString(), StringComparison.Ordinal);
        await TestGate.JsonAsync(gate.Pipeline.PostAsJsonAsync($"api/actions/{id}/receipt", new JsonObject { ["outcome"] = "succeeded" }), HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("github-deployment-staging.json", null)]
    [InlineData("warehouse-export-partner.json", "data-with-secrets")]
    [InlineData("ci-secret-rotation.json", "credentials")]
    [InlineData("terraform-plan-prod.json", "infrastructure")]
    [InlineData("llm-tool-call-shell.json", "agent-tool-call")]
    [InlineData("github-deployment-production.json", "delivery")]
    public async Task Sample_is_judged_by_the_rule_that_means_it(string sample, string? reviewedBy)
    {
        JsonElement accepted = await gate.SubmitAsync(Read(sample).GetRawText());
        ActionDocument settled = await gate.SettledAsync(accepted.GetProperty("id").GetString()!);
        Assert.Equal(reviewedBy, settled.IsTerminal ? null : settled.Policy!.Rule);
    }

    [Fact]
    public async Task Sample_that_is_denied_has_a_record_and_no_release()
    {
        JsonElement accepted = await gate.SubmitAsync(Read("database-migration.json").GetRawText());
        string id = accepted.GetProperty("id").GetString()!;
        await gate.SettledAsync(id);
        await gate.DecideAsync(id, "deny");
        Assert.Equal(ActionStatus.Denied, (await gate.DecidedAsync(id)).Status);
        RecordVerification record = (await VerifierAsync()).VerifyRecord(RecordEvidence.Parse(await gate.Auditor.GetByteArrayAsync($"api/records/{id}")));
        Assert.Empty(record.Failures);
        Assert.Equal("denied", record.Decision!.Decision.Outcome);
        using HttpResponseMessage release = await gate.Pipeline.GetAsync($"api/actions/{id}/release");
        Assert.Equal(HttpStatusCode.Conflict, release.StatusCode);
    }

    [Fact]
    public async Task Action_that_nobody_decides_expires_with_a_record()
    {
        JsonObject request = JsonNode.Parse(Read("firewall-rule-open.json").GetRawText())!.AsObject();
        request["expiresIn"] = 1;
        string id = (await gate.SubmitAsync(request.ToJsonString())).GetProperty("id").GetString()!;
        ActionDocument decided = await gate.DecidedAsync(id);
        Assert.Equal(ActionStatus.Expired, decided.Status);
        Assert.NotNull(decided.LedgerIndex);
    }

    [Fact]
    public async Task Gate_is_ready()
    {
        JsonElement health = await TestGate.JsonAsync(gate.Pipeline.GetAsync("health/ready"));
        Assert.Equal(["database", "disk", "ledger", "policy", "signer"], health.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).Order());
    }

    private static JsonElement Read(string sample) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", sample))).RootElement;

    private async Task<LedgerVerifier> VerifierAsync() =>
        new(JsonWebKeySet.Parse(await gate.Pipeline.GetByteArrayAsync(".well-known/jwks.json")), TestGate.Name + "/ledger");

    private Task<HttpResponseMessage> RedeemAsync(string token, JsonObject binding) =>
        gate.Pipeline.PostAsync(
            "api/releases/redeem",
            new StringContent(new JsonObject { ["token"] = token, ["binding"] = binding.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/json"));

    private static JsonObject Binding(JsonElement request, JsonElement accepted)
    {
        JsonObject actor = JsonNode.Parse(accepted.GetProperty("actor").GetRawText())!.AsObject();
        actor.Remove("displayName");
        return new JsonObject
        {
            ["schemaVersion"] = 1,
            ["type"] = request.GetProperty("type").GetString(),
            ["actor"] = actor,
            ["subject"] = null,
            ["target"] = JsonNode.Parse(request.GetProperty("target").GetRawText()),
            ["parameters"] = JsonNode.Parse(request.GetProperty("parameters").GetRawText()),
            ["nonce"] = accepted.GetProperty("nonce").GetString(),
        };
    }
}
