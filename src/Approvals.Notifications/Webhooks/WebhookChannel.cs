using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Secrets;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Webhooks;

/// <param name="Name">Lower-case letters, digits and dashes; stands in the ids of outboxes.</param>
/// <param name="Secrets">The first is the current one; a second one is the one before, while receivers still know only that.</param>
public sealed record WebhookOptions(string Name, Uri Url, IReadOnlyList<SecretReference> Secrets);

/// <summary>A machine that wants to know of every review and decision.</summary>
public sealed class WebhookChannel(WebhookOptions options, CloudEvents events, SignedPost post) : INoticeChannel
{
    public static string NameOf(WebhookOptions options) => "webhook:" + options.Name;

    public string Name => NameOf(options);

    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients) => [options.Name];

    public Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        byte[] body = outgoing.Notice.Kind == NoticeKind.Closed
            ? events.Decided(outgoing.Notice.Id, outgoing.Document)
            : events.Review(outgoing.Notice, outgoing.Document);
        return post.SendAsync(options.Url, options.Secrets, outgoing.Notice.Id, body, cancellationToken);
    }
}
