using Approvals.Notifications.Webhooks;

namespace Approvals.Notifications.Tests.Webhooks;

public sealed class CallbackEndpointTests
{
    [Theory]
    [InlineData("https://hooks.example.com/x", true)]
    [InlineData("https://HOOKS.example.com:8443/x", true)]
    [InlineData("http://hooks.example.com/x", false)]
    [InlineData("http://localhost:9/x", true)]
    [InlineData("https://evil.example.com/", false)]
    [InlineData("https://hooks.example.com.evil.example/", false)]
    [InlineData("https://hooks.example.com@evil.example/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("hooks.example.com", false)]
    public void Callback_goes_to_allowed_hosts_only(string url, bool allowed) =>
        Assert.Equal(allowed, new CallbackEndpoint(["hooks.example.com", "localhost"], []).IsAllowed(url));
}
