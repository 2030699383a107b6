using System.Text.Json.Nodes;
using Approvals.Notifications.Channels;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Notifications.Teams;

/// <summary>
/// Microsoft Teams by a bot: the conversation of each group that is asked. One card a stage and place: reminders follow it, and it is updated when
/// there is nothing to decide any more.
/// </summary>
public sealed class TeamsBotChannel(TeamsBotOptions options, TeamsConnector connector, TeamsBotCards cards, ReviewPages pages, TimeProvider time) : INoticeChannel
{
    public const string ChannelName = "teamsBot";

    public string Name => ChannelName;

    public IReadOnlyList<string> AddressesOf(Notice notice, ActionDocument document, IReadOnlyList<Principal> recipients) => document.Review is not { IsOpen: true } review
        ? []
        : [.. review.EligibleGroups(time.GetUtcNow())
            .Select(group => options.Conversations.GetValueOrDefault(group) ?? options.Conversations.GetValueOrDefault(TeamsBotOptions.AllGroups))
            .OfType<string>().Distinct()];

    public async Task<Delivery> SendAsync(OutgoingNotice outgoing, CancellationToken cancellationToken)
    {
        (Notice notice, ActionDocument document, string conversation) = (outgoing.Notice, outgoing.Document, outgoing.Address);
        if (outgoing.Ref is not { } standing)
        {
            if (notice.Kind == NoticeKind.Closed) return Delivery.Obsolete;
            IReadOnlyList<string> users = await connector.FindAsync(conversation, outgoing.Recipients, cancellationToken).ConfigureAwait(false);
            return await connector.PostAsync(conversation, Message(cards.Asking(notice.Kind, document, users), ReviewMessage.Asking(notice.Kind, document, pages)), cancellationToken).ConfigureAwait(false);
        }

        switch (notice.Kind)
        {
            case NoticeKind.Closed:
                JsonObject closed = Message(cards.Closed(notice.Round, notice.Stage, document), ReviewMessage.Closed(notice.Round, notice.Stage, document, pages));
                return await connector.UpdateAsync(conversation, standing, closed, cancellationToken).ConfigureAwait(false);
            case NoticeKind.Requested:
                return Delivery.Delivered(standing);
            default:
                Delivery replied = await connector.PostAsync(Thread(conversation, standing), Reply(notice, document), cancellationToken).ConfigureAwait(false);
                return replied with { Ref = standing };
        }
    }

    /// <summary>In a channel, the thread below a message is a conversation of its own; chats have no threads.</summary>
    private static string Thread(string conversation, string message) =>
        conversation.EndsWith("@thread.tacv2", StringComparison.Ordinal) || conversation.EndsWith("@thread.skype", StringComparison.Ordinal) ? $"{conversation};messageid={message}" : conversation;

    private static JsonObject Message(JsonObject card, ReviewMessage message)
    {
        JsonObject activity = TeamsCard.Envelope(card);
        activity["summary"] = ViewText.Line(message.Title, 200); // what notifications say
        return activity;
    }

    private JsonObject Reply(Notice notice, ActionDocument document)
    {
        ReviewMessage message = ReviewMessage.Asking(notice.Kind, document, pages);
        return new JsonObject
        {
            ["type"] = "message",
            ["textFormat"] = "plain",
            ["text"] = ViewText.Line(message.Title, 200) + (message.Deadline is { } deadline ? $". Decide by {ReviewMessage.Utc(deadline)}." : "."),
        };
    }
}
