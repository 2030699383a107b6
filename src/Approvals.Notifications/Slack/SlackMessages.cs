using System.Globalization;
using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Slack;

/// <summary>The messages in Block Kit: https://docs.slack.dev/block-kit</summary>
public sealed class SlackMessages(SlackSeals seals, ReviewPages pages)
{
    public const string ApproveAction = "approve";
    public const string DenyAction = "deny";

    /// <summary>A message may have 50 blocks; what does not fit is in the dialog and on the page.</summary>
    private const int MaxPartBlocks = 8;

    private const int MaxHeader = 150;

    /// <summary>Asks a stage's reviewers.</summary>
    public JsonObject Asking(Notice notice, ActionDocument document)
    {
        ReviewMessage message = ReviewMessage.Asking(notice.Kind, document, pages);
        JsonArray blocks = Top(message);
        JsonObject[] parts = [.. message.Parts.SelectMany(part => SlackText.Fenced(part.Label, part.Text))];
        foreach (JsonObject part in parts.Take(MaxPartBlocks)) blocks.Add(part);
        if (parts.Length > MaxPartBlocks) blocks.Add(Note(SlackText.Ours("_Shown in part. The dialog and the review page show all of it._")));
        if (message.Deadline is { } deadline) blocks.Add(Note(SlackText.Ours($"Decide by {Date(deadline)}")));

        var buttons = new JsonArray();
        if (message.TakesChatVotes)
        {
            string value = seals.Seal(ChatButton.Of(document));
            buttons.Add(Button(ApproveAction, "Approve", value, "primary"));
            buttons.Add(Button(DenyAction, "Deny", value, "danger"));
        }
        else
        {
            blocks.Add(Note(SlackText.Ours("Policy wants you to sign in before you see and decide this.")));
        }

        buttons.Add(Link("open", "Open the review page", message.Url));
        blocks.Add(new JsonObject { ["type"] = "actions", ["block_id"] = "decide", ["elements"] = buttons });
        return Message(message, blocks);
    }

    /// <summary>Takes the place of a message whose stage asks no more: no buttons.</summary>
    public JsonObject Closed(Notice notice, ActionDocument document)
    {
        ReviewMessage message = ReviewMessage.Closed(notice.Round, notice.Stage, document, pages);
        JsonArray blocks = Top(message);
        blocks.Add(new JsonObject { ["type"] = "actions", ["elements"] = new JsonArray(Link("open", "What happened", message.Url)) });
        return Message(message, blocks);
    }

    /// <summary>A line in the thread of a message that still asks.</summary>
    public JsonObject Reply(Notice notice, ActionDocument document)
    {
        ReviewMessage message = ReviewMessage.Asking(notice.Kind, document, pages);
        var blocks = new JsonArray(SlackText.Section(SlackText.Plain(message.Title)));
        if (message.Deadline is { } deadline) blocks.Add(Note(SlackText.Ours($"Decide by {Date(deadline)}")));
        return Message(message, blocks);
    }

    internal static JsonObject Note(JsonObject text) => new() { ["type"] = "context", ["elements"] = new JsonArray(text) };

    private static JsonArray Top(ReviewMessage message)
    {
        var blocks = new JsonArray(new JsonObject { ["type"] = "header", ["text"] = SlackText.Plain(ViewText.Line(message.Title, MaxHeader)) });
        // A section takes ten fields.
        foreach (MessageFact[] facts in message.Facts.Chunk(10))
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "section",
                ["fields"] = new JsonArray([.. facts.Select(fact => SlackText.Plain($"{fact.Label}: {fact.Value}"))]),
            });
        }

        return blocks;
    }

    private static JsonObject Message(ReviewMessage message, JsonArray blocks) => new()
    {
        ["text"] = SlackText.Escape(ViewText.Line(message.Title, MaxHeader)), // what notifications and screen readers say
        ["blocks"] = blocks,
        ["unfurl_links"] = false,
        ["unfurl_media"] = false,
        ["link_names"] = false,
        ["parse"] = "none",
    };

    private static JsonObject Button(string action, string label, string value, string style) => new()
    {
        ["type"] = "button",
        ["action_id"] = action,
        ["text"] = SlackText.Plain(label),
        ["value"] = value,
        ["style"] = style,
    };

    private static JsonObject Link(string action, string label, Uri url) => new()
    {
        ["type"] = "button",
        ["action_id"] = action,
        ["text"] = SlackText.Plain(label),
        ["url"] = url.AbsoluteUri,
    };

    /// <summary>In each reader's own time zone: https://docs.slack.dev/messaging/formatting-message-text/#date-formatting</summary>
    internal static string Date(DateTimeOffset at) => string.Create(
        CultureInfo.InvariantCulture, $"<!date^{at.ToUnixTimeSeconds()}^{{date_short_pretty}} {{time}}|{ReviewMessage.Utc(at)}>");
}
