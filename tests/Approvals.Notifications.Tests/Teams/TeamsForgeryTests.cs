using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;

namespace Approvals.Notifications.Tests.Teams;

/// <summary>What must not count, however it is dressed up.</summary>
public sealed class TeamsForgeryTests
{
    [Fact]
    public async Task Call_without_microsofts_token_for_this_bot_is_refused_and_told_nothing()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync();
        JsonElement form = await teams.LookAsync(gate, await teams.PostedAsync());
        JsonObject vote = FakeTeams.Invoke("approve", FakeTeams.SealOf(form, "approve"), justification: "Agreed.");
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using RSA other = RSA.Create(2048);
        byte[] pem = System.Text.Encoding.ASCII.GetBytes(teams.Key.ExportSubjectPublicKeyInfoPem());
        var answers = new HashSet<string>();
        foreach ((string name, string? token) in new (string, string?)[]
        {
            ("none at all", null),
            ("no token", ""),
            ("no JWT", "abc"),
            ("another bot's", teams.Token(claims => claims["aud"] = "00000000-0000-4000-8000-00000000b070")),
            ("several bots'", teams.Token(claims => claims["aud"] = new JsonArray(FakeTeams.App, "other"))),
            ("another issuer", teams.Token(claims => claims["iss"] = "https://sts.windows.net/" + FakeTeams.Tenant + "/")),
            ("issuer with a slash", teams.Token(claims => claims["iss"] = "https://api.botframework.com/")),
            ("expired", teams.Token(claims => claims["exp"] = now - 301)),
            ("without end", teams.Token(claims => claims.Remove("exp"))),
            ("not yet", teams.Token(claims => claims["nbf"] = now + 360)),
            ("unsigned", teams.Token(header: header => header["alg"] = "none", sign: _ => [])),
            ("HS256 with the public key", teams.Token(header: header => header["alg"] = "HS256", sign: data => HMACSHA256.HashData(pem, data))),
            ("PS256", teams.Token(header: header => header["alg"] = "PS256", sign: data => teams.Key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))),
            ("RS512", teams.Token(header: header => header["alg"] = "RS512", sign: data => teams.Key.SignData(data, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1))),
            ("another key", teams.Token(sign: data => other.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))),
            ("another key id", teams.Token(header: header => header["kid"] = "connector-2")),
            ("for another service", teams.Token(claims => claims["serviceurl"] = "https://smba.trafficmanager.net/amer/")),
            ("for no service", teams.Token(claims => claims.Remove("serviceurl"))),
            ("for several services", teams.Token(claims => claims["serviceurl"] = new JsonArray(FakeTeams.ServiceUrl))),
        })
            await RefusedAsync(FakeTeams.SendRawAsync(gate, vote.ToJsonString(), token), name, answers);

        foreach ((string name, Action<JsonObject> change) in new (string, Action<JsonObject>)[]
        {
            ("activity of another service", activity => activity["serviceUrl"] = "https://evil.example/"),
            ("activity without a service", activity => activity.Remove("serviceUrl")),
            ("activity of another channel", activity => activity["channelId"] = "webchat"),
            ("activity of another tenant", activity => activity["channelData"]!["tenant"]!["id"] = "7e4a4700-0000-4000-8000-000000000002"),
            ("conversation of another tenant", activity => activity["conversation"]!["tenantId"] = "7e4a4700-0000-4000-8000-000000000002"),
            ("user of another tenant", activity => activity["from"]!["tenantId"] = "7e4a4700-0000-4000-8000-000000000002"),
            ("activity of no tenant", activity =>
            {
                activity.Remove("channelData");
                activity["conversation"]!.AsObject().Remove("tenantId");
            }),
        })
        {
            JsonObject changed = vote.DeepClone().AsObject();
            change(changed);
            await RefusedAsync(teams.SendAsync(gate, changed), name, answers);
        }

        Assert.Single(answers); // whatever was wrong
        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);
        foreach (long skew in (long[])[-240, 240])
        {
            using HttpResponseMessage good = await teams.SendAsync(gate, FakeTeams.Activity("message"), teams.Token(claims => (claims["nbf"], claims["exp"]) = (now + skew, now + skew + 60)));
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("""["msteams"]""", true)]
    [InlineData("""["webchat"]""", false)]
    [InlineData("[]", false)]
    public async Task Key_that_is_not_endorsed_for_teams_signs_for_nobody(string? endorsements, bool isTaken)
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        teams.Endorsements = endorsements is null ? null : JsonNode.Parse(endorsements)!.AsArray();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        using HttpResponseMessage answer = await teams.SendAsync(gate, FakeTeams.Activity("message"));
        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Seal_of_somebody_else_or_tampered_with_or_for_another_verdict_or_too_old_casts_no_vote()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received message = await teams.PostedAsync();
        JsonElement form = await teams.LookAsync(gate, message);
        string seal = FakeTeams.SealOf(form, "approve");
        string button = FakeTeams.SealOf(FakeTeams.CardOf(message), "refresh");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var own = new ChatForm(ChatButton.Of(document), Verdict.Approve, FakeTeams.Tenant, FakeTeams.DanaUser, now);
        var seals = gate.Service<TeamsSeals>();
        foreach ((string verb, string? sent, string user) in new[]
        {
            ("approve", seal, FakeTeams.OliviaUser),
            ("approve", seal, "00000000-0000-4000-8000-00000000ffff"),
            ("deny", seal, FakeTeams.DanaUser),
            ("approve", button, FakeTeams.DanaUser),
            ("approve", "x", FakeTeams.DanaUser),
            ("approve", null, FakeTeams.DanaUser),
            ("approve", seals.Seal(own with { Workspace = "another" }), FakeTeams.DanaUser),
        })
            Assert.Contains("not yours", FakeTeams.ErrorIn(await teams.ActAsync(gate, verb, sent, user, "Agreed.")), StringComparison.Ordinal);

        for (int at = 20; at < seal.Length; at += 37)
        {
            char other = seal[at] == 'A' ? 'B' : 'A';
            Assert.Contains("not yours", FakeTeams.ErrorIn(await teams.ActAsync(gate, "approve", seal[..at] + other + seal[(at + 1)..], justification: "One character.")), StringComparison.Ordinal);
        }

        Assert.Contains("not one of this gate's", FakeTeams.ErrorIn(await teams.ActAsync(gate, "refresh", seal)), StringComparison.Ordinal);
        Assert.Contains("does not know that button", FakeTeams.ErrorIn(await teams.ActAsync(gate, "approve-all", seal, justification: "Agreed.")), StringComparison.Ordinal);
        JsonElement old = FakeTeams.CardIn(await teams.ActAsync(gate, "approve", seals.Seal(own with { OpenedAt = now.AddMinutes(-61) }), justification: "Agreed long ago."));
        Assert.Contains("open for too long", old.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Agreed long ago.", old.GetRawText(), StringComparison.Ordinal);
        JsonElement view = FakeTeams.CardIn(await teams.ActAsync(
            gate, "approve", seals.Seal(own with { Button = own.Button with { ViewDigest = "sha256:x" } }), justification: "Agreed to something else."));
        Assert.Contains("another view", view.GetRawText(), StringComparison.Ordinal);

        // Nobody votes for what they ask for or answer for, whatever form they have.
        JsonElement self = FakeTeams.CardIn(await teams.ActAsync(gate, "approve", seals.Seal(own with { UserId = FakeTeams.OliviaUser }), FakeTeams.OliviaUser, "My own."));
        Assert.Contains("has no vote in it", self.GetRawText(), StringComparison.Ordinal);
        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);
    }

    [Fact]
    public async Task Card_of_another_gate_or_in_another_conversation_tells_and_decides_nothing()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using FakeTeams otherTeams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        await using NotifyingGate other = await NotifyingGate.StartAsync(otherTeams.Options);
        await other.SubmitAsync();
        string button = FakeTeams.SealOf(FakeTeams.CardOf(await otherTeams.PostedAsync()), "refresh");
        Assert.Contains("not one of this gate's", FakeTeams.ErrorIn(await teams.ActAsync(gate, "refresh", button)), StringComparison.Ordinal);

        await gate.SubmitAsync();
        JsonObject elsewhere = FakeTeams.Invoke("refresh", FakeTeams.SealOf(FakeTeams.CardOf(await teams.PostedAsync()), "refresh"));
        elsewhere["conversation"]!["id"] = "19:elsewhere@thread.tacv2";
        JsonElement answer = await NotifyingGate.JsonAsync(teams.SendAsync(gate, elsewhere));
        Assert.Contains("nowhere else", FakeTeams.ErrorIn(answer), StringComparison.Ordinal);
        Assert.DoesNotContain("s3://partner", answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_activities_are_taken_in_silence_malformed_ones_refused_and_a_gate_without_the_bot_has_no_such_page()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        JsonObject task = FakeTeams.Activity("invoke");
        task["name"] = "task/fetch";
        foreach (JsonObject activity in (JsonObject[])[FakeTeams.Activity("message"), FakeTeams.Activity("conversationUpdate"), FakeTeams.Activity("installationUpdate"), task])
        {
            using HttpResponseMessage answer = await teams.SendAsync(gate, activity);
            Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }

        JsonObject noVerb = FakeTeams.Invoke("approve", "x");
        noVerb["value"]!["action"]!.AsObject().Remove("verb");
        foreach (string body in (string[])["", "[]", "{}", "{", """{"type":1}""", """{"type":"message","type":"message"}""", new string('[', 200), noVerb.ToJsonString()])
        {
            using HttpResponseMessage answer = await FakeTeams.SendRawAsync(gate, body, teams.Token());
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        await using NotifyingGate without = await NotifyingGate.StartAsync(_ => new NotificationOptions());
        using HttpResponseMessage nowhere = await FakeTeams.SendRawAsync(without, "{}", teams.Token());
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> sending, string name, HashSet<string> answers)
    {
        using HttpResponseMessage answer = await sending;
        Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{name}: {(int)answer.StatusCode}");
        answers.Add(await answer.Content.ReadAsStringAsync());
    }
}
