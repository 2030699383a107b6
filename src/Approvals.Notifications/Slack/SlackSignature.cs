using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Approvals.Notifications.Slack;

/// <summary>Slack's v0 signature of a request: https://docs.slack.dev/authentication/verifying-requests-from-slack</summary>
public static class SlackSignature
{
    public const string TimestampHeader = "X-Slack-Request-Timestamp";
    public const string SignatureHeader = "X-Slack-Signature";

    /// <summary>Slack's recommendation: what is older, or from the future, is not looked at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    public static string Compute(string signingSecret, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"v0:{timestamp}:"), .. body];
        return "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(signingSecret), signed));
    }

    /// <summary>Whether Slack signed exactly this body within the window. Compares in constant time. Says nothing about replays within the window.</summary>
    public static bool Verify(string signingSecret, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (signingSecret.Length == 0 || timestamp is null || signature is null || timestamp.Length > 12) return false;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)) return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - seconds) > (long)Window.TotalSeconds) return false;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Compute(signingSecret, timestamp, body)), Encoding.UTF8.GetBytes(signature));
    }
}
