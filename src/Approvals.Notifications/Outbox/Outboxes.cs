using System.Globalization;
using System.Text.Json;
using Approvals.Durable;
using Approvals.Notifications.Webhooks;

namespace Approvals.Notifications.Outbox;

/// <summary>What outboxes look like from outside: put something in, see what did not get out, ask for another try.</summary>
public static class Outboxes
{
    /// <summary>How long behind an action's own deadline undelivered notices are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Pages of instances that one look reads at most, and their size: most outboxes only wait and are passed over.</summary>
    private const int MaxPages = 10;

    private const int PageSize = 1_000;

    /// <summary>Durable on return. An outbox that has ended has told everything: what comes again then is dropped.</summary>
    /// <exception cref="EngineBusyException">Nothing was accepted; the activity that notifies is tried again.</exception>
    internal static async Task PostAsync(this IDurableClient durable, string instanceId, OutboxOrder order, Notice notice, CancellationToken cancellationToken)
    {
        await durable.StartAsync(OutboxOrchestration.Name, instanceId, order, cancellationToken).ConfigureAwait(false);
        RaiseResult raised = await durable.RaiseEventAsync(instanceId, OutboxOrchestration.NoticeEvent, notice.Id, notice, cancellationToken).ConfigureAwait(false);
        if (raised == RaiseResult.UnknownInstance) throw new InvalidOperationException("The outbox that was just started is not there.");
    }

    /// <summary>
    /// Outboxes with something undelivered, a page at a time: what waits for its next attempt, and what waits for an admin. A page may hold fewer
    /// or some more than asked for, or none, and still have a next one.
    /// </summary>
    public static async Task<UndeliveredPage> UndeliveredAsync(this IDurableClient durable, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var found = new List<Undelivered>();
        for (int page = 0; page < MaxPages; page++)
        {
            InstancePage instances = await durable.QueryAsync(
                new InstanceQuery(InstanceStatus.Running, OutboxOrchestration.Name, Limit: PageSize, Cursor: cursor), cancellationToken).ConfigureAwait(false);
            found.AddRange(instances.Instances.Select(Read).OfType<Undelivered>());
            cursor = instances.NextCursor;
            if (cursor is null || found.Count >= limit) break;
        }

        return new UndeliveredPage(found, cursor);
    }

    /// <summary>What the people who were asked about an action were told, and how; <see langword="null"/> when nobody was to be told.</summary>
    public static Task<OutboxStatus?> ToPeopleAsync(this IDurableClient durable, string actionId, CancellationToken cancellationToken) =>
        durable.StatusAsync(OutboxIds.People(actionId), cancellationToken);

    /// <summary>The same of machines: the webhooks that the options name, and the action's own callback.</summary>
    public static async Task<IReadOnlyList<OutboxStatus>> ToMachinesAsync(
        this IDurableClient durable, string actionId, NotificationOptions options, CancellationToken cancellationToken)
    {
        var found = new List<OutboxStatus>();
        foreach (string outbox in options.Webhooks.Select(webhook => OutboxIds.Webhook(actionId, WebhookChannel.NameOf(webhook))).Append(OutboxIds.Callback(actionId)))
        {
            if (await durable.StatusAsync(outbox, cancellationToken).ConfigureAwait(false) is { } status) found.Add(status);
        }

        return found;
    }

    /// <summary>Asks an outbox to try at once what it could not deliver. False when there is no such outbox, or it has ended.</summary>
    public static async Task<bool> ReplayAsync(this IDurableClient durable, string outboxId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!outboxId.StartsWith(OutboxIds.Prefix, StringComparison.Ordinal)) return false;

        // Two clicks in the same second are one wish.
        string eventId = "replay:" + now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        RaiseResult raised = await durable.RaiseEventAsync(outboxId, OutboxOrchestration.ReplayEvent, eventId, new ReplayRequest(now), cancellationToken).ConfigureAwait(false);
        return raised is RaiseResult.Accepted or RaiseResult.Duplicate;
    }

    private static Undelivered? Read(InstanceState instance) =>
        StatusOf(instance) is { } status && (status.Retrying is not null || status.Dead.Count > 0) ? new Undelivered(instance.InstanceId, status) : null;

    private static async Task<OutboxStatus?> StatusAsync(this IDurableClient durable, string instanceId, CancellationToken cancellationToken) =>
        await durable.GetAsync(instanceId, cancellationToken).ConfigureAwait(false) is { } instance ? StatusOf(instance) : null;

    private static OutboxStatus? StatusOf(InstanceState instance) =>
        instance.CustomStatusJson is { } json ? JsonSerializer.Deserialize<OutboxStatus>(json, DurableJson.Options) : null;
}

/// <param name="OutboxId">For a replay.</param>
public sealed record Undelivered(string OutboxId, OutboxStatus Status);

public sealed record UndeliveredPage(IReadOnlyList<Undelivered> Outboxes, string? NextCursor);
