using System.Text.Json;

namespace Approvals.Notifications.Teams;

/// <summary>
/// What the Bot Connector tells: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object. Only what
/// is looked at is read; everything is text of limited length, and none of it is trusted but by the token that came with it.
/// </summary>
/// <param name="ChannelId">Which of the connector's channels, <c>msteams</c>.</param>
/// <param name="ServiceUrl">Where the connector would be answered; compared with the token, never called.</param>
/// <param name="Tenants">Every tenant that the activity names.</param>
/// <param name="Conversation">Without the thread.</param>
/// <param name="UserId">The user's object id in Entra ID, in lower case; <see langword="null"/> for who has none.</param>
/// <param name="Action">Set for an <c>adaptiveCard/action</c>, the only one that is answered with something.</param>
public sealed record TeamsActivity(
    string Type, string? ChannelId, string? ServiceUrl, IReadOnlyList<string> Tenants, string? Conversation, string? UserId, TeamsCardAction? Action)
{
    /// <summary>The connector's channel that is Teams.</summary>
    public const string TeamsChannelId = "msteams";

    private const int MaxId = 300;
    private const int MaxSeal = 3_000;
    private const int MaxText = 10_000;

    /// <summary>Reads an activity; <see langword="null"/> when it is none.</summary>
    public static TeamsActivity? Read(JsonElement root)
    {
        try
        {
            if (Text(Member(root, "type"), MaxId) is not { } type) return null;
            JsonElement from = Member(root, "from");
            JsonElement conversation = Member(root, "conversation");
            string?[] tenants =
            [
                Text(Member(Member(Member(root, "channelData"), "tenant"), "id"), MaxId),
                Text(Member(conversation, "tenantId"), MaxId),
                Text(Member(from, "tenantId"), MaxId),
            ];
            TeamsCardAction? action = null;
            if (type == "invoke" && Text(Member(root, "name"), MaxId) == "adaptiveCard/action")
            {
                JsonElement sent = Member(Member(root, "value"), "action");
                JsonElement data = Member(sent, "data");
                if (Text(Member(sent, "verb"), MaxId) is not { } verb) return null;
                action = new TeamsCardAction(verb, Text(Member(data, TeamsBotCards.SealData), MaxSeal), Text(Member(data, TeamsBotCards.JustificationData), MaxText));
            }

            return new TeamsActivity(
                type,
                Text(Member(root, "channelId"), MaxId),
                Text(Member(root, "serviceUrl"), MaxId),
                [.. tenants.OfType<string>()],
                Text(Member(conversation, "id"), 2 * MaxId)?.Split(';')[0],
                Text(Member(from, "aadObjectId"), MaxId)?.ToLowerInvariant(),
                action);
        }
        catch (InvalidOperationException)
        {
            return null; // not valid Unicode
        }
    }

    private static JsonElement Member(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement member) ? member : default;

    private static string? Text(JsonElement element, int max) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text && text.Length <= max ? text : null;
}

/// <summary>An <c>Action.Execute</c> of a card.</summary>
/// <param name="Seal">What the button stands for.</param>
/// <param name="Justification">What was written into the card's form.</param>
public sealed record TeamsCardAction(string Verb, string? Seal, string? Justification);
