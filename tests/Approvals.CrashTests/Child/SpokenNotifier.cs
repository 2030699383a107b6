using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.CrashTests.Child;

/// <summary>Tells the test that reviewers are asked, before the activity that asks them is done: so it is told at least once.</summary>
internal sealed class SpokenNotifier(INotifier inner, Action<string> say) : INotifier
{
    public async Task NotifyAsync(
        string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken)
    {
        if (kind == NoticeKind.Requested) say(document.Id);
        await inner.NotifyAsync(noticeId, kind, document, recipients, cancellationToken);
    }
}
