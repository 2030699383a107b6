using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbound;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Secrets;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Webhooks;

/// <summary>Who may be called back, and what signs it.</summary>
/// <param name="Hosts">Exact host names. A loopback host may be among them; it is then called over plain HTTP too.</param>
public sealed record CallbackEndpoint(IReadOnlyList<string> Hosts, IReadOnlyList<SecretReference> Secrets)
{
    public bool IsAllowed(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && OutboundHttp.IsAllowed(uri) && Hosts.Contains(uri.IdnHost, StringComparer.OrdinalIgnoreCase);
}

/// <summary>The <c>callbackUrl</c> that a requester gave with an action.</summary>
public sealed class CallbackChannel(CallbackEndpoint endpoint, CloudEvents events, SignedPost post) : INoticeChannel
{
    public const string ChannelName = "callback";

    public string Name => ChannelName;

    /// <summary>The URL itself is the requester's and stays in the action's document.</summary>
    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients) => [ChannelName];

    public async Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        if (outgoing.Document.Request.CallbackUrl is not { } url || outgoing.Document.Decision is null) return Delivery.Obsolete;
        if (!endpoint.IsAllowed(url)) return Delivery.Refused("host_not_allowed");
        return await post.SendAsync(new Uri(url), endpoint.Secrets, outgoing.Notice.Id, events.Decided(outgoing.Notice.Id, outgoing.Document), cancellationToken)
            .ConfigureAwait(false);
    }
}
