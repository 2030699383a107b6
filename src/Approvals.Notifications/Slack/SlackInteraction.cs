using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Approvals.Notifications.Slack;

/// <summary>
/// What somebody did in Slack: https://docs.slack.dev/reference/interaction-payloads. Only what is looked at is read; everything is text of limited
/// length, and none of it is trusted but by the signature around it.
/// </summary>
/// <param name="Type"><c>block_actions</c> or <c>view_submission</c>; others are ignored.</param>
/// <param name="TeamId">The user's workspace.</param>
/// <param name="TriggerId">Opens a dialog, within three seconds.</param>
/// <param name="ActionId">Which button.</param>
/// <param name="Value">The button's sealed value, or the dialog's sealed metadata.</param>
public sealed record SlackInteraction(string Type, string TeamId, string UserId, string? TriggerId, string? ActionId, string? CallbackId, string? Value, string? Justification)
{
    public const int MaxBodyBytes = 1 << 20;
    public const string BlockActions = "block_actions";
    public const string ViewSubmission = "view_submission";

    private const int MaxValue = 3_000;
    private const int MaxText = 4_000;

    /// <summary>Reads the form body of an interaction; <see langword="null"/> when it is none.</summary>
    public static SlackInteraction? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var form = new FormReader(Encoding.UTF8.GetString(body.Span)) { ValueCountLimit = 8, ValueLengthLimit = MaxBodyBytes };
            if (!form.ReadForm().TryGetValue("payload", out StringValues payload) || payload.Count != 1) return null;
            using JsonDocument document = JsonDocument.Parse(payload[0]!, new JsonDocumentOptions { MaxDepth = 64 });
            return Read(document.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    private static SlackInteraction? Read(JsonElement root)
    {
        JsonElement user = Member(root, "user");
        string? team = Text(Member(user, "team_id"), 40) ?? Text(Member(Member(root, "team"), "id"), 40);
        if (Text(Member(root, "type"), 40) is not { } type || team is null || Text(Member(user, "id"), 40) is not { } userId) return null;
        JsonElement view = Member(root, "view");
        JsonElement actions = Member(root, "actions");
        JsonElement action = actions.ValueKind == JsonValueKind.Array && actions.GetArrayLength() == 1 ? actions[0] : default;
        JsonElement input = Member(Member(Member(Member(view, "state"), "values"), SlackDialogs.JustificationBlock), SlackDialogs.JustificationInput);
        return new SlackInteraction(
            type,
            team,
            userId,
            Text(Member(root, "trigger_id"), 200),
            Text(Member(action, "action_id"), 255),
            Text(Member(view, "callback_id"), 255),
            Text(Member(action, "value"), MaxValue) ?? Text(Member(view, "private_metadata"), MaxValue),
            Text(Member(input, "value"), MaxText));
    }

    private static JsonElement Member(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement member) ? member : default;

    private static string? Text(JsonElement element, int max) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text && text.Length <= max ? text : null;
}
