using System.Security.Cryptography;
using System.Text;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Slack;

/// <summary>Lets in what Slack sent, once, and says who it is about.</summary>
public sealed class SlackRequests(SlackOptions options, IActionIndex index, TimeProvider time)
{
    /// <summary>Whether Slack signed exactly this body in the last minutes.</summary>
    /// <exception cref="Outbox.DeliveryRefusedException">The signing secret cannot be read: nothing is let in.</exception>
    public bool IsGenuine(string? timestamp, string? signature, ReadOnlySpan<byte> body) =>
        SlackSignature.Verify(options.SigningSecret.Read(), timestamp, signature, body, time.GetUtcNow());

    /// <summary>
    /// Whether a genuine request comes for the first time. Remembered durably and for all instances, by its signature, for much longer than
    /// <see cref="SlackSignature.Window"/>: the index's reservations are first come, first served.
    /// </summary>
    public async Task<bool> IsFirstAsync(string signature, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        string own = Guid.CreateVersion7(now).ToString();
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signature)));
        IdempotencyReservation first = await index.ReserveAsync(
            new IdempotencyReservation(new PrincipalId("slack", options.TeamId), key, own, "", "", now), cancellationToken).ConfigureAwait(false);
        return first.ActionId == own;
    }

    /// <summary>
    /// Who a Slack user is here; <see langword="null"/> for strangers. Users of other workspaces, guests of shared channels among them, are strangers
    /// whatever their id is.
    /// </summary>
    public PrincipalId? PersonOf(SlackInteraction interaction) =>
        interaction.TeamId == options.TeamId && options.People.TryGetValue(interaction.UserId, out PrincipalId person) ? person : null;
}
