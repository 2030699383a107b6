using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Approvals.Web.Tests.Hosting;

/// <summary>Another site, for a real browser: <c>localhost</c>, where the gate is <c>127.0.0.1</c>.</summary>
internal sealed class EvilSite : IAsyncDisposable
{
    private readonly WebApplication app;

    private EvilSite(WebApplication app) => this.app = app;

    public string Url => app.Urls.First().Replace("127.0.0.1", "localhost");

    public static async Task<EvilSite> StartAsync(string html)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication built = builder.Build();
        built.MapGet("/", () => Results.Content("<!DOCTYPE html><title>Nice</title>" + html, "text/html"));
        await built.StartAsync();
        return new EvilSite(built);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
