using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Messages;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;

namespace Approvals.Notifications.Slack;

/// <summary>
/// The dialogs (modals) in which people read the whole view and write why. A vote is cast from a dialog and nowhere else, so what it names is what
/// the dialog showed: https://docs.slack.dev/surfaces/modals
/// </summary>
public sealed class SlackDialogs(SlackSeals seals, ReviewPages pages)
{
    public const string CallbackId = "vote";
    public const string JustificationBlock = "justification";
    public const string JustificationInput = "text";

    /// <summary>A dialog may have 100 blocks; beyond this nobody reads in one.</summary>
    private const int MaxPartBlocks = 60;

    /// <summary>The gate's own limit for a justification; Slack's is 3,000.</summary>
    private const int MaxJustification = 2_000;

    /// <summary>Asks for the justification of a verdict, under the whole view.</summary>
    public JsonObject Vote(ChatForm dialog, ActionDocument document)
    {
        JsonObject[] parts = [.. ViewText.Of(document.View!).SelectMany(part => SlackText.Fenced(part.Label, part.Text))];

        // INVARIANT: nobody approves what was not shown whole (promise 10). To deny, the beginning is enough.
        bool isWhole = parts.Length <= MaxPartBlocks;
        if (!isWhole && dialog.Verdict == Verdict.Approve)
            return Notice("This request is too long for a dialog. Open the review page to read and approve it.", document.Id);

        ReviewStage stage = document.Review!.Stage;
        var blocks = new JsonArray(SlackText.Section(SlackText.Plain($"{document.Request.Type}, requested by {ViewText.Line(document.Request.Chain.Actor.DisplayName, 120)}")));
        foreach (JsonObject part in parts.Take(MaxPartBlocks)) blocks.Add(part);
        if (!isWhole) blocks.Add(SlackMessages.Note(SlackText.Ours("_Shown in part._")));
        bool isOptional = stage.MinimumJustification == 0 && stage.TicketPattern is null;
        blocks.Add(new JsonObject
        {
            ["type"] = "input",
            ["block_id"] = JustificationBlock,
            ["label"] = SlackText.Plain(dialog.Verdict == Verdict.Approve ? "Why do you approve?" : "Why do you deny?"),
            ["optional"] = isOptional,
            ["element"] = new JsonObject
            {
                ["type"] = "plain_text_input",
                ["action_id"] = JustificationInput,
                ["multiline"] = true,
                ["max_length"] = MaxJustification,
            },
        });
        return new JsonObject
        {
            ["type"] = "modal",
            ["callback_id"] = CallbackId,
            ["private_metadata"] = seals.Seal(dialog),
            ["title"] = SlackText.Plain(dialog.Verdict == Verdict.Approve ? "Approve" : "Deny"),
            ["submit"] = SlackText.Plain(dialog.Verdict == Verdict.Approve ? "Approve" : "Deny"),
            ["close"] = SlackText.Plain("Back"),
            ["blocks"] = blocks,
        };
    }

    /// <summary>Says something, and where to go on.</summary>
    public JsonObject Notice(string sentence, string? actionId)
    {
        var blocks = new JsonArray(SlackText.Section(SlackText.Plain(ViewText.Line(sentence, 500))));
        if (actionId is not null)
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "actions",
                ["elements"] = new JsonArray(new JsonObject
                {
                    ["type"] = "button",
                    ["action_id"] = "open",
                    ["text"] = SlackText.Plain("Open the review page"),
                    ["url"] = pages.Of(actionId).AbsoluteUri,
                }),
            });
        }

        return new JsonObject
        {
            ["type"] = "modal",
            ["title"] = SlackText.Plain("Approvals"),
            ["close"] = SlackText.Plain("Close"),
            ["blocks"] = blocks,
        };
    }
}
