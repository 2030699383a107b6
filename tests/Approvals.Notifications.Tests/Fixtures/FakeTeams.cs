using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Teams;
using Approvals.Workflow.Principals;
using Microsoft.AspNetCore.Http;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>Microsoft as the gate sees it: its sign-in, its Bot Connector, the connector's keys, and people in Teams who press buttons.</summary>
internal sealed class FakeTeams : IAsyncDisposable
{
    public const string App = "5e1f5f0a-0000-4000-8000-00000000b070";
    public const string Tenant = "7e4a4700-0000-4000-8000-000000000001";
    public const string Conversation = "19:owners@thread.tacv2";
    public const string ServiceUrl = "https://smba.trafficmanager.net/emea/";
    public const string DanaUser = "da4a0000-0000-4000-8000-000000000001";
    public const string OliviaUser = "011f1a00-0000-4000-8000-000000000002";
    public const string EveUser = "e4e00000-0000-4000-8000-000000000003";
    public const string Secret = "canary~bot~secret/4711+x";
    public const string AccessToken = "canary.access.token-";

    private int activities;
    private int tokens;

    private FakeTeams(Receiver api)
    {
        Api = api;
        api.Answer = AnswerAsync;
    }

    public Receiver Api { get; }

    /// <summary>The key that Microsoft signs with.</summary>
    public RSA Key { get; } = RSA.Create(2048);

    /// <summary>What its public half says of itself.</summary>
    public JsonArray? Endorsements { get; set; } = ["msteams", "webchat"];

    /// <summary>Answers of the connector to posts and updates, before it is well again.</summary>
    public Queue<Func<HttpResponse, Task>> Troubles { get; } = new();

    public int TokensGiven => tokens;

    public string Posts => $"/connector/v3/conversations/{Conversation}/activities";

    public static async Task<FakeTeams> StartAsync() => new(await Receiver.StartAsync());

    public NotificationOptions Options(NotifyingGate gate) => new()
    {
        Order = ["teamsBot"],
        TeamsBot = TeamsBotOptions.Create(
            App, Tenant, gate.Secret("bot", Secret), new Uri(Api.Url, "connector/"),
            new Dictionary<string, string> { ["data-owners"] = Conversation },
            new Dictionary<string, PrincipalId> { [DanaUser.ToUpperInvariant()] = NotifyingGate.Dana.Id, [OliviaUser] = NotifyingGate.Olivia.Id, [EveUser] = NotifyingGate.Eve.Id }) with
        {
            Cloud = TeamsCloud.Public with { Login = new Uri(Api.Url, "login/"), Metadata = new Uri(Api.Url, "metadata") },
        },
    };

    /// <summary>The next message that came to the conversation.</summary>
    public Task<Received> PostedAsync() => Api.NextAsync(Posts);

    public async Task<Received> UpdatedAsync()
    {
        while (true)
        {
            Received next = await Api.NextAsync();
            if (next.Method == "PUT") return next;
        }
    }

    /// <summary>The card of a message.</summary>
    public static JsonElement CardOf(Received message) => message.Json.GetProperty("attachments")[0].GetProperty("content");

    /// <summary>Looks at a message as somebody; returns the card that the gate makes of it.</summary>
    public async Task<JsonElement> LookAsync(NotifyingGate gate, Received message, string user = DanaUser) =>
        CardIn(await ActAsync(gate, "refresh", CardOf(message).GetProperty("refresh").GetProperty("action").GetProperty("data").GetProperty("seal").GetString(), user));

    /// <summary>Presses a button of a form; returns the gate's answer.</summary>
    public Task<JsonElement> DecideAsync(NotifyingGate gate, JsonElement form, string verb, string justification, string user = DanaUser) =>
        ActAsync(gate, verb, SealOf(form, verb), user, justification);

    public async Task<JsonElement> ActAsync(NotifyingGate gate, string verb, string? seal, string user = DanaUser, string? justification = null)
    {
        JsonElement answer = await NotifyingGate.JsonAsync(SendAsync(gate, Invoke(verb, seal, user, justification)));
        Assert.Equal(["statusCode", "type", "value"], answer.EnumerateObject().Select(member => member.Name));
        return answer;
    }

    public static JsonElement CardIn(JsonElement answer)
    {
        Assert.Equal("application/vnd.microsoft.card.adaptive", answer.GetProperty("type").GetString());
        Assert.Equal(200, answer.GetProperty("statusCode").GetInt32());
        return answer.GetProperty("value");
    }

    public static string ErrorIn(JsonElement answer)
    {
        Assert.Equal("application/vnd.microsoft.error", answer.GetProperty("type").GetString());
        Assert.Equal(400, answer.GetProperty("statusCode").GetInt32());
        return answer.GetProperty("value").GetProperty("message").GetString()!;
    }

    /// <summary>The verbs of a card's buttons.</summary>
    public static string[] Verbs(JsonElement card) =>
        [.. card.GetProperty("actions").EnumerateArray().Where(action => action.GetProperty("type").GetString() == "Action.Execute").Select(action => action.GetProperty("verb").GetString()!)];

    public static string SealOf(JsonElement card, string verb) =>
        card.GetProperty("actions").EnumerateArray().First(action => action.TryGetProperty("verb", out JsonElement named) && named.GetString() == verb).GetProperty("data").GetProperty("seal").GetString()!;

    public static JsonObject Invoke(string verb, string? seal, string user = DanaUser, string? justification = null)
    {
        var data = new JsonObject { ["seal"] = seal };
        if (justification is not null) data["justification"] = justification;
        JsonObject activity = Activity("invoke", user);
        activity["name"] = "adaptiveCard/action";
        activity["value"] = new JsonObject { ["action"] = new JsonObject { ["type"] = "Action.Execute", ["verb"] = verb, ["data"] = data }, ["trigger"] = "manual" };
        return activity;
    }

    public static JsonObject Activity(string type, string user = DanaUser) => new()
    {
        ["type"] = type,
        ["id"] = "f:0f3d9fc5-0f6d-4d7e",
        ["channelId"] = "msteams",
        ["serviceUrl"] = ServiceUrl,
        ["from"] = new JsonObject { ["id"] = "29:" + user, ["aadObjectId"] = user },
        ["conversation"] = new JsonObject { ["id"] = Conversation + ";messageid=1", ["conversationType"] = "channel", ["tenantId"] = Tenant },
        ["recipient"] = new JsonObject { ["id"] = "28:" + App },
        ["channelData"] = new JsonObject { ["tenant"] = new JsonObject { ["id"] = Tenant } },
    };

    public Task<HttpResponseMessage> SendAsync(NotifyingGate gate, JsonNode activity, string? token = null) => SendRawAsync(gate, activity.ToJsonString(), token ?? Token());

    public static async Task<HttpResponseMessage> SendRawAsync(NotifyingGate gate, string body, string? token)
    {
        using var client = new HttpClient { BaseAddress = gate.Host.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "teams/messages") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request);
    }

    /// <summary>A token as the connector's, but for what a test changes.</summary>
    public string Token(Action<JsonObject>? claims = null, Action<JsonObject>? header = null, Func<byte[], byte[]>? sign = null)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var head = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["kid"] = "connector-1", ["x5t"] = "connector-1" };
        var body = new JsonObject { ["serviceurl"] = ServiceUrl, ["nbf"] = now - 60, ["exp"] = now + 3_600, ["iss"] = "https://api.botframework.com", ["aud"] = App };
        header?.Invoke(head);
        claims?.Invoke(body);
        string signed = $"{Encode(Encoding.UTF8.GetBytes(head.ToJsonString()))}.{Encode(Encoding.UTF8.GetBytes(body.ToJsonString()))}";
        byte[] bytes = Encoding.ASCII.GetBytes(signed);
        return $"{signed}.{Encode(sign?.Invoke(bytes) ?? Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        Key.Dispose();
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private Task AnswerAsync(Received request, HttpResponse response)
    {
        JsonObject? answer = request.Path switch
        {
            $"/login/{Tenant}/oauth2/v2.0/token" => SignIn(request),
            "/metadata" => new JsonObject
            {
                ["issuer"] = "https://api.botframework.com", ["authorization_endpoint"] = "https://invalid.botframework.com", ["jwks_uri"] = new Uri(Api.Url, "keys").AbsoluteUri,
                ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
            },
            "/keys" => new JsonObject { ["keys"] = new JsonArray(Jwk()) },
            _ => null,
        };
        if (answer is null && request.Path.StartsWith("/connector/", StringComparison.Ordinal))
        {
            lock (Troubles)
            {
                if (!request.Path.EndsWith("/pagedmembers", StringComparison.Ordinal) && Troubles.TryDequeue(out Func<HttpResponse, Task>? trouble)) return trouble(response);
            }

            if (request.Headers.GetValueOrDefault("Authorization") != $"Bearer {AccessToken}{tokens}")
            {
                response.StatusCode = (int)HttpStatusCode.Unauthorized;
                return Task.CompletedTask;
            }

            answer = request.Path.EndsWith("/pagedmembers", StringComparison.Ordinal) ? Members()
                : new JsonObject { ["id"] = request.Method == "POST" ? string.Create(CultureInfo.InvariantCulture, $"17000000000{Interlocked.Increment(ref activities)}") : null };
        }

        if (answer is null)
        {
            response.StatusCode = (int)HttpStatusCode.NotFound;
            return Task.CompletedTask;
        }

        response.ContentType = "application/json";
        return response.WriteAsync(answer.ToJsonString());
    }

    private JsonObject? SignIn(Received request) =>
        Encoding.ASCII.GetString(request.Body) == $"grant_type=client_credentials&client_id={App}&client_secret={Uri.EscapeDataString(Secret)}&scope=https%3A%2F%2Fapi.botframework.com%2F.default"
            ? new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = 3_599, ["access_token"] = AccessToken + Interlocked.Increment(ref tokens) }
            : null;

    private static JsonObject Members() => new()
    {
        ["members"] = new JsonArray(
            new JsonObject { ["id"] = "29:stranger", ["aadObjectId"] = "00000000-0000-4000-8000-00000000ffff" },
            new JsonObject { ["id"] = "29:olivia", ["aadObjectId"] = OliviaUser },
            new JsonObject { ["id"] = "29:dana", ["aadObjectId"] = DanaUser }),
    };

    private JsonObject Jwk()
    {
        RSAParameters key = Key.ExportParameters(includePrivateParameters: false);
        var jwk = new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "connector-1", ["x5t"] = "connector-1", ["n"] = Encode(key.Modulus!), ["e"] = Encode(key.Exponent!) };
        if (Endorsements is { } endorsements) jwk["endorsements"] = endorsements.DeepClone();
        return jwk;
    }
}
