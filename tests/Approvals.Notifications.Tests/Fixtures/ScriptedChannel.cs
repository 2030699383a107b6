using System.Collections.Concurrent;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Tests.Fixtures;

/// <summary>A channel that answers as a test says, and keeps what it was given.</summary>
internal sealed class ScriptedChannel(string name) : INoticeChannel
{
    public string Name => name;

    public IReadOnlyList<string> Addresses { get; set; } = ["here"];

    /// <summary>What an attempt comes to; delivered by default.</summary>
    public Func<OutgoingNotice, Delivery> Answer { get; set; } = outgoing => Delivery.Delivered($"{outgoing.Address}:{outgoing.Notice.Stage}");

    public ConcurrentQueue<(NoticeKind Kind, string Address, string? Ref, string Id)> Attempts { get; } = new();

    public NoticeKind[] Kinds => [.. Attempts.Select(attempt => attempt.Kind)];

    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients) => Addresses;

    public Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        Attempts.Enqueue((outgoing.Notice.Kind, outgoing.Address, outgoing.Ref, outgoing.Notice.Id));
        return Task.FromResult(Answer(outgoing));
    }
}
