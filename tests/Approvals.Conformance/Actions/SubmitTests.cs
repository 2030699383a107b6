using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Actions;

public sealed class SubmitTests(TargetGate gate)
{
    [Fact]
    public async Task Accepted_action_is_bound_to_exactly_what_was_sent()
    {
        JsonObject request = Scenarios.Reviewed();
        request["onBehalfOf"] = gate.Paul.Subject;
        request["target"] = new JsonObject { ["z"] = "Zürich \u20ac \ud83d\ude00", ["a"] = "tab\t quote\" slash\\ control\u0001", ["\u00e9"] = 1, ["E"] = -9007199254740991 };
        Answer answer = (await gate.Pipeline.PostAsync("api/actions", request)).Is(202);
        JsonElement accepted = answer.Json;
        string id = accepted.GetProperty("id").GetString()!;

        Assert.Equal('7', id[14]); // RFC 9562 section 5.7
        Assert.Equal("/api/actions/" + id, answer.Headers.Location!.OriginalString);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(32, GateKeys.FromBase64Url(accepted.GetProperty("nonce").GetString()!).Length);
        Assert.Equal(Bindings.DigestOf(request, accepted), accepted.GetProperty("actionDigest").GetString());
        Assert.Equal(gate.Pipeline.Subject, accepted.GetProperty("actor").GetProperty("subject").GetString());
        Assert.Equal(gate.Paul.Subject, accepted.GetProperty("subject").GetProperty("subject").GetString());
    }

    [Fact]
    public async Task Nonce_is_in_the_first_answer_and_in_no_other()
    {
        Submitted action = await gate.AllowedAsync();
        string nonce = action.Accepted.GetProperty("nonce").GetString()!;
        foreach (string path in (string[])[action.Path, action.Path + "/view", action.Path + "/release", "api/records/" + action.Id, "api/actions?limit=200"])
            Assert.DoesNotContain(nonce, (await gate.Pipeline.GetAsync(path)).Is(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_request_twice_is_two_actions_with_two_digests()
    {
        Submitted first = await gate.Pipeline.SubmitAsync(Scenarios.Allowed());
        Submitted second = await gate.Pipeline.SubmitAsync(Scenarios.Allowed());
        Assert.NotEqual(first.Id, second.Id);
        Assert.NotEqual(first.Digest, second.Digest);
    }

    [Fact]
    public async Task Policy_decides_alone_where_it_allows_or_denies()
    {
        JsonElement allowed = await gate.DecidedAsync(await gate.Pipeline.SubmitAsync(Scenarios.Allowed()));
        JsonElement denied = await gate.DecidedAsync(await gate.Pipeline.SubmitAsync(Scenarios.Denied()));

        Assert.Equal(("approved", "policy", "allow"), Outcome(allowed));
        Assert.Equal(("denied", "policy", "deny"), Outcome(denied));
        Assert.False(denied.GetProperty("policy").TryGetProperty("rule", out _)); // no rule named it
        static (string?, string?, string?) Outcome(JsonElement action) => (
            action.Status(), action.GetProperty("decision").GetProperty("by").GetString(), action.GetProperty("policy").GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task People_are_asked_where_policy_says_so()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        JsonElement shown = (await gate.Ann.GetAsync(action.Path)).Is(200).Json;
        JsonElement stage = shown.GetProperty("review").GetProperty("stage");

        Assert.Equal(["platform"], stage.GetProperty("groups").EnumerateArray().Select(group => group.GetString()));
        Assert.Equal(1, stage.GetProperty("quorum").GetInt32());
        Assert.Equal("infrastructure", shown.GetProperty("policy").GetProperty("rule").GetString());
        Assert.Equal(gate.Olga.Subject, Assert.Single(shown.GetProperty("owners").EnumerateArray()).GetProperty("subject").GetString());
        Assert.Equal(view, shown.GetProperty("view").GetProperty("digest").GetString());
        (await action.Requester.GetAsync(action.Path + "/release")).IsProblem(409, "not_decided");
    }

    [Fact]
    public async Task View_is_what_its_digest_names_and_holds_no_planted_value()
    {
        string canary = "canary." + gate.Unique("mail") + "@nest.example", secret = "Pa55-" + gate.Unique("kx9v");
        JsonObject request = Scenarios.Reviewed();
        request["parameters"] = new JsonObject { ["owner"] = canary, ["env"] = "DB_PASSWORD=" + secret, ["card"] = "4929608327449914" };
        request["context"] = new JsonObject { ["requestedBy"] = canary, ["password"] = secret };
        request["justification"] = $"Asked for by {canary}.";
        (Submitted action, string digest) = await gate.ReviewAsync(gate.Pipeline, request);
        JsonElement view = (await gate.Ann.GetAsync(action.Path + "/view")).Is(200).Json;

        Assert.Equal(digest, view.GetProperty("digest").GetString());
        Assert.Equal(digest, Canonical.DigestOf(view.GetProperty("content")));
        string[] types = [.. view.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("type").GetString()!)];
        Assert.Contains("EMAIL", types);
        Assert.Contains("CREDIT_CARD", types);
        (await gate.Ann.VoteAsync(action, digest, justification: $"Told {canary} that password={secret} must go.")).Is(200, 202);
        await gate.DecidedAsync(action);
        foreach (Caller caller in (Caller[])[gate.Pipeline, gate.Ann, gate.Auditor, gate.Admin])
        {
            foreach (string path in (string[])[action.Path, action.Path + "/view", "api/records/" + action.Id, "api/actions?limit=50"])
                AssertNone(await caller.GetAsync(path));
        }

        AssertNone(await gate.Pipeline.GetAsync(action.Path + "/release"));
        void AssertNone(Answer answer)
        {
            foreach (string planted in (string[])[canary, secret, "4929608327449914"]) Assert.False(answer.Is(200).Text.Contains(planted, StringComparison.Ordinal), $"{answer.Request} holds a planted value.");
        }
    }

    [Theory]
    [InlineData("60")]
    [InlineData("\"PT1M\"")]
    [InlineData("60.5")]
    [InlineData("\"P7D\"")]
    public async Task Deadline_is_seconds_or_a_duration(string expiresIn)
    {
        JsonObject request = Scenarios.Allowed();
        request["expiresIn"] = JsonNode.Parse(expiresIn);
        Submitted action = await gate.Pipeline.SubmitAsync(request);
        JsonElement shown = (await gate.Pipeline.GetAsync(action.Path)).Is(200).Json;
        TimeSpan given = shown.GetProperty("expiresAt").GetDateTimeOffset() - shown.GetProperty("requestedAt").GetDateTimeOffset();
        TimeSpan asked = expiresIn.Contains('P', StringComparison.Ordinal) ? System.Xml.XmlConvert.ToTimeSpan(expiresIn.Trim('"')) : TimeSpan.FromSeconds(double.Parse(expiresIn));
        Assert.Equal(asked, given);
    }

    [Theory]
    [InlineData("expiresIn", "1", "invalid_value")]
    [InlineData("expiresIn", "-60", "invalid_value")]
    [InlineData("expiresIn", "1e12", "invalid_value")]
    [InlineData("expiresIn", "\"P1M\"", "invalid_value")]
    [InlineData("expiresIn", "\"tomorrow\"", "invalid_value")]
    [InlineData("expiresIn", "\"P8D\"", "invalid_value")]
    [InlineData("type", "\"\"", "invalid_value")]
    [InlineData("type", "\"Data Export\"", "invalid_value")]
    [InlineData("target", "\"\"", "invalid_value")]
    [InlineData("target", "{}", "invalid_value")]
    [InlineData("audience", "\" \"", "invalid_value")]
    [InlineData("callbackUrl", "\"https://elsewhere.example/hook\"", "callback_not_allowed")]
    [InlineData("callbackUrl", "\"http://127.0.0.1/hook\"", "callback_not_allowed")]
    [InlineData("callbackUrl", "\"file:///etc/passwd\"", "callback_not_allowed")]
    [InlineData("onBehalfOf", "\"nobody-at-all\"", "unknown_principal")]
    [InlineData("onBehalfOf", "{\"issuer\":\"https://idp.example\",\"subject\":\"x\"}", "unknown_principal")]
    [InlineData("parameters", "{\"rows\":9007199254740993}", "invalid_value")]
    [InlineData("parameters", "{\"rows\":1e999}", "invalid_value")]
    public async Task Value_that_cannot_be_is_refused_with_its_place(string field, string value, string code)
    {
        Caller sloppy = await gate.AddAsync("service", "sloppy", ["requester"]);
        JsonObject request = Scenarios.Allowed();
        request.Remove(field);
        string json = request.ToJsonString()[..^1] + $",\"{field}\":{value}}}";
        Answer refused = (await sloppy.PostAsync("api/actions", json)).IsProblem(422, code);
        if (field != "parameters") Assert.Equal("/" + field, refused.Json.GetProperty("pointer").GetString());
        Assert.Empty((await sloppy.GetAsync("api/actions")).Is(200).Json.GetProperty("actions").EnumerateArray());
    }

    [Fact]
    public async Task Requester_does_not_act_on_behalf_of_itself()
    {
        JsonObject request = Scenarios.Allowed();
        request["onBehalfOf"] = gate.Pipeline.Subject;
        (await gate.Pipeline.PostAsync("api/actions", request)).IsProblem(422, "invalid_value");
    }

    [Fact]
    public async Task Requests_up_to_the_limits_are_taken()
    {
        JsonObject request = Scenarios.Allowed(new string('a', 100));
        request["target"] = new string('t', 2000);
        request["justification"] = new string('j', 2000);
        JsonNode nested = new JsonObject { ["leaf"] = 1 };
        for (int depth = 0; depth < 61; depth++) nested = new JsonArray(nested);
        request["parameters"] = new JsonObject { ["deep"] = nested, ["big"] = string.Concat(Enumerable.Repeat("lorem ipsum ", 40_000)) };
        Submitted action = await gate.Pipeline.SubmitAsync(request);
        Assert.Equal(Bindings.DigestOf(request, action.Accepted), action.Digest);
        Assert.Equal("denied", (await gate.DecidedAsync(action)).Status());
    }
}
