using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Actions;

public sealed class IdempotencyTests(TargetGate gate)
{
    [Fact]
    public async Task Repeated_request_is_the_same_action_with_the_same_nonce()
    {
        string key = gate.Unique("once");
        Submitted first = await gate.Pipeline.SubmitAsync(Scenarios.Denied(), key);
        await gate.DecidedAsync(first);
        var reordered = new JsonObject { ["target"] = "anything", ["type"] = "conformance.unheard-of" };
        Submitted again = await gate.Pipeline.SubmitAsync(reordered, key);
        foreach (string name in (string[])["id", "nonce", "actionDigest", "expiresAt"])
            Assert.Equal(first.Accepted.GetProperty(name).GetString(), again.Accepted.GetProperty(name).GetString());
    }

    [Fact]
    public async Task Key_stands_for_one_request_of_one_requester()
    {
        string key = gate.Unique("mine");
        Submitted first = await gate.Pipeline.SubmitAsync(Scenarios.Denied(), key);
        JsonObject other = Scenarios.Denied();
        other["target"] = "something else";
        (await gate.Pipeline.PostAsync("api/actions", other, key)).IsProblem(422, "idempotency_key_reused");
        Assert.NotEqual(first.Id, (await gate.Stranger.SubmitAsync(Scenarios.Denied(), key)).Id);
    }

    [Fact]
    public async Task Request_sent_many_times_at_once_is_one_action()
    {
        Caller requester = await gate.AddAsync("service", "impatient", ["requester"]);
        string key = gate.Unique("burst");
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => requester.PostAsync("api/actions", Scenarios.Denied(), key)));
        string[] distinct = [.. answers.Select(answer => answer.Is(202).Json).Select(json => $"{json.GetProperty("id")} {json.GetProperty("nonce")} {json.GetProperty("actionDigest")}").Distinct()];
        Assert.Single(distinct);
        Assert.Single((await requester.GetAsync("api/actions")).Is(200).Json.GetProperty("actions").EnumerateArray());
    }

    [Fact]
    public async Task Different_requests_at_once_under_one_key_are_one_action_and_refusals()
    {
        Caller requester = await gate.AddAsync("service", "confused", ["requester"]);
        string key = gate.Unique("clash");
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
        {
            JsonObject request = Scenarios.Denied();
            request["target"] = "target " + i;
            return requester.PostAsync("api/actions", request, key);
        }));
        Assert.Single(answers, answer => answer.Is(202, 422).Status == 202);
        Assert.All(answers.Where(answer => answer.Status == 422), answer => answer.IsProblem(422, "idempotency_key_reused"));
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("")]
    public async Task Key_that_is_none_is_refused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/actions") { Content = Caller.Json(Scenarios.Denied().ToJsonString()) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        (await gate.Pipeline.SendAsync(request)).IsProblem(400, "invalid_parameter");
    }

    [Fact]
    public async Task Key_past_its_length_is_refused() =>
        (await gate.Pipeline.PostAsync("api/actions", Scenarios.Denied(), new string('k', 256))).IsProblem(400, "invalid_parameter");
}
