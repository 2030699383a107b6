using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Slack;

/// <summary>
/// Slack: the channel of each group that is asked, or, where a group has none, direct messages to those of its people whom we know. One message a
/// stage and place: reminders go into its thread, and it is updated when there is nothing to decide any more.
/// </summary>
public sealed class SlackChannel(SlackOptions options, SlackApi api, SlackMessages messages, TimeProvider time) : INoticeChannel
{
    public const string ChannelName = "slack";

    private const int MaxDirectMessages = 50;

    public string Name => ChannelName;

    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients)
    {
        if (document.Review is not { IsOpen: true } review) return [];
        var addresses = new List<string>();
        bool areAllCovered = true;
        foreach (string group in review.EligibleGroups(time.GetUtcNow()))
        {
            if (options.Channels.TryGetValue(group, out string? channel) || options.Channels.TryGetValue(SlackOptions.AllGroups, out channel)) addresses.Add(channel);
            else areAllCovered = false;
        }

        if (!areAllCovered)
        {
            addresses.AddRange(options.People
                .Where(person => recipients.Any(recipient => recipient.Id == person.Value))
                .Select(person => person.Key).Order(StringComparer.Ordinal).Take(MaxDirectMessages));
        }

        return [.. addresses.Distinct()];
    }

    public async Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        (Notice notice, ActionDocument document) = (outgoing.Notice, outgoing.Document);
        if (outgoing.Ref?.Split(':') is not [string channel, string timestamp])
            return notice.Kind == NoticeKind.Closed ? Delivery.Obsolete : await PostAsync(outgoing.Address, null, messages.Asking(notice, document), null, cancellationToken).ConfigureAwait(false);

        switch (notice.Kind)
        {
            case NoticeKind.Closed:
                JsonObject update = messages.Closed(notice, document);
                update["channel"] = channel;
                update["ts"] = timestamp;
                (Delivery updated, _) = await api.CallAsync("chat.update", update, cancellationToken).ConfigureAwait(false);
                return updated.Code == "slack_message_not_found" ? Delivery.Obsolete : updated; // somebody deleted it
            case NoticeKind.Requested:
                return Delivery.Delivered(outgoing.Ref);
            default:
                return await PostAsync(channel, timestamp, messages.Reply(notice, document), outgoing.Ref, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <param name="thread">The message to answer, or <see langword="null"/> for a message of its own.</param>
    /// <param name="reference">What the place is remembered by; <see langword="null"/> for the new message.</param>
    private async Task<Delivery> PostAsync(string channel, string? thread, JsonObject message, string? reference, CancellationToken cancellationToken)
    {
        message["channel"] = channel;
        if (thread is not null) message["thread_ts"] = thread;
        (Delivery delivery, JsonElement answer) = await api.CallAsync("chat.postMessage", message, cancellationToken).ConfigureAwait(false);
        if (delivery.Outcome != DeliveryOutcome.Delivered || reference is not null) return delivery with { Ref = reference };

        // A direct message is sent to a user and stands in a channel of its own.
        return answer.TryGetProperty("channel", out JsonElement stands) && answer.TryGetProperty("ts", out JsonElement ts) && stands.ValueKind == JsonValueKind.String && ts.ValueKind == JsonValueKind.String
            ? Delivery.Delivered($"{stands.GetString()}:{ts.GetString()}")
            : Delivery.Delivered();
    }
}
