using System.Diagnostics;

namespace Approvals.Web.Tests.Identity;

/// <summary>The certified npm package oidc-provider, running. Its people: alice, bob, mallory; see tests/tools/openid-provider.mjs.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    private readonly Process process;

    // Starting one takes a second, most of it for its keys; visitors know nothing of each other. Ends with this process.
    private static readonly Lazy<Task<OpenIdProvider>> One = new(StartAsync);

    private bool isStopped;

    private OpenIdProvider(Process process, string url) => (this.process, Url) = (process, url);

    public string Url { get; }

    /// <summary>One for all tests that change nothing in it.</summary>
    public static Task<OpenIdProvider> SharedAsync() => One.Value;

    /// <summary>One of the test's own.</summary>
    public static async Task<OpenIdProvider> StartAsync()
    {
        Process started = NodePrograms.Start("openid-provider.mjs");
        started.ErrorDataReceived += static (_, _) => { }; // its warnings must not fill the pipe
        started.BeginErrorReadLine();
        string? url = await started.StandardOutput.ReadLineAsync();
        Assert.False(string.IsNullOrEmpty(url), "The provider did not start.");
        return new OpenIdProvider(started, url);
    }

    /// <summary>New keys; the old ones are gone at once.</summary>
    public async Task RotateAsync()
    {
        using var http = new HttpClient();
        (await http.PostAsync(Url + "/test/rotate", null)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (isStopped) return;
        isStopped = true;
        process.StandardInput.Close(); // it ends with its input
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
