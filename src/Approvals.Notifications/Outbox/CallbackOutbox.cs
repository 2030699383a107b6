using Approvals.Durable;
using Approvals.Notifications.Webhooks;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.Logging;

namespace Approvals.Notifications.Outbox;

/// <summary>
/// Announces decisions to the <c>callbackUrl</c> of their actions, by an outbox of their own: signed like every webhook, tried for about three days,
/// then kept for an admin.
/// </summary>
/// <param name="endpoint">Who may be called back; <see langword="null"/> for nobody.</param>
public sealed class CallbackOutbox(IDurableClient durable, CallbackEndpoint? endpoint, TimeProvider time, ILogger<CallbackOutbox> logger) : IReleasePublisher
{
    public async Task PublishAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        if (document.Request.CallbackUrl is not { } url || document.Decision is null) return;
        if (endpoint is null || !endpoint.IsAllowed(url))
        {
            logger.LogWarning("Action {ActionId}: its callback host is not allowed (any more); nobody is told.", document.Id);
            return;
        }

        await durable.PostAsync(
            OutboxIds.Callback(document.Id),
            new OutboxOrder(document.Id, [CallbackChannel.ChannelName], ForPeople: false, document.Request.ExpiresAt + Outboxes.Kept),
            new Notice(document.Id, NoticeKind.Closed, document.Review?.StageIndex ?? 0, time.GetUtcNow(), null),
            cancellationToken).ConfigureAwait(false);
    }
}
