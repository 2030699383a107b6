using System.Text;
using Approvals.Notifications.Slack;

namespace Approvals.Notifications.Tests.Slack;

public sealed class SlackSignatureTests
{
    private const string Body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    /// <summary>The worked example of Slack's own documentation.</summary>
    [Fact]
    public void Signature_is_that_of_slacks_example() => Assert.Equal(
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        SlackSignature.Compute("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", Encoding.UTF8.GetBytes(Body)));

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void Signature_counts_within_five_minutes(int secondsLater, bool counts) => Assert.Equal(counts, SlackSignature.Verify(
        "8f742231b10e8888abcd99yyyzzz85a5", "1531420618", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        Encoding.UTF8.GetBytes(Body), DateTimeOffset.FromUnixTimeSeconds(1531420618 + secondsLater)));

    [Fact]
    public void Openssl_computes_the_same()
    {
        string hex = Fixtures.Tools.Run("openssl", "v0:1531420618:" + Body, "dgst", "-sha256", "-hmac", "8f742231b10e8888abcd99yyyzzz85a5", "-r").Split(' ')[0];
        Assert.Equal("v0=" + hex, SlackSignature.Compute("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", Encoding.UTF8.GetBytes(Body)));
    }
}
