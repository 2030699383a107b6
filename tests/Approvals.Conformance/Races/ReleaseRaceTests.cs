using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Races;

/// <summary>Promise 8 under fire: many executors, many tokens, one redemption.</summary>
public sealed class ReleaseRaceTests(TargetGate gate)
{
    [Fact]
    public async Task Release_redeemed_by_many_at_once_is_redeemed_once()
    {
        for (int round = 0; round < 3; round++)
        {
            Submitted action = await gate.AllowedAsync();
            string[] tokens = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TokenAsync(action)));
            Answer[] answers = await Task.WhenAll(tokens.Concat(tokens).Select((token, index) => RedeemAsync(action, token, index % 2 == 0 ? null : gate.Unique("key"))));
            Assert.Single(answers, answer => answer.Status == 200);
            Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(409, "already_redeemed"));
        }
    }

    [Fact]
    public async Task Redemption_sent_many_times_at_once_under_one_key_is_one_redemption()
    {
        Submitted action = await gate.AllowedAsync();
        string token = await TokenAsync(action), key = gate.Unique("once");
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RedeemAsync(action, token, key)));
        Assert.Single(answers.Select(answer => answer.Is(200).Text).Distinct());
    }

    [Fact]
    public async Task Executor_that_reports_two_ends_at_once_is_believed_once()
    {
        Submitted action = await gate.AllowedAsync();
        (await RedeemAsync(action, await TokenAsync(action), null)).Is(200);
        string[] outcomes = ["succeeded", "failed", "succeeded", "failed"];
        Answer[] answers = await Task.WhenAll(outcomes.Select(outcome => gate.Pipeline.PostAsync(action.Path + "/receipt", new JsonObject { ["outcome"] = outcome })));
        string[] believed = [.. answers.Where(answer => answer.Is(201, 409).Status == 201).Select(answer => answer.Json.GetProperty("outcome").GetString()!).Distinct()];
        Assert.All(answers.Where(answer => answer.Status == 409), answer => answer.IsProblem(409, "already_reported"));
        JsonElement receipt = (await gate.Pipeline.GetAsync(action.Path)).Is(200).Json.GetProperty("receipt");
        Assert.Equal(Assert.Single(believed), receipt.GetProperty("outcome").GetString());
    }

    private async Task<string> TokenAsync(Submitted action) => (await gate.Pipeline.GetAsync(action.Path + "/release")).Is(200).Json.GetProperty("token").GetString()!;

    private Task<Answer> RedeemAsync(Submitted action, string token, string? key) =>
        gate.Pipeline.PostAsync("api/releases/redeem", new JsonObject { ["token"] = token, ["binding"] = Bindings.Of(action.Request, action.Accepted) }, key);
}
