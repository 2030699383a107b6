using System.Net;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;

namespace Approvals.Notifications.Tests.Outbound;

public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("104.16.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void Address_of_the_internet_is_public(string address) => Assert.True(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("168.63.129.16")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2001:0:a9fe:a9fe::1")]
    [InlineData("2001:db8::1")]
    [InlineData("::10.0.0.1")]
    public void Address_of_this_machine_or_network_or_a_metadata_service_is_not(string address) =>
        Assert.False(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://hooks.example.com/x", true)]
    [InlineData("http://hooks.example.com/x", false)]
    [InlineData("http://localhost:9/x", true)]
    [InlineData("http://127.0.0.1:9/x", true)]
    [InlineData("http://[::1]:9/x", true)]
    [InlineData("http://127.0.0.1.nip.io/x", false)]
    [InlineData("https://user:pass@hooks.example.com/x", false)]
    [InlineData("ftp://hooks.example.com/x", false)]
    [InlineData("file:///etc/passwd", false)]
    public void Url_is_https_or_loopback_in_so_many_words(string url, bool allowed) => Assert.Equal(allowed, OutboundHttp.IsAllowed(new Uri(url)));

    [Theory]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[fd00:ec2::254]/")]
    [InlineData("https://2130706433.example.invalid@169.254.169.254/")]
    [InlineData("https://0xA9FEA9FE/")]
    public async Task Post_to_an_address_that_is_not_public_connects_nowhere(string url)
    {
        using var http = new OutboundHttp();
        var refused = await Assert.ThrowsAsync<DeliveryRefusedException>(() =>
            http.PostAsync(new Uri(url), new byte[1], "application/json", null, CancellationToken.None));
        Assert.Contains(refused.Code, (string[])["address_not_allowed", "url_not_allowed"]);
    }
}
