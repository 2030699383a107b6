using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Logging;

namespace ApprovalFunctions.Notices;

/// <summary>
/// Notes that people are asked. It sends nothing: reviewers see what waits for them in the list of actions in review, and get their personal
/// link with <c>POST /api/actions/{id}/review-link</c>. No link is ever logged; it is a credential.
/// </summary>
internal sealed class NoticeLog(ILogger<NoticeLog> logger) : INotifier
{
    public Task NotifyAsync(
        string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken)
    {
        logger.LogInformation("Notice {NoticeId}: {Kind} for {Recipients} people.", noticeId, kind, recipients.Count);
        return Task.CompletedTask;
    }
}
