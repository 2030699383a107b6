using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.Logging;

namespace Approvals.Embedded.Callbacks;

/// <summary>
/// Tells the action's <c>callbackUrl</c> of the decision: a CloudEvent (1.0, structured JSON) that says what was decided and where it stands, never
/// what was asked and never the release token. A receiver that is down is tried again, with the workflow's growing pauses, for a day.
/// </summary>
/// <param name="hosts">The exact host names that may be called at all.</param>
public sealed class CallbackPublisher(IReadOnlyList<string> hosts, string issuer, TimeProvider time, ILogger<CallbackPublisher> logger)
    : IReleasePublisher, IDisposable
{
    public const string EventType = "dev.approvals.action.decided.v1";

    private static readonly TimeSpan Persistence = TimeSpan.FromDays(1);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        // A redirect could lead to a host that nobody allowed.
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>Whether a URL may be called: an allowed host, over https unless it is this machine.</summary>
    public static bool IsAllowed(string url, IReadOnlyList<string> hosts) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
        && uri.UserInfo.Length == 0
        && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback))
        && hosts.Contains(uri.IdnHost, StringComparer.OrdinalIgnoreCase);

    public async Task PublishAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        if (document.Request.CallbackUrl is not { } url || document.Decision is not { } decision) return;
        if (!IsAllowed(url, hosts))
        {
            logger.LogWarning("Action {ActionId}: its callback host is not allowed (any more); nobody is told.", document.Id);
            return;
        }

        try
        {
            using var content = new ByteArrayContent(Event(document));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json", "utf-8");
            using HttpResponseMessage response = await http.PostAsync(new Uri(url), content, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            if (time.GetUtcNow() - decision.At < Persistence) throw; // the workflow tries again
            logger.LogWarning("Action {ActionId}: its callback did not answer for a day; nobody is told.", document.Id);
        }
    }

    public void Dispose() => http.Dispose();

    private byte[] Event(ActionDocument document) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["specversion"] = "1.0",
        ["id"] = document.Id,
        ["source"] = issuer,
        ["type"] = EventType,
        ["subject"] = document.Id,
        ["time"] = document.Decision!.At.UtcDateTime.ToString("O"),
        ["datacontenttype"] = "application/json",
        ["data"] = new JsonObject
        {
            ["id"] = document.Id,
            ["type"] = document.Request.Type,
            ["status"] = document.Decision.Outcome.ToString().ToLowerInvariant(),
            ["by"] = document.Decision.By.ToString().ToLowerInvariant(),
            ["actionDigest"] = document.Request.ActionDigest,
            ["ledgerIndex"] = document.LedgerIndex,
        },
    });
}
