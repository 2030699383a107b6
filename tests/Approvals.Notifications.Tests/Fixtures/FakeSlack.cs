using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Slack;
using Microsoft.AspNetCore.Http;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>Slack as the gate sees it: its web API, and its users who press buttons.</summary>
internal sealed class FakeSlack : IAsyncDisposable
{
    public const string Team = "T0TEAM";
    public const string DanaUser = "U0DANA";
    public const string OliviaUser = "U0OLIVIA";
    public const string SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5";
    public const string BotToken = "xoxb-canary-token-4711";

    private int timestamps;

    private FakeSlack(Receiver api)
    {
        Api = api;
        api.Answer = AnswerAsync;
    }

    public Receiver Api { get; }

    /// <summary>Answers to be given before Slack is well again.</summary>
    public Queue<Func<HttpResponse, Task>> Troubles { get; } = new();

    public static async Task<FakeSlack> StartAsync(int port = 0) => new(await Receiver.StartAsync(port));

    /// <summary>Where reviewers of the data owners are asked.</summary>
    public NotificationOptions Options(NotifyingGate gate) => new()
    {
        Order = ["slack"],
        Slack = new SlackOptions(
            Team,
            gate.Secret("token", BotToken),
            gate.Secret("signing", SigningSecret),
            new Dictionary<string, string> { ["data-owners"] = "C0OWNERS" },
            new Dictionary<string, Workflow.Principals.PrincipalId>
            {
                [DanaUser] = NotifyingGate.Dana.Id,
                [OliviaUser] = NotifyingGate.Olivia.Id,
                ["U0EVE"] = NotifyingGate.Eve.Id,
            })
        {
            Api = new Uri(Api.Url, "api/"),
        },
    };

    public Task<Received> PostedAsync() => Api.NextAsync("/api/chat.postMessage");

    public Task<Received> UpdatedAsync() => Api.NextAsync("/api/chat.update");

    /// <summary>Presses a button of a message; returns the dialog that the gate opened.</summary>
    public async Task<JsonElement> PressAsync(NotifyingGate gate, Received message, string action, string user = DanaUser, string team = Team)
    {
        string value = ButtonOf(message.Json, action).GetProperty("value").GetString()!;
        using HttpResponseMessage answer = await SendAsync(gate, Pressed(action, value, user, team));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await Api.NextAsync("/api/views.open")).Json.GetProperty("view");
    }

    public static JsonObject Pressed(string action, string value, string user = DanaUser, string team = Team) => new()
    {
        ["type"] = "block_actions",
        ["user"] = new JsonObject { ["id"] = user, ["team_id"] = team },
        ["team"] = new JsonObject { ["id"] = team },
        ["trigger_id"] = "1.2.3",
        ["actions"] = new JsonArray(new JsonObject { ["action_id"] = action, ["value"] = value }),
    };

    public static JsonObject Submitted(JsonElement dialog, string justification, string user = DanaUser, string? metadata = null) => new()
    {
        ["type"] = "view_submission",
        ["user"] = new JsonObject { ["id"] = user, ["team_id"] = Team },
        ["team"] = new JsonObject { ["id"] = Team },
        ["view"] = new JsonObject
        {
            ["callback_id"] = dialog.GetProperty("callback_id").GetString(),
            ["private_metadata"] = metadata ?? dialog.GetProperty("private_metadata").GetString(),
            ["state"] = new JsonObject { ["values"] = new JsonObject { ["justification"] = new JsonObject { ["text"] = new JsonObject { ["value"] = justification } } } },
        },
    };

    /// <summary>Sends a dialog's form; returns the gate's answer.</summary>
    public static async Task<JsonElement> SubmitAsync(NotifyingGate gate, JsonElement dialog, string justification, string user = DanaUser, string? metadata = null) =>
        await NotifyingGate.JsonAsync(SendAsync(gate, Submitted(dialog, justification, user, metadata)));

    /// <summary>Sends an interaction, signed as Slack signs.</summary>
    public static Task<HttpResponseMessage> SendAsync(NotifyingGate gate, JsonObject payload, DateTimeOffset? at = null, string secret = SigningSecret) =>
        SendRawAsync(gate, Form(payload), at, secret);

    public static string Form(JsonObject payload) => "payload=" + Uri.EscapeDataString(payload.ToJsonString());

    public static async Task<HttpResponseMessage> SendRawAsync(NotifyingGate gate, string body, DateTimeOffset? at = null, string secret = SigningSecret)
    {
        string timestamp = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return await SendSignedAsync(gate, body, timestamp, SlackSignature.Compute(secret, timestamp, Encoding.UTF8.GetBytes(body)));
    }

    public static async Task<HttpResponseMessage> SendSignedAsync(NotifyingGate gate, string body, string timestamp, string signature)
    {
        using var client = new HttpClient { BaseAddress = gate.Host.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "slack/interactions") { Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded") };
        request.Headers.Add(SlackSignature.TimestampHeader, timestamp);
        request.Headers.Add(SlackSignature.SignatureHeader, signature);
        return await client.SendAsync(request);
    }

    public static JsonElement ButtonOf(JsonElement message, string action) => Buttons(message).Single(button => button.GetProperty("action_id").GetString() == action);

    public static IEnumerable<JsonElement> Buttons(JsonElement message) => message.GetProperty("blocks").EnumerateArray()
        .Where(block => block.GetProperty("type").GetString() == "actions").SelectMany(block => block.GetProperty("elements").EnumerateArray());

    /// <summary>All text of a message or dialog.</summary>
    public static string TextOf(JsonElement message) => message.GetProperty("blocks").GetRawText();

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    private Task AnswerAsync(Received request, HttpResponse response)
    {
        lock (Troubles)
        {
            if (Troubles.TryDequeue(out Func<HttpResponse, Task>? trouble)) return trouble(response);
        }

        var answer = new JsonObject { ["ok"] = request.Headers["Authorization"] == "Bearer " + BotToken };
        if (request.Path.EndsWith("postMessage", StringComparison.Ordinal))
        {
            answer["channel"] = request.Json.GetProperty("channel").GetString();
            answer["ts"] = string.Create(CultureInfo.InvariantCulture, $"1700000000.{Interlocked.Increment(ref timestamps):D6}");
        }

        response.ContentType = "application/json";
        return response.WriteAsync(answer.ToJsonString());
    }
}
