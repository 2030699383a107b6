using System.Diagnostics;
using Approvals.Durable;
using Approvals.Web.Callers;
using Approvals.Web.Problems;
using Approvals.Web.RateLimits;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Releases;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Requests;

/// <summary>Around every handler: headers, who calls, the rate limit, and one place where exceptions become problems.</summary>
internal static class Api
{
    private static readonly TimeSpan StoreRetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>A route that anybody may call.</summary>
    public static Task<IResult> AnybodyAsync(HttpContext context, Func<Exchange, Task<IResult>> handle) => RunAsync(context, null, handle);

    /// <summary>A route of the API for callers with at least one of these roles; for any authenticated caller when none is named.</summary>
    public static Task<IResult> CallerAsync(HttpContext context, IReadOnlyList<Role> roles, Func<Exchange, Task<IResult>> handle) =>
        RunAsync(context, roles, handle);

    /// <summary>The problem that an exception means, or <see langword="null"/> when it is a defect.</summary>
    public static ProblemException? ProblemOf(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        EngineBusyException busy => new ProblemException(ProblemTypes.Busy, "Nothing was accepted; send the request again after the time in Retry-After.")
        {
            RetryAfter = busy.RetryAfter,
        },
        // Fails closed: nothing is acknowledged. The host's log and /health/ready say why.
        StoreException => new ProblemException(ProblemTypes.StoreUnavailable, "Send the request again after the time in Retry-After; if it keeps failing, tell the operator.")
        {
            RetryAfter = StoreRetryAfter,
        },
        ReleaseRefusedException refused => new ProblemException(ProblemTypes.Of(refused.Refusal), refused.Message)
        {
            RetryAfter = refused.Refusal == ReleaseRefusal.NotDecided ? TimeSpan.FromSeconds(2) : null,
        },
        BadHttpRequestException => new ProblemException(ProblemTypes.BadRequest, "Send a well-formed HTTP request."),
        _ => null,
    };

    /// <summary>Logs a defect and returns the id under which an operator finds it.</summary>
    public static string LogDefect(HttpContext context, Exception exception)
    {
        string traceId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

        // Type and stack only: a message may quote payload. The route's pattern and not its path: review links have a secret in theirs.
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Approvals.Web").LogError(
            "Request {TraceId} to {Route} failed with {Exception} at {Stack}",
            traceId,
            (context.GetEndpoint() as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText,
            exception.GetType().FullName,
            exception.StackTrace);
        return traceId;
    }

    /// <summary>A write that meets damage is logged by the store; a read that does, here alone. Its message names the remedy and holds no data.</summary>
    private static void LogDamage(HttpContext context, StoreException damage) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Approvals.Web").LogError("A request met damage: {Message}", damage.Message);

    /// <summary>Takes one request of the caller's allowance.</summary>
    public static void LimitRate(HttpContext context, Caller? caller)
    {
        string key = caller is null ? "ip:" + context.Connection.RemoteIpAddress : "caller:" + caller.Principal.Id;
        if (!context.RequestServices.GetRequiredService<CallerRateLimiter>().TryTake(key, out TimeSpan retryAfter))
            throw new ProblemException(ProblemTypes.TooManyRequests, "Send fewer requests; the next one is welcome after the time in Retry-After.") { RetryAfter = retryAfter };
    }

    private static async Task<IResult> RunAsync(HttpContext context, IReadOnlyList<Role>? roles, Func<Exchange, Task<IResult>> handle)
    {
        WriteHeaders(context.Response.Headers);
        try
        {
            Caller? caller = roles is null ? null : await AuthenticateAsync(context, roles);
            if (roles is null) LimitRate(context, null);
            return await handle(await Exchange.BeginAsync(context, caller));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest); // nobody reads it
        }
        catch (Exception exception)
        {
            if (exception is StoreException { Code: "corrupt" } damage) LogDamage(context, damage);
            if (ProblemOf(exception) is { } problem) return new ProblemResult(problem);
            string traceId = LogDefect(context, exception);
            return new ProblemResult(new ProblemException(ProblemTypes.Internal, "Try again; if it keeps failing, give the operator the traceId."), traceId);
        }
    }

    /// <summary>Of every answer; errors of a host's paths are pages to a browser too.</summary>
    private static void WriteHeaders(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
    }

    private static async Task<Caller> AuthenticateAsync(HttpContext context, IReadOnlyList<Role> roles)
    {
        bool isSafe = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        var authentication = context.RequestServices.GetRequiredService<CallerAuthentication>();
        SchemeResult result = await authentication.AuthenticateAsync(context, allowAmbient: isSafe);
        LimitRate(context, result.Caller);
        if (result.Caller is not { } caller)
        {
            string remedy = result.Refusal ?? "Send credentials, e.g. an API key as 'Authorization: Bearer apk_…'.";
            throw new ProblemException(ProblemTypes.Unauthenticated, remedy)
            {
                Reason = result.Reason,

                // RFC 6750 section 3: an error code only when credentials were sent.
                Challenge = authentication.Challenge + (result.Refusal is null ? "" : ", error=\"invalid_token\""),
            };
        }

        if (roles.Count > 0 && !roles.Any(caller.Has))
            throw new ProblemException(ProblemTypes.Forbidden, $"Call with credentials that have the role {string.Join(" or ", roles.Select(SnakeCase.Of))}.");
        return caller;
    }
}
