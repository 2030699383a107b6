using System.Text;
using System.Text.Json.Nodes;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Tests.Webhooks;

public sealed class WebhookSecretTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>The worked example of the specification's reference libraries.</summary>
    [Fact]
    public void Signature_is_that_of_the_published_example() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecret.Sign([WebhookSecret.Parse(Secret)], "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}"u8));

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void Secret_that_is_none_is_refused_without_being_repeated(string text)
    {
        FormatException refused = Assert.Throws<FormatException>(() => WebhookSecret.Parse(text));
        if (text.Length > "whsec_".Length) Assert.DoesNotContain(text, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Openssl_computes_the_same()
    {
        string key = Convert.ToHexStringLower(WebhookSecret.Parse(Secret));
        string hex = Tools.Run("openssl", "id1.1614265330.body", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + key, "-r").Split(' ')[0];
        Assert.Equal("v1," + Convert.ToBase64String(Convert.FromHexString(hex)), WebhookSecret.Sign([WebhookSecret.Parse(Secret)], "id1", DateTimeOffset.FromUnixTimeSeconds(1614265330), "body"u8));
    }

    [Fact]
    public void Events_are_as_recorded()
    {
        var events = new CloudEvents("approvals.example.com", new ReviewPages(() => new Uri("https://approvals.example.com")));
        foreach (NoticeKind kind in (NoticeKind[])[NoticeKind.Requested, NoticeKind.Reminder, NoticeKind.Escalated])
        {
            var notice = new Notice($"{Documents.ActionId}:0:{kind}", kind, 0, Documents.Start, Documents.Start.AddHours(4));
            byte[] body = events.Review(notice, Documents.InReview());
            Golden.Check($"event-{kind.ToString().ToLowerInvariant()}.json", JsonNode.Parse(body)!);
            Assert.DoesNotContain("s3://", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        }

        byte[] decided = events.Decided("decided-1", Documents.Approved(Documents.InReview(), Documents.Start.AddMinutes(5)));
        Golden.Check("event-decided.json", JsonNode.Parse(decided)!);
    }
}
