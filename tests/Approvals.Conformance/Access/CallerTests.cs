using System.Text.Json.Nodes;
using Approvals.Conformance.Contract;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Access;

/// <summary>Who may call what.</summary>
public sealed class CallerTests(TargetGate gate)
{
    [Fact]
    public void Nothing_is_anonymous_but_health_keys_checkpoint_and_the_description() =>
        Assert.Equal(
            ["get-checkpoint", "get-keys", "get-openapi", "live", "ready"],
            gate.Api.Operations.Where(operation => !operation.NeedsCaller).Select(operation => operation.Id).Order());

    [Fact]
    public async Task Credentials_that_are_missing_or_wrong_open_no_operation()
    {
        string revoked = (await RevokedAsync()).Key!, good = gate.Pipeline.Key!;
        string?[] credentials =
        [
            null, "Bearer", "Bearer ", "Bearer apk_", "Basic " + Convert.ToBase64String("admin:admin"u8), good, "Bearer " + good[..^1],
            "Bearer " + good + "0", "Bearer " + good[..^1] + (good[^1] == '0' ? '1' : '0'), "Bearer apk_0000000000000000_" + new string('0', 64),
            "Bearer " + good.ToUpperInvariant(), "Bearer " + revoked, "Bearer eyJhbGciOiJub25lIn0.e30.", $"Bearer {good}, Bearer {good}",
        ];
        foreach (Operation operation in gate.Api.Operations.Where(operation => operation.NeedsCaller))
        {
            string path = operation.Example(_ => Guid.Empty.ToString());
            foreach (string? value in operation.Id is "list-actions" or "submit-action" ? credentials : [null, "Bearer " + revoked])
            {
                using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
                if (value is not null) request.Headers.TryAddWithoutValidation("Authorization", value);
                (await gate.Nobody.SendAsync(request)).IsProblem(401, "unauthenticated");
            }
        }
    }

    [Fact]
    public async Task Role_that_is_not_enough_is_told_so_before_anything_else()
    {
        string id = (await gate.ReviewAsync()).Action.Id, self = "api/actions/" + id;
        (string Method, string Path, Caller[] Forbidden)[] rules =
        [
            ("POST", "api/actions", [gate.Ann, gate.Auditor, gate.Admin]),
            ("DELETE", self, [gate.Ann, gate.Auditor]),
            ("POST", self + "/votes", [gate.Pipeline, gate.Auditor, gate.Admin]),
            ("POST", self + "/review-link", [gate.Pipeline, gate.Auditor, gate.Admin]),
            ("GET", self + "/release", [gate.Ann, gate.Auditor, gate.Admin]),
            ("POST", "api/releases/redeem", [gate.Ann, gate.Auditor, gate.Admin]),
            ("POST", self + "/receipt", [gate.Ann, gate.Auditor, gate.Admin]),
            ("POST", "api/principals", [gate.Pipeline, gate.Ann, gate.Auditor]),
            ("GET", "api/principals", [gate.Pipeline, gate.Ann, gate.Auditor]),
            ("DELETE", "api/principals/" + gate.Ben.KeyId, [gate.Pipeline, gate.Ann, gate.Auditor]),
        ];
        foreach ((string method, string path, Caller[] forbidden) in rules)
        {
            foreach (Caller caller in forbidden)
                (await caller.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? Caller.Json("{}") : null })).IsProblem(403, "forbidden");
        }

        (await gate.Ben.GetAsync(self)).Is(200); // nobody revoked it
    }

    [Fact]
    public async Task Action_of_somebody_else_is_not_there()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        foreach (string path in (string[])[action.Path, action.Path + "/view", action.Path + "?wait=1", "api/records/" + action.Id])
        {
            foreach (Caller caller in (Caller[])[gate.Stranger, gate.Agent, gate.Runner, gate.Lou]) (await caller.GetAsync(path)).IsProblem(404, "not_found");
        }

        Answer theirs = await gate.Stranger.GetAsync(action.Path), nobodys = await gate.Stranger.GetAsync("api/actions/" + Guid.Empty);
        Assert.Equal(nobodys.Text, theirs.Text); // not even by a word
        (await gate.Stranger.DeleteAsync(action.Path)).IsProblem(404, "not_found");
        (await gate.Stranger.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = "started" })).IsProblem(404, "not_found");
        (await gate.Lou.VoteAsync(action, view)).IsProblem(404, "not_found");
    }

    [Theory]
    [InlineData("not-an-id")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("{00000000-0000-0000-0000-000000000000}")]
    [InlineData("00000000-0000-0000-0000-00000000000A")]
    [InlineData("%2e%2e")]
    [InlineData("'%20OR%201=1--")]
    public async Task Id_of_another_form_is_not_there(string id)
    {
        foreach (string path in (string[])[$"api/actions/{id}", $"api/actions/{id}/view", $"api/records/{id}"])
            Assert.Equal(404, (await gate.Auditor.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Key_is_refused_from_the_moment_it_is_revoked()
    {
        Caller leaver = await gate.AddAsync("service", "leaver", ["requester"]);
        Submitted action = await leaver.SubmitAsync(Scenarios.Reviewed());
        (await gate.Admin.DeleteAsync("api/principals/" + leaver.KeyId)).Is(204);
        (await leaver.GetAsync(action.Path)).IsProblem(401, "unauthenticated");
        (await leaver.PostAsync("api/actions", Scenarios.Allowed())).IsProblem(401, "unauthenticated");
        (await gate.Admin.DeleteAsync("api/principals/" + leaver.KeyId)).Is(204); // said twice
    }

    private async Task<Caller> RevokedAsync()
    {
        Caller caller = await gate.AddAsync("service", "revoked", ["requester"]);
        (await gate.Admin.DeleteAsync("api/principals/" + caller.KeyId)).Is(204);
        return caller;
    }
}
