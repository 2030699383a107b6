using Approvals.Durable;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Outbox;

/// <summary>
/// Puts notices into outboxes: one for the people who are asked, and one for each webhook. Durable on return; under the same notice id nothing
/// happens twice.
/// </summary>
/// <param name="people">Channels for people, the preferred one first; none tells nobody.</param>
/// <param name="webhooks">Channels that get every notice.</param>
public sealed class OutboxNotifier(IDurableClient durable, IReadOnlyList<string> people, IReadOnlyList<string> webhooks, TimeProvider time) : INotifier
{
    public async Task NotifyAsync(
        string noticeId, NoticeKind kind, ActionDocument document, IReadOnlyList<Principal> recipients, CancellationToken cancellationToken)
    {
        if (document.Review is not { } review) return;
        var notice = new Notice(OutboxIds.Notice(noticeId), kind, review.StageIndex, time.GetUtcNow(), review.IsOpen ? review.Deadline : null) { Round = review.Round };
        if (people.Count > 0) await durable.PostAsync(OutboxIds.People(document.Id), Order(document, people, forPeople: true), notice, cancellationToken).ConfigureAwait(false);
        foreach (string webhook in webhooks)
            await durable.PostAsync(OutboxIds.Webhook(document.Id, webhook), Order(document, [webhook], forPeople: false), notice, cancellationToken).ConfigureAwait(false);
    }

    private static OutboxOrder Order(ActionDocument document, IReadOnlyList<string> channels, bool forPeople) =>
        new(document.Id, channels, forPeople, document.Request.ExpiresAt + Outboxes.Kept);
}
