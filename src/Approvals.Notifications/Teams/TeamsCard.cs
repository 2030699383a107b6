using System.Text.Json.Nodes;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Teams;

/// <summary>
/// Adaptive Cards 1.4. Other people's text stands in <c>TextRun</c>s, which know no Markdown, no links and no mentions; only our own words are in
/// <c>TextBlock</c>s: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
/// </summary>
public sealed class TeamsCard(ReviewPages pages)
{
    public const string ContentType = "application/vnd.microsoft.card.adaptive";

    /// <summary>Of the view, as JSON: Teams takes 28 KB a message, and the page has the rest.</summary>
    private const int MaxBytes = 18_000;

    private const int MaxLine = 1_000;

    /// <summary>A card for a webhook: it tells, and links to the page that decides.</summary>
    public JsonObject ForWebhook(Notice notice, ActionDocument document)
    {
        ReviewMessage message = notice.Kind == NoticeKind.Closed
            ? ReviewMessage.Closed(notice.Round, notice.Stage, document, pages)
            : ReviewMessage.Asking(notice.Kind, document, pages);
        JsonObject card = Layout(message, out _);
        card["actions"] = new JsonArray(Open(message));
        return card;
    }

    /// <summary>A card as a message.</summary>
    public static JsonObject Envelope(JsonObject card) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = ContentType, ["contentUrl"] = null, ["content"] = card }),
    };

    /// <summary>What a message says, without any action.</summary>
    /// <param name="isWhole">Whether all of the view is on it.</param>
    internal static JsonObject Layout(ReviewMessage message, out bool isWhole)
    {
        isWhole = true;
        var body = new JsonArray(Runs(Run(message.Title, "weight", "bolder")));
        foreach (MessageFact fact in message.Facts) body.Add(Runs(Run(fact.Label + ": ", "weight", "bolder"), Run(fact.Value, null, null)));
        int left = MaxBytes;
        foreach (JsonObject line in message.Parts.SelectMany(Lines))
        {
            left -= line.ToJsonString().Length + 1;
            if (left < 0)
            {
                isWhole = false;
                body.Add(Runs(Run("Shown in part. The review page shows all of it.", "isSubtle", true)));
                break;
            }

            body.Add(line);
        }

        if (message.Deadline is { } deadline) body.Add(Runs(Run($"Decide by {ReviewMessage.Utc(deadline)}", "isSubtle", true)));
        return new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["msteams"] = new JsonObject { ["width"] = "Full" },
            ["body"] = body,
        };
    }

    /// <summary>A block for each line: a run has no line breaks.</summary>
    private static IEnumerable<JsonObject> Lines(ViewPart part)
    {
        yield return Runs(Run(part.Label, "weight", "bolder"));
        foreach (string line in part.Text.Split('\n'))
        {
            for (int from = 0; from == 0 || from < line.Length;)
            {
                int length = Math.Min(MaxLine, line.Length - from);
                if (from + length < line.Length && char.IsHighSurrogate(line[from + length - 1])) length--;
                yield return Runs(Run(length == 0 ? " " : line.Substring(from, length), "fontType", "monospace"));
                from += Math.Max(1, length);
            }
        }
    }

    internal static JsonObject Runs(params JsonNode[] runs) => new() { ["type"] = "RichTextBlock", ["inlines"] = new JsonArray(runs) };

    internal static JsonObject Run(string text, string? property, JsonNode? value)
    {
        var run = new JsonObject { ["type"] = "TextRun", ["text"] = text };
        if (property is not null) run[property] = value;
        return run;
    }

    internal static JsonObject Open(ReviewMessage message) => new()
    {
        ["type"] = "Action.OpenUrl",
        ["title"] = message.IsOver ? "What happened" : "Open the review page",
        ["url"] = message.Url.AbsoluteUri,
    };
}
