using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Pages;

/// <summary>The small picture in the browser's tab.</summary>
public static class Icon
{
    internal const string Path = "/assets/icon.svg";

    private const string Svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"8\" fill=\"#1f5f5b\"/>"
        + "<path d=\"M9 16.5l5 5 9.5-11\" fill=\"none\" stroke=\"#fff\" stroke-width=\"3.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>";

    /// <summary><c>GET /assets/icon.svg</c></summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.AnybodyAsync(context, exchange =>
    {
        exchange.Http.Response.Headers.CacheControl = "public, max-age=86400";
        return Task.FromResult(Results.Text(Svg, "image/svg+xml"));
    });
}
