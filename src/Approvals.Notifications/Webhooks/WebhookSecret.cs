using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Approvals.Notifications.Webhooks;

/// <summary>
/// Signs as Standard Webhooks has it (https://github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 over <c>id.timestamp.body</c> under a
/// secret <c>whsec_&lt;base64&gt;</c> of 24 to 64 bytes. While a secret is being replaced both sign, and a receiver takes either.
/// </summary>
public static class WebhookSecret
{
    private const string Prefix = "whsec_";

    /// <summary>The secret's bytes.</summary>
    /// <exception cref="FormatException">Not <c>whsec_</c> and base64 of 24 to 64 bytes. The message does not repeat it.</exception>
    public static byte[] Parse(string text)
    {
        if (text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            byte[] key = new byte[(text.Length * 3 / 4) + 3];
            if (Convert.TryFromBase64String(text[Prefix.Length..], key, out int length) && length is >= 24 and <= 64) return key[..length];
        }

        throw new FormatException("a webhook secret is whsec_ and the base64 of 24 to 64 random bytes, e.g. from: echo whsec_$(openssl rand -base64 32).");
    }

    /// <summary>The value of <c>webhook-signature</c>: one <c>v1,…</c> for each secret, apart by spaces.</summary>
    /// <param name="id">Of the notice; without dots.</param>
    public static string Sign(IEnumerable<byte[]> secrets, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}."));
        byte[] signed = [.. head, .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed))));
    }
}
