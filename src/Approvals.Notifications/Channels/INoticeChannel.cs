using Approvals.Notifications.Outbox;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Channels;

/// <summary>
/// A way to reach somebody: a chat, a webhook, a terminal. Calls may overlap, and may be repeated after a crash; what was sent but whose answer was
/// lost is sent again. A channel that throws <see cref="HttpRequestException"/> or times out is tried later; it logs no content and no address that
/// is a secret.
/// </summary>
public interface INoticeChannel
{
    /// <summary>Stable: histories and <c>approvals.yaml</c> name it, e.g. <c>slack</c>, <c>webhook:siem</c>.</summary>
    string Name { get; }

    /// <summary>Where in this channel a notice goes, each place once and none a secret; empty when it reaches none of those who are asked.</summary>
    /// <param name="recipients">Who may vote now.</param>
    IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients);

    Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken);
}

/// <summary>What a channel is given to send.</summary>
/// <param name="Document">As it is now: redacted only.</param>
/// <param name="Recipients">Who may vote now.</param>
/// <param name="Ref">The message that stands at the address already, to be updated or answered.</param>
public sealed record OutgoingNotice(Notice Notice, ActionDocument Document, IReadOnlyList<Principal> Recipients, string Address, string? Ref);
