using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Access;

/// <summary>Setting a gate up over HTTP alone.</summary>
public sealed class PrincipalTests(TargetGate gate)
{
    [Fact]
    public async Task Key_is_shown_once()
    {
        string subject = gate.Unique("shown");
        Answer answer = (await gate.Admin.PostAsync("api/principals", Principal("service", subject, "requester"))).Is(201);
        string key = answer.Json.GetProperty("key").GetString()!, keyId = answer.Json.GetProperty("keyId").GetString()!;
        Assert.Matches("^apk_[0-9a-f]{16}_[0-9a-f]{64}$", key);
        Assert.Equal("/api/principals/" + keyId, answer.Headers.Location!.OriginalString);

        string list = (await gate.Admin.GetAsync("api/principals")).Is(200).Text;
        Assert.Contains(subject, list, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Split('_')[2], list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service", "reviewer", 422, "invalid_value")]
    [InlineData("agent", "reviewer", 422, "invalid_value")]
    [InlineData("robot", "requester", 422, "invalid_value")]
    [InlineData("service", "owner", 422, "invalid_value")]
    public async Task Role_that_nobody_of_that_kind_has_is_refused(string kind, string role, int status, string code) =>
        (await gate.Admin.PostAsync("api/principals", Principal(kind, gate.Unique("refused"), role))).IsProblem(status, code);

    [Fact]
    public async Task Subject_is_of_one_kind_for_good()
    {
        (await gate.Admin.PostAsync("api/principals", Principal("service", gate.Ann.Subject, "requester"))).IsProblem(409, "principal_conflict");
        (await gate.Admin.PostAsync("api/principals", Principal("human", gate.Pipeline.Subject, "reviewer"))).IsProblem(409, "principal_conflict");
    }

    [Fact]
    public async Task Owner_is_a_person_whom_the_gate_knows()
    {
        foreach (string owner in (string[])["nobody-at-all", gate.Stranger.Subject])
        {
            JsonObject body = Principal("service", gate.Unique("owned"), "requester");
            body["owners"] = TargetGate.List([gate.Ann.Subject, owner]);
            Answer refused = (await gate.Admin.PostAsync("api/principals", body)).IsProblem(422, "unknown_principal");
            Assert.Equal("/owners/1", refused.Json.GetProperty("pointer").GetString());
        }
    }

    [Theory]
    [InlineData("subject", "\"\"")]
    [InlineData("subject", "\"a|b\"")]
    [InlineData("subject", "\"a\\nb\"")]
    [InlineData("roles", "[]")]
    [InlineData("groups", "[\"\"]")]
    public async Task Value_that_cannot_be_is_refused(string field, string value)
    {
        JsonObject body = Principal("service", gate.Unique("bad"), "requester");
        body[field] = JsonNode.Parse(value);
        (await gate.Admin.PostAsync("api/principals", body)).IsProblem(422, "invalid_value");
    }

    [Theory]
    [InlineData("0000000000000000")]
    [InlineData("nonsense")]
    public async Task Key_that_is_not_there_is_not_revoked(string keyId) => (await gate.Admin.DeleteAsync("api/principals/" + keyId)).IsProblem(404, "not_found");

    private static JsonObject Principal(string kind, string subject, string role) =>
        new() { ["kind"] = kind, ["subject"] = subject, ["roles"] = TargetGate.List([role]) };
}
