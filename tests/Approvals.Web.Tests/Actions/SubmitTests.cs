using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Ledger.Json;
using Approvals.Web.Problems;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Tests.Actions;

public sealed class SubmitTests
{
    private const string Body = """{"type":"data.export","target":{"bucket":"s3://x"},"parameters":{"n":1.50,"who":"ann@example.com"},"onBehalfOf":"eve"}""";

    [Fact]
    public async Task Accepted_answer_lets_the_caller_make_the_same_binding()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        HttpResponseMessage response = await client.PostAsync("/api/actions", Gate.Json(Body));
        JsonElement accepted = await Gate.ReadAsync(response);

        string id = accepted.GetProperty("id").GetString()!;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("/api/actions/" + id, response.Headers.Location!.OriginalString);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal('7', id[14]);
        JsonNode Reference(string name) => new JsonObject
        {
            ["kind"] = accepted.GetProperty(name).GetProperty("kind").GetString(),
            ["issuer"] = accepted.GetProperty(name).GetProperty("issuer").GetString(),
            ["subject"] = accepted.GetProperty(name).GetProperty("subject").GetString(),
        };
        var binding = new JsonObject
        {
            ["schemaVersion"] = 1,
            ["type"] = "data.export",
            ["actor"] = Reference("actor"),
            ["subject"] = Reference("subject"),
            ["target"] = new JsonObject { ["bucket"] = "s3://x" },
            ["parameters"] = new JsonObject { ["n"] = 1.5, ["who"] = "ann@example.com" },
            ["nonce"] = accepted.GetProperty("nonce").GetString(),
        };
        Assert.Equal(Sha256Digest.Of(CanonicalJson.Canonicalize(binding)), accepted.GetProperty("actionDigest").GetString());
    }

    [Fact]
    public async Task Repeated_request_under_its_key_gets_the_same_action_and_another_one_is_refused()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "run-8812");
        JsonElement first = await Gate.ReadAsync(await client.PostAsync("/api/actions", Gate.Json(Body)));
        gate.Time.Advance(TimeSpan.FromMinutes(1));
        JsonElement second = await Gate.ReadAsync(await client.PostAsync("/api/actions", Gate.Json(Body.Replace("1.50", "1.5"))));

        foreach (string field in (string[])["id", "nonce", "actionDigest", "expiresAt"])
            Assert.Equal(first.GetProperty(field).GetString(), second.GetProperty(field).GetString());
        Assert.Single(gate.Ports.Documents);
        await Contract.IsProblemAsync(
            await client.PostAsync("/api/actions", Gate.Json(Body.Replace("1.50", "2"))), ProblemTypes.IdempotencyKeyReused, "submit-action");

        using HttpClient other = gate.Client(Gate.Bot);
        other.DefaultRequestHeaders.Add("Idempotency-Key", "run-8812");
        JsonElement foreign = await Gate.ReadAsync(await other.PostAsync("/api/actions", Gate.Json(Body)));
        Assert.NotEqual(first.GetProperty("id").GetString(), foreign.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Request_that_was_reserved_but_not_started_goes_on_under_its_id()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient client = gate.Client(Gate.Etl);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "k1");
        gate.Engine.BusyFor = TimeSpan.FromSeconds(3);
        HttpResponseMessage busy = await client.PostAsync("/api/actions", Gate.Json(Body));
        await Contract.IsProblemAsync(busy, ProblemTypes.Busy, "submit-action");
        Assert.Equal(TimeSpan.FromSeconds(3), busy.Headers.RetryAfter!.Delta);
        string reserved = Assert.Single(gate.Ports.Sealed).Key;

        gate.Engine.BusyFor = null;
        JsonElement accepted = await Gate.ReadAsync(await client.PostAsync("/api/actions", Gate.Json(Body)));
        Assert.Equal(reserved, accepted.GetProperty("id").GetString());
        ActionDocument document = await gate.UntilAsync(reserved, document => document.View is not null);
        Assert.Equal(accepted.GetProperty("actionDigest").GetString(), document.Request.ActionDigest);
    }

    [Fact]
    public async Task Raw_values_and_nonce_are_in_no_answer_but_the_first_and_in_no_log()
    {
        await using Gate gate = await Gate.StartAsync();
        using HttpClient etl = gate.Client(Gate.Etl);
        JsonElement accepted = await gate.SubmitAsync(body: Body);
        string id = accepted.GetProperty("id").GetString()!;
        await gate.UntilAsync(id, document => document.Status == ActionStatus.InReview);
        string answers = await etl.GetStringAsync("/api/actions/" + id) + await etl.GetStringAsync($"/api/actions/{id}/view") + await etl.GetStringAsync("/api/actions");

        Assert.DoesNotContain("ann@example.com", answers);
        Assert.DoesNotContain(accepted.GetProperty("nonce").GetString()!, answers);
        Assert.DoesNotContain(gate.Log.Lines, line => line.Contains("ann@example.com") || line.Contains(gate.KeyOf(Gate.Etl)[^32..]));
    }

    [Fact]
    public async Task Owner_of_an_agent_and_of_whom_it_acts_for_stand_in_the_chain()
    {
        await using Gate gate = await Gate.StartAsync();
        JsonElement accepted = await gate.SubmitAsync(Gate.Bot, """{"type":"a","target":"t","onBehalfOf":"etl"}""");
        ActionDocument document = gate.Ports.Documents.Single(stored => stored.Id == accepted.GetProperty("id").GetString());
        Assert.Equal(["ann", "root"], document.Request.Chain.Owners.Select(owner => owner.Subject));
    }
}
