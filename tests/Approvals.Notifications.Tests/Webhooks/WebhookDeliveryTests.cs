using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Actions;

namespace Approvals.Notifications.Tests.Webhooks;

/// <summary>Webhooks and callbacks through a whole gate over real HTTP, verified by the reference library of Standard Webhooks.</summary>
public sealed class WebhookDeliveryTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string OldSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    private const string Judge = """
        const given = JSON.parse(input);
        for (const secret of given.secrets) {
          try { new judge.Webhook(secret).verify(given.body, given.headers); console.log('good'); } catch (error) { console.log(error.message); }
        }
        """;

    [Fact]
    public async Task Review_and_decision_are_told_signed_by_both_secrets_while_one_is_replaced()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(gate => Hook(gate, receiver));
        ActionDocument document = await gate.SubmitAsync();
        Received requested = await receiver.NextAsync();
        (await gate.BenVotesAsync(document, "approve")).EnsureSuccessStatusCode();
        Received decided = await receiver.NextAsync();

        Assert.Equal("dev.approvals.review.requested.v1", requested.Json.GetProperty("type").GetString());
        Assert.Equal("dev.approvals.action.decided.v1", decided.Json.GetProperty("type").GetString());
        Assert.Equal("approved", decided.Json.GetProperty("data").GetProperty("status").GetString());
        Assert.StartsWith("application/cloudevents+json", requested.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(requested.Json.GetProperty("id").GetString(), requested.Headers["webhook-id"]);
        Assert.DoesNotContain("s3://partner", Encoding.UTF8.GetString(requested.Body), StringComparison.Ordinal);
        foreach (Received request in (Received[])[requested, decided])
        {
            Assert.Equal("good\ngood\nNo matching signature found", Verdict(request, [Secret, OldSecret, "whsec_" + Convert.ToBase64String(new byte[24])]));
            Assert.Equal("No matching signature found", Verdict(request with { Body = [.. request.Body, (byte)' '] }, [Secret]));
        }
    }

    [Fact]
    public async Task Callback_is_signed_too_and_says_nothing_of_the_request()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(gate => new NotificationOptions { Callbacks = new CallbackEndpoint(["127.0.0.1"], [gate.Secret("callback", Secret)]) });
        ActionDocument document = await gate.SubmitAsync($$"""{"type":"data.export","target":"s3://partner","callbackUrl":"{{receiver.Url}}done"}""");
        (await gate.BenVotesAsync(document, "deny")).EnsureSuccessStatusCode();
        Received told = await receiver.NextAsync();
        Assert.Equal("/done", told.Path);
        Assert.Equal(document.Id, told.Json.GetProperty("data").GetProperty("id").GetString());
        Assert.Equal("good", Verdict(told, [Secret]));
        Assert.DoesNotContain("s3://partner", Encoding.UTF8.GetString(told.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receiver_that_fails_is_tried_again_with_the_same_id_and_a_new_timestamps_signature()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        int calls = 0;
        receiver.Answer = (_, response) =>
        {
            response.StatusCode = Interlocked.Increment(ref calls) == 1 ? 503 : 204;
            return Task.CompletedTask;
        };
        await using NotifyingGate gate = await NotifyingGate.StartAsync(gate => Hook(gate, receiver));
        await gate.SubmitAsync();
        Received first = await receiver.NextAsync();
        Received second = await receiver.NextAsync();
        Assert.Equal(first.Headers["webhook-id"], second.Headers["webhook-id"]);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("good", Verdict(second, [Secret]));
    }

    [Fact]
    public async Task Redirect_is_not_followed_and_the_dead_letter_is_listed_and_replayed()
    {
        await using Receiver elsewhere = await Receiver.StartAsync();
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer = (_, response) =>
        {
            response.StatusCode = 307;
            response.Headers.Location = elsewhere.Url.AbsoluteUri;
            return Task.CompletedTask;
        };
        await using NotifyingGate gate = await NotifyingGate.StartAsync(gate => Hook(gate, receiver));
        ActionDocument document = await gate.SubmitAsync();
        await receiver.NextAsync();
        (await gate.BenVotesAsync(document, "approve")).EnsureSuccessStatusCode();
        await receiver.NextAsync(); // by then the first one is buried

        JsonElement[] dead = await DeadAsync(gate);
        JsonElement letter = dead.First(notice => notice.GetProperty("kind").GetString() == "requested");
        Assert.Equal(("webhook:siem", "dead", "http_307"), (letter.GetProperty("channel").GetString(), letter.GetProperty("state").GetString(), letter.GetProperty("code").GetString()));
        Assert.Empty(elsewhere.Seen);

        receiver.Answer = (_, _) => Task.CompletedTask;
        await NotifyingGate.JsonAsync(gate.Admin.PostAsync($"api/notifications/{letter.GetProperty("outboxId").GetString()}/replay", null), HttpStatusCode.Accepted);
        Assert.Equal("dev.approvals.review.requested.v1", (await receiver.NextAsync()).Json.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Only_admins_and_auditors_see_what_is_undelivered_and_only_admins_replay()
    {
        await using NotifyingGate gate = await NotifyingGate.StartAsync(_ => new NotificationOptions());
        Assert.Equal(HttpStatusCode.Forbidden, (await gate.AsBen.GetAsync("api/notifications")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await gate.Pipeline.PostAsync("api/notifications/notices-people-x/replay", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await gate.Admin.PostAsync("api/notifications/notices-people-x/replay", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gate.Admin.GetAsync("api/notifications?limit=1")).StatusCode);
    }

    private static NotificationOptions Hook(NotifyingGate gate, Receiver receiver) => new()
    {
        Webhooks = [new WebhookOptions("siem", new Uri(receiver.Url, "hook"), [gate.Secret("new", Secret), gate.Secret("old", OldSecret)])],
    };

    private static async Task<JsonElement[]> DeadAsync(NotifyingGate gate) =>
        [.. JsonDocument.Parse(await gate.Admin.GetStringAsync("api/notifications")).RootElement.GetProperty("notifications").EnumerateArray()];

    private static string Verdict(Received request, string[] secrets) => Judges.Run("standardwebhooks", Judge, new JsonObject
    {
        ["body"] = Encoding.UTF8.GetString(request.Body),
        ["headers"] = new JsonObject(request.Headers.Where(header => header.Key.StartsWith("webhook-", StringComparison.OrdinalIgnoreCase))
            .Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), (JsonNode?)header.Value))),
        ["secrets"] = new JsonArray([.. secrets.Select(secret => JsonValue.Create(secret))]),
    }.ToJsonString());
}
