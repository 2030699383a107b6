using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Approvals.CrashTests.Gates;

/// <summary>An answer of the gate: what it acknowledged, or a problem.</summary>
internal sealed record Answer(HttpStatusCode Status, byte[] Bytes)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>A problem's stable code.</summary>
    public string? Code => !IsSuccess && Json.TryGetProperty("code", out JsonElement code) ? code.GetString() : null;
}

/// <summary>
/// Callers that do what good clients do: whatever happened to a request that got no answer, they repeat it until one comes. Every
/// request here is safe to repeat.
/// </summary>
internal sealed class GateClient(GateLink link, IReadOnlyDictionary<string, string> keys, TimeSpan limit) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource patience = new(limit, TimeProvider.System);
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) });
    private int repeated;

    /// <summary>Requests that got no answer and were sent again.</summary>
    public int Repeated => repeated;

    /// <summary>Ends when the test has taken too long.</summary>
    public CancellationToken Patience => patience.Token;

    public GateLink Link => link;

    public Task<Answer> GetAsync(string caller, string path) => SendAsync(caller, HttpMethod.Get, path, null, null);

    public Task<Answer> PostAsync(string caller, string path, JsonObject body, string? idempotencyKey = null) =>
        SendAsync(caller, HttpMethod.Post, path, body, idempotencyKey);

    public Task<Answer> DeleteAsync(string caller, string path) => SendAsync(caller, HttpMethod.Delete, path, null, null);

    /// <summary>Once, whatever the answer.</summary>
    public Task<Answer> TryGetAsync(string caller, string path) => SendAsync(caller, HttpMethod.Get, path, null, null, once: true);

    /// <summary>Once, whatever the answer.</summary>
    public Task<Answer> TryPostAsync(string caller, string path, JsonObject body, string? idempotencyKey = null) =>
        SendAsync(caller, HttpMethod.Post, path, body, idempotencyKey, once: true);

    public void Dispose()
    {
        http.Dispose();
        patience.Dispose();
    }

    private async Task<Answer> SendAsync(string caller, HttpMethod method, string path, JsonObject? body, string? idempotencyKey, bool once = false)
    {
        while (true)
        {
            Uri gate = await link.UrlAsync().WaitAsync(patience.Token);
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(gate, path));
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", keys[caller]);
                if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
                if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await http.SendAsync(request, patience.Token);
                var answer = new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(patience.Token));
                bool isRefused = answer.Status == HttpStatusCode.ServiceUnavailable;
                Assert.True((int)answer.Status < 500 || isRefused, $"{method} {path}: {(int)answer.Status} {answer.Text}");
                if (isRefused) Assert.NotNull(response.Headers.RetryAfter);
                if (!isRefused || once) return answer;
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException && !once)
            {
                // Killed under our hands: nobody knows whether it was done.
            }

            Interlocked.Increment(ref repeated);
            await Task.Delay(Pause, TimeProvider.System, patience.Token);
        }
    }
}
