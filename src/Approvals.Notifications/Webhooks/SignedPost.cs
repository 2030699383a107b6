using System.Globalization;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Secrets;

namespace Approvals.Notifications.Webhooks;

/// <summary>Posts CloudEvents (structured mode, CloudEvents HTTP binding 1.0.2 section 3.2), signed by <see cref="WebhookSecret"/>.</summary>
public sealed class SignedPost(OutboundHttp http, TimeProvider time)
{
    public async Task<Delivery> SendAsync(Uri url, IReadOnlyList<SecretReference> secrets, string id, byte[] body, CancellationToken cancellationToken)
    {
        byte[][] keys;
        try
        {
            keys = [.. secrets.Select(secret => WebhookSecret.Parse(secret.Read()))];
        }
        catch (FormatException)
        {
            return Delivery.Refused("secret_malformed");
        }

        // INVARIANT: nothing leaves unsigned.
        if (keys.Length == 0) return Delivery.Refused("secret_missing");
        DateTimeOffset now = time.GetUtcNow(); // of this attempt: receivers refuse old timestamps
        OutboundAnswer answer = await http.PostAsync(
            url,
            body,
            "application/cloudevents+json; charset=utf-8",
            headers =>
            {
                headers.Add("webhook-id", id);
                headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
                headers.Add("webhook-signature", WebhookSecret.Sign(keys, id, now, body));
            },
            cancellationToken).ConfigureAwait(false);
        return answer.ToDelivery();
    }
}
