using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Approvals.Cli.Output;

namespace Approvals.Cli.Gate;

/// <summary>The gate's HTTP API as the commands use it. A refusal is a <see cref="CommandException"/> with the gate's own sentence and code.</summary>
internal sealed class GateClient : IDisposable
{
    private const int MaximumAnswer = 64 << 20;

    private readonly HttpClient http;

    public GateClient(Uri url, string? key)
    {
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = url,
            Timeout = TimeSpan.FromSeconds(100),
            MaxResponseContentBufferSize = MaximumAnswer,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("approvals-cli", "1"));
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Uri Url => http.BaseAddress!;

    /// <summary>GETs JSON; <paramref name="path"/> has no leading slash.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        Json(await SendAsync(HttpMethod.Get, path, null, null, cancellationToken));

    public async Task<byte[]> GetBytesAsync(string path, CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, path, null, null, cancellationToken)).Body;

    /// <summary>The body, or <see langword="null"/> where there is nothing (404).</summary>
    public async Task<byte[]?> FindBytesAsync(string path, CancellationToken cancellationToken)
    {
        Answer answer = await RawAsync(HttpMethod.Get, path, null, null, cancellationToken);
        return answer.Status == HttpStatusCode.NotFound ? null : Checked(answer).Body;
    }

    public async Task<JsonElement> PostBytesAsync(string path, ReadOnlyMemory<byte> json, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        Json(await SendAsync(HttpMethod.Post, path, json, idempotencyKey, cancellationToken));

    public Task<JsonElement> PostAsync<T>(string path, T body, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        PostBytesAsync(path, JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web), cancellationToken, idempotencyKey);

    /// <summary>POSTs without a body, and drops the answer's.</summary>
    public Task PostNothingAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, null, null, cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, path, null, null, cancellationToken);

    public void Dispose() => http.Dispose();

    /// <summary>An id as one segment of a path: what is not one must not name another resource.</summary>
    public static string Segment(string id) => Uri.EscapeDataString(id);

    private async Task<Answer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, string? idempotencyKey, CancellationToken cancellationToken) =>
        Checked(await RawAsync(method, path, json, idempotencyKey, cancellationToken));

    private async Task<Answer> RawAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, string? idempotencyKey, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            if (json is { } body)
            {
                request.Content = new ReadOnlyMemoryContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (HttpRequestException error)
        {
            throw new GateUnreachableException($"The gate at {Url} cannot be reached ({error.Message}). Is it running? Start it with 'approvals serve', or name another with --url.", error);
        }
        catch (TaskCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GateUnreachableException($"The gate at {Url} did not answer in time; try again.", error);
        }
    }

    private static Answer Checked(Answer answer)
    {
        int status = (int)answer.Status;
        if (status is >= 200 and < 300) return answer;
        (string code, string detail) = Problem(answer);
        throw new GateException(answer.Status, code, detail);
    }

    private static (string Code, string Detail) Problem(Answer answer)
    {
        try
        {
            JsonElement problem = Json(answer);
            string code = problem.TryGetProperty("code", out JsonElement c) ? c.GetString() ?? "" : "";
            string detail = problem.TryGetProperty("detail", out JsonElement d) ? d.GetString() ?? "" : "";
            if (problem.TryGetProperty("pointer", out JsonElement pointer)) detail += $" ({pointer.GetString()})";
            return (code, Terminal.Clean(detail));
        }
        catch (Exception error) when (error is CommandException or InvalidOperationException)
        {
            return ("", "The answer is not one of a gate; check the URL.");
        }
    }

    private static JsonElement Json(Answer answer)
    {
        try
        {
            return JsonDocument.Parse(answer.Body).RootElement;
        }
        catch (JsonException error)
        {
            throw CommandException.Failed("The answer is not JSON; is this URL a gate's?", error);
        }
    }

    private sealed record Answer(HttpStatusCode Status, byte[] Body);
}

/// <summary>No answer: whether the gate took the request is not known.</summary>
internal sealed class GateUnreachableException(string message, Exception inner) : Exception(message, inner);

/// <summary>What the gate refused, in its own words.</summary>
internal sealed class GateException(HttpStatusCode status, string code, string detail)
    : Exception($"{detail} [{(code.Length == 0 ? ((int)status).ToString() : code)}]")
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>Wrong input is wrong use; a refusal is a refusal; the rest is a failure.</summary>
    public int ExitCode => (int)Status switch
    {
        400 or 404 or 405 or 413 or 415 or 422 => ExitCodes.WrongUse,
        401 or 403 or 409 or 410 => ExitCodes.Refused,
        _ => ExitCodes.Failed,
    };
}
