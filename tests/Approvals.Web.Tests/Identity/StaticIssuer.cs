using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Tests.Identity;

/// <summary>An issuer that says whatever a test wants it to say, and counts how often it is asked.</summary>
internal sealed class StaticIssuer : IAsyncDisposable
{
    /// <summary>What it calls itself: not its address, so that tokens can be minted before it listens.</summary>
    public const string Name = "https://ci.example";

    private readonly WebApplication app;

    private StaticIssuer(WebApplication app) => this.app = app;

    public string Address { get; private set; } = "";

    public ConcurrentDictionary<string, int> Asked { get; } = new();

    /// <summary>The JWKS document.</summary>
    public string Keys { get; set; } = """{"keys":[]}""";

    /// <summary>Further members of the metadata, or others' values.</summary>
    public Dictionary<string, object> Metadata { get; } = [];

    /// <summary>What it answers instead of all else.</summary>
    public HttpStatusCode? Down { get; set; }

    public static async Task<StaticIssuer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication built = builder.Build();
        var issuer = new StaticIssuer(built);
        built.Run(issuer.AnswerAsync);
        await built.StartAsync();
        issuer.Address = built.Urls.First();
        return issuer;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path;
        Asked.AddOrUpdate(path, 1, static (_, times) => times + 1);
        if (Down is { } status)
        {
            context.Response.StatusCode = (int)status;
            return;
        }

        string body = path switch
        {
            "/.well-known/openid-configuration" => JsonSerializer.Serialize(
                new Dictionary<string, object> { ["issuer"] = Name, ["jwks_uri"] = Address + "/keys" }.Concat(Metadata).GroupBy(member => member.Key).ToDictionary(member => member.Key, member => member.Last().Value)),
            "/keys" => Keys,
            _ => "",
        };
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    }
}
