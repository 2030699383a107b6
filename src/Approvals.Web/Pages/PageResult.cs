using System.Text;
using Approvals.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Pages;

/// <summary>A rendered page with the headers that every page has: no script, no frame, no cache, no referrer.</summary>
internal sealed class PageResult(string html, int status) : IResult, IStatusCodeHttpResult
{
    // Own style sheet and own images; nothing inline, nothing from elsewhere, and no script at all but on a page that keeps itself up to date.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string LiveContentSecurityPolicy = ContentSecurityPolicy + "; script-src 'self'; connect-src 'self'";

    public int? StatusCode => status;

    /// <summary>Headers of the problem that the page tells of.</summary>
    public ProblemException? Problem { get; init; }

    /// <summary>Whether the page has the gate's own script.</summary>
    public bool IsLive { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        byte[] body = Encoding.UTF8.GetBytes(html);
        HttpResponse response = httpContext.Response;
        response.StatusCode = status;
        WriteHeaders(httpContext);
        if (IsLive) response.Headers.ContentSecurityPolicy = LiveContentSecurityPolicy;
        if (Problem is not null) ProblemResult.WriteHeaders(response, Problem);
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    public static void WriteHeaders(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["X-Robots-Tag"] = "noindex, nofollow";
    }
}
