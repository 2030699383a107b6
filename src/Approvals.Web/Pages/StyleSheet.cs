using System.Security.Cryptography;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Pages;

/// <summary>The one style sheet, embedded in the assembly and served under a name that holds its hash.</summary>
public static class StyleSheet
{
    private static readonly byte[] Content = Load();

    /// <summary>E.g. <c>site.3f2a9c01d4e5.css</c>.</summary>
    public static string FileName { get; } = $"site.{Convert.ToHexStringLower(SHA256.HashData(Content))[..12]}.css";

    internal static string Path => "/assets/" + FileName;

    /// <summary><c>GET /assets/{file}</c></summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.AnybodyAsync(context, exchange =>
    {
        if (exchange.RouteValue("file") != FileName) throw Exchange.NotFound();
        exchange.Http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Task.FromResult(Results.Bytes(Content, "text/css; charset=utf-8"));
    });

    private static byte[] Load()
    {
        using Stream stream = typeof(StyleSheet).Assembly.GetManifestResourceStream("site.css")
            ?? throw new InvalidOperationException("The style sheet is not embedded in the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
