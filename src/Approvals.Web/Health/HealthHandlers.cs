using System.Text.Json.Serialization;
using Approvals.Durable;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Health;

/// <summary>For whoever watches the process. Anonymous, so answers hold names of checks and nothing else of the inside.</summary>
public static class HealthHandlers
{
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    /// <summary><c>GET /health/live</c>: the process answers.</summary>
    public static Task<IResult> LiveAsync(HttpContext context) =>
        Api.AnybodyAsync(context, static _ => Task.FromResult<IResult>(Answer.Ok(new LiveDocument("live"))));

    /// <summary><c>GET /health/ready</c>: what the gate stands on works; 503 otherwise. <c>degraded</c>: it works, and something is to be put right.</summary>
    public static Task<IResult> ReadyAsync(HttpContext context) => Api.AnybodyAsync(context, async exchange =>
    {
        CheckDocument[] checks = await CheckAsync(exchange);
        bool isReady = checks.All(check => check.Ok || !check.IsVital);
        return new JsonAnswer<ReadyDocument>(
            new ReadyDocument(!isReady ? "not_ready" : checks.All(check => check.Ok) ? "ready" : "degraded", checks), isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable)
        {
            RetryAfter = isReady ? null : TimeSpan.FromSeconds(5),
        };
    });

    internal static Task<CheckDocument[]> CheckAsync(Exchange exchange) =>
        Task.WhenAll(exchange.Http.RequestServices.GetServices<ReadinessCheck>().Select(check => RunAsync(check, exchange)));

    private static async Task<CheckDocument> RunAsync(ReadinessCheck check, Exchange exchange)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(exchange.Aborted);
        timeout.CancelAfter(CheckTimeout);
        try
        {
            string? why = await check.CheckAsync(timeout.Token).WaitAsync(timeout.Token);
            return new CheckDocument(check.Name, why is null, why) { IsVital = check.IsVital };
        }
        catch (Exception failure)
        {
            return new CheckDocument(check.Name, false, failure switch
            {
                OperationCanceledException => "no answer in time",
                StoreException store => store.Code,
                _ => failure.GetType().Name,
            }) { IsVital = check.IsVital };
        }
    }

    private sealed record LiveDocument(string Status);

    private sealed record ReadyDocument(string Status, IReadOnlyList<CheckDocument> Checks);
}

/// <summary>What became of one check.</summary>
public sealed record CheckDocument(string Name, bool Ok, string? Why)
{
    [JsonIgnore]
    public bool IsVital { get; init; } = true;
}
