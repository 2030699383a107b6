using System.Security.Cryptography;
using Approvals.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Pages;

/// <summary>The style sheet and the script, embedded in the assembly and each served under a name that holds its hash.</summary>
public sealed class Asset
{
    private readonly byte[] content;
    private readonly string mediaType;

    private Asset(string name, string extension, string mediaType)
    {
        content = Load($"{name}.{extension}");
        this.mediaType = mediaType;
        FileName = $"{name}.{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}.{extension}";
    }

    internal static Asset StyleSheet { get; } = new("site", "css", "text/css; charset=utf-8");

    /// <summary>The only script there is: it keeps an action's page up to date. Every page works without it.</summary>
    internal static Asset LiveScript { get; } = new("live", "js", "text/javascript; charset=utf-8");

    /// <summary>E.g. <c>site.3f2a9c01d4e5.css</c>.</summary>
    internal string FileName { get; }

    internal string Path => "/assets/" + FileName;

    /// <summary><c>GET /assets/{file}</c></summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.AnybodyAsync(context, exchange =>
    {
        string file = exchange.RouteValue("file");
        Asset asset = file == StyleSheet.FileName ? StyleSheet : file == LiveScript.FileName ? LiveScript : throw Exchange.NotFound();
        exchange.Http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Task.FromResult(Results.Bytes(asset.content, asset.mediaType));
    });

    private static byte[] Load(string resource)
    {
        using Stream stream = typeof(Asset).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded in the assembly.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
