using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.OpenApi;

public static class OpenApiHandlers
{
    private static readonly Lazy<byte[]> Document = new(OpenApiDocument.Write);

    /// <summary><c>GET /openapi/v1.json</c></summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.AnybodyAsync(context, exchange =>
    {
        exchange.Http.Response.Headers.CacheControl = "public, max-age=300";
        return Task.FromResult(Results.Bytes(Document.Value, "application/json"));
    });
}
