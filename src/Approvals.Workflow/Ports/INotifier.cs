using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Ports;

/// <summary>Why people are told.</summary>
public enum NoticeKind
{
    /// <summary>A stage begins: please review.</summary>
    Requested,

    /// <summary>Still waiting.</summary>
    Reminder,

    /// <summary>Late: more people are asked.</summary>
    Escalated,

    /// <summary>Decided, expired or canceled: nothing to do any more.</summary>
    Closed,
}

/// <summary>
/// Tells people. Called at least once per notice, so a receiver may be told twice. It queues durably and returns: a channel that is down
/// delays nobody's decision. Calls may overlap.
/// </summary>
public interface INotifier
{
    /// <param name="noticeId">The same on every repetition.</param>
    /// <param name="document">What may be shown: redacted only.</param>
    /// <param name="recipients">Eligible people; a link made for one of them is good for that one only.</param>
    Task NotifyAsync(string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken);
}
