using System.Text.Json;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Secrets;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Teams;

/// <param name="Channels">
/// The Workflows webhook of each reviewer group's channel; <c>*</c> for groups that have none of their own. Such a URL is a secret: who knows it posts.
/// </param>
public sealed record TeamsOptions(IReadOnlyDictionary<string, SecretReference> Channels)
{
    public const string AllGroups = "*";
}

/// <summary>Microsoft Teams by Workflows webhooks. They only post, so every notice is a card of its own and nothing is decided from one.</summary>
public sealed class TeamsChannel(TeamsOptions options, TeamsCard card, OutboundHttp http, TimeProvider time) : INoticeChannel
{
    public const string ChannelName = "teams";

    public string Name => ChannelName;

    /// <summary>Keys of <see cref="TeamsOptions.Channels"/>: the URLs are secrets and stay out of histories.</summary>
    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients) => document.Review is not { IsOpen: true } review
        ? []
        : [.. review.EligibleGroups(time.GetUtcNow())
            .Select(group => options.Channels.ContainsKey(group) ? group : TeamsOptions.AllGroups)
            .Where(options.Channels.ContainsKey).Distinct()];

    public async Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        if (!options.Channels.TryGetValue(outgoing.Address, out SecretReference? webhook)) return Delivery.Refused("channel_not_configured");
        if (!Uri.TryCreate(webhook.Read(), UriKind.Absolute, out Uri? url)) return Delivery.Refused("secret_malformed");
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(TeamsCard.Envelope(card.ForWebhook(outgoing.Notice, outgoing.Document)));
        OutboundAnswer answer = await http.PostAsync(url, body, "application/json; charset=utf-8", null, cancellationToken).ConfigureAwait(false);
        return answer.ToDelivery();
    }
}
