using Approvals.Durable;
using Approvals.Notifications.Channels;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.Logging;

namespace Approvals.Notifications.Outbox;

/// <summary>
/// The outbox's effects. What is sent is made from the action's document at the time of sending, so that neither history nor outbox holds
/// any content, and a message is never older than its sending.
/// </summary>
public sealed class OutboxActivities(
    IActionIndex index, Deputies deputies, IEnumerable<INoticeChannel> channels, NotificationMetrics metrics, TimeProvider time, ILogger<OutboxActivities> logger)
{
    /// <summary>The activities' names as histories know them.</summary>
    public const string Address = "address-notice";

    /// <inheritdoc cref="Address"/>
    public const string Deliver = "deliver-notice";

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, INoticeChannel> channels = channels.ToDictionary(channel => channel.Name, StringComparer.Ordinal);

    public IEnumerable<ActivityDefinition> Definitions =>
    [
        ActivityDefinition.Create<AddressStep, IReadOnlyList<string>>(Address, AddressAsync),
        ActivityDefinition.Create<DeliveryStep, Delivery>(Deliver, DeliverAsync),
    ];

    public async Task<IReadOnlyList<string>> AddressAsync(ActivityContext context, AddressStep step, CancellationToken cancellationToken)
    {
        if (!channels.TryGetValue(step.Channel, out INoticeChannel? channel)) return []; // configured away since: others stand in
        ActionDocument document = await FindAsync(step.ActionId, cancellationToken).ConfigureAwait(false);
        return channel.AddressesOf(step.Notice, document, await RecipientsAsync(document, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>One attempt. Answers what became of it; throws only when the gate itself could not look.</summary>
    public async Task<Delivery> DeliverAsync(ActivityContext context, DeliveryStep step, CancellationToken cancellationToken)
    {
        ActionDocument document = await FindAsync(step.ActionId, cancellationToken).ConfigureAwait(false);
        Delivery delivery = !channels.TryGetValue(step.Channel, out INoticeChannel? channel) ? Delivery.Refused("channel_not_configured")
            : step.ForPeople && IsObsolete(step.Notice, document) ? Delivery.Obsolete
            : await SendAsync(channel, step, document, cancellationToken).ConfigureAwait(false);
        metrics.Attempted(step.Channel, step.Notice.Kind, delivery);
        if (delivery.Outcome is DeliveryOutcome.TryLater or DeliveryOutcome.Refused)
        {
            // The alert "notices undelivered" looks for this text.
            logger.LogWarning(
                "Notice undelivered: {Kind} of {ActionId} by {Channel}: {Code} ({Outcome}).",
                step.Notice.Kind, step.ActionId, step.Channel, delivery.Code, delivery.Outcome);
        }

        return delivery;
    }

    /// <summary>Nobody is asked for what is decided, or for a stage that is over.</summary>
    private static bool IsObsolete(Notice notice, ActionDocument document) =>
        notice.Kind != NoticeKind.Closed && (document.IsTerminal || document.Review is not { IsOpen: true } review || (review.Round, review.StageIndex) != (notice.Round, notice.Stage));

    private async Task<Delivery> SendAsync(INoticeChannel channel, DeliveryStep step, ActionDocument document, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            IReadOnlyList<Principal> recipients = await RecipientsAsync(document, either.Token).ConfigureAwait(false);
            return await channel.SendAsync(new OutgoingNotice(step.Notice, document, recipients, step.Address, step.Ref), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Delivery.TryLater("timeout");
        }
        catch (HttpRequestException unreachable)
        {
            return Delivery.TryLater(unreachable.HttpRequestError == HttpRequestError.Unknown ? "unreachable" : SnakeCase(unreachable.HttpRequestError));
        }
        catch (IOException)
        {
            return Delivery.TryLater("unreachable");
        }
        catch (DeliveryRefusedException refused)
        {
            return Delivery.Refused(refused.Code);
        }
    }

    private async Task<IReadOnlyList<Principal>> RecipientsAsync(ActionDocument document, CancellationToken cancellationToken)
    {
        if (document.IsTerminal || document.Review is not { IsOpen: true } review) return [];
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<Principal> members = await deputies.MembersAsync(review.EligibleGroups(now), cancellationToken).ConfigureAwait(false);
        return [.. members.Where(member => review.CheckVoter(member, now) is null)];
    }

    private async Task<ActionDocument> FindAsync(string actionId, CancellationToken cancellationToken) =>
        await index.GetAsync(actionId, cancellationToken).ConfigureAwait(false)
        ?? throw new PermanentFailureException("document_missing", "The action is not in the index.");

    private static string SnakeCase(HttpRequestError error) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString());
}

/// <summary>A delivery that no further attempt can save. The code is stable and holds no data.</summary>
public sealed class DeliveryRefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
