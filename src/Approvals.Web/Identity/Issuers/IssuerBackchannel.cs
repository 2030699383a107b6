using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Approvals.Web.Problems;

namespace Approvals.Web.Identity.Issuers;

/// <summary>
/// The gate's own requests to issuers: https (http to this machine alone), no redirects, no cookies, bounded in time and size. Whatever goes
/// wrong is a 503 <c>issuer_unavailable</c>; what came back is never repeated, it may hold tokens. Calls may overlap.
/// </summary>
internal sealed class IssuerBackchannel : IDisposable
{
    /// <summary>Largest answer that is read; key sets of large issuers are a tenth of it.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None, // the limit counts what is read
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = MaxBytes,
    };

    /// <summary>Whether an address may be asked or sent to: https, or this machine.</summary>
    public static bool IsAllowed(Uri url) => url.IsAbsoluteUri && url.UserInfo.Length == 0 && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));

    public HttpClient Client => http;

    public void Dispose() => http.Dispose();

    /// <summary>The body of a 200.</summary>
    public async Task<byte[]> GetAsync(Issuer issuer, Uri url, string? bearer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        (HttpStatusCode status, byte[] body) = await SendAsync(issuer, request, cancellationToken);
        return status == HttpStatusCode.OK ? body : throw Unavailable(issuer, $"answered {(int)status}");
    }

    /// <summary>Status and body, whatever they are.</summary>
    public async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(Issuer issuer, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!IsAllowed(request.RequestUri!)) throw Unavailable(issuer, "names an address without https");
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("approvals");
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable(issuer, "does not answer");
        }
    }

    /// <summary>A JSON object without duplicate keys.</summary>
    public static JsonElement Parse(Issuer issuer, byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // told below
        }

        throw Unavailable(issuer, "answered something else than a JSON object");
    }

    public static ProblemException Unavailable(Issuer issuer, string what) =>
        new(ProblemTypes.IssuerUnavailable, $"The identity provider '{issuer.Name}' {what}. Try again in a moment; if it stays so, an operator compares its address in the configuration.")
        {
            RetryAfter = RetryAfter,
        };
}
