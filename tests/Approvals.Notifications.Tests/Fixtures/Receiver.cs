using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>One request as it came over the wire.</summary>
internal sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>Somebody else's HTTP server on a loopback port: keeps every request and answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly WebApplication app;
    private readonly Channel<Received> received = Channel.CreateUnbounded<Received>();

    private Receiver(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First() + "/");

    /// <summary>Answers a request; 200 without a body by default.</summary>
    public Func<Received, HttpResponse, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Everything that ever came, as text.</summary>
    public List<string> Seen { get; } = [];

    /// <param name="port">0 for any.</param>
    public static async Task<Receiver> StartAsync(int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        WebApplication built = builder.Build();
        var receiver = new Receiver(built);
        built.Run(receiver.HandleAsync);
        await built.StartAsync();
        return receiver;
    }

    /// <summary>The next request, in the order they came.</summary>
    public async Task<Received> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await received.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The next request to this path; others before it are passed over.</summary>
    public async Task<Received> NextAsync(string path)
    {
        while (true)
        {
            Received next = await NextAsync();
            if (next.Path == path) return next;
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new Received(
            context.Request.Method, context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray());
        lock (Seen) Seen.Add(request.Path + "\n" + System.Text.Encoding.UTF8.GetString(request.Body));
        await Answer(request, context.Response);
        await context.Response.CompleteAsync();
        received.Writer.TryWrite(request);
    }
}
