using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.Conformance.Target;

/// <summary>Somebody who calls the gate: a key, and who the gate takes its holder for.</summary>
/// <param name="Key">The API key; <see langword="null"/> for nobody.</param>
public sealed record Caller(HttpClient Http, string Subject, string KeyId, string? Key)
{
    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Answer> HeadAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

    public Task<Answer> DeleteAsync(string path, JsonNode? body = null) => SendAsync(new HttpRequestMessage(HttpMethod.Delete, path) { Content = body is null ? null : Json(body.ToJsonString()) });

    public Task<Answer> PostAsync(string path, JsonNode body, string? idempotencyKey = null) => PostAsync(path, body.ToJsonString(), idempotencyKey);

    public Task<Answer> PostAsync(string path, string json, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(json) };
        if (idempotencyKey is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        return SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        if (Key is not null && request.Headers.Authorization is null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using HttpResponseMessage response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await Answer.ReadAsync(response);
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}

/// <summary>What the gate answered.</summary>
public sealed record Answer(string Request, int Status, byte[] Body, string? MediaType, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The problem's code, or nothing.</summary>
    public string? Code => MediaType == "application/problem+json" ? Json.GetProperty("code").GetString() : null;

    /// <summary>All of an answer; of a stream of events, which has no end, what stands before it.</summary>
    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.AbsolutePath}",
        (int)response.StatusCode,
        response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? [] : await response.Content.ReadAsByteArrayAsync(),
        response.Content.Headers.ContentType?.MediaType,
        response.Headers,
        response.Content.Headers);

    /// <summary>The answer itself, which must have one of these statuses.</summary>
    public Answer Is(params int[] statuses)
    {
        Assert.True(statuses.Contains(Status), $"{Request} answered {Status} instead of {string.Join(" or ", statuses)}: {Text}");
        return this;
    }

    /// <summary>The answer itself, which must be this problem. That it is a whole one, the contract checks.</summary>
    public Answer IsProblem(int status, string code)
    {
        Assert.True(Status == status && Code == code, $"{Request} answered {Status} instead of {status} {code}: {Text}");
        return this;
    }
}
