using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Messages;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;

namespace Approvals.Notifications.Teams;

/// <summary>
/// The cards of a bot (Universal Actions). What stands in the conversation is the same for everybody and takes no vote: it turns into a card of their
/// own for who looks at it, by itself or by a button, and only that one has a form.
/// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
/// </summary>
public sealed class TeamsBotCards(TeamsSeals seals, ReviewPages pages)
{
    public const string RefreshVerb = "refresh";
    public const string ApproveVerb = "approve";
    public const string DenyVerb = "deny";

    /// <summary>What the buttons stand for, sealed; comes back in an action's <c>data</c>.</summary>
    public const string SealData = "seal";

    /// <summary>The form's one input; comes back in <c>data</c> too.</summary>
    public const string JustificationData = "justification";

    /// <summary>The gate's own limit for a justification.</summary>
    private const int MaxJustification = 2_000;

    /// <summary>Teams takes so many people for whom a card turns personal by itself; in conversations of no more it does for everybody.</summary>
    private const int MaxRefreshed = 60;

    /// <summary>For the conversation: asks a stage's reviewers.</summary>
    /// <param name="userIds">Teams' own ids (<c>29:…</c>) of those who are asked.</param>
    public JsonObject Asking(NoticeKind kind, ActionDocument document, IReadOnlyList<string> userIds)
    {
        ReviewMessage message = ReviewMessage.Asking(kind, document, pages);
        JsonObject card = TeamsCard.Layout(message, out _);
        var actions = new List<JsonObject>();
        if (message.TakesChatVotes)
        {
            string seal = seals.Seal(ChatButton.Of(document));
            actions.Add(Execute(RefreshVerb, "Decide here", seal, null));
            card["refresh"] = new JsonObject
            {
                ["action"] = Execute(RefreshVerb, "Refresh", seal, null),
                ["userIds"] = new JsonArray([.. userIds.Take(MaxRefreshed).Select(id => JsonValue.Create(id))]),
            };
        }
        else
        {
            Say(card, "Policy wants you to sign in before you see and decide this.", "default");
        }

        return With(card, [.. actions, TeamsCard.Open(message)]);
    }

    /// <summary>For the conversation: takes the place of a card whose stage asks no more.</summary>
    public JsonObject Closed(int round, int stage, ActionDocument document)
    {
        ReviewMessage message = ReviewMessage.Closed(round, stage, document, pages);
        return With(TeamsCard.Layout(message, out _), [TeamsCard.Open(message)]);
    }

    /// <summary>For one person who may decide: the whole view, and a form under it.</summary>
    /// <param name="user">The person's object id, for whom alone the form is good.</param>
    /// <param name="sentence">What to correct; <see langword="null"/> at first.</param>
    /// <param name="typed">What they wrote before.</param>
    public JsonObject Form(ActionDocument document, string tenant, string user, DateTimeOffset now, string? sentence, string? typed)
    {
        ReviewMessage message = ReviewMessage.Asking(NoticeKind.Requested, document, pages);
        JsonObject card = TeamsCard.Layout(message, out bool isWhole);
        if (sentence is not null) Say(card, sentence, "attention");

        // INVARIANT: nobody approves what was not shown whole (promise 10). To deny, the beginning is enough.
        if (!isWhole) Say(card, "This request is too long for a card. Open the review page to read and approve it.", "default");
        card["body"]!.AsArray().Add(Justification(document.Review!.Stage, typed));
        var actions = new List<JsonObject>();
        if (isWhole) actions.Add(Execute(ApproveVerb, "Approve", Sealed(Verdict.Approve), "positive"));
        actions.Add(Execute(DenyVerb, "Deny", Sealed(Verdict.Deny), "destructive"));
        return With(card, [.. actions, TeamsCard.Open(message)]);

        string Sealed(Verdict verdict) => seals.Seal(new ChatForm(ChatButton.Of(document), verdict, tenant, user, now));
    }

    /// <summary>For one person who does not decide (any more), and why: what the conversation's card shows, as it is now, without buttons.</summary>
    /// <param name="button">What the card in the conversation stands for.</param>
    public JsonObject Seen(ActionDocument document, ChatButton button, string sentence)
    {
        bool isOpen = !document.IsTerminal && document.Review is { IsOpen: true } review && (review.Round, review.StageIndex) == (button.Round, button.Stage);
        ReviewMessage message = isOpen
            ? ReviewMessage.Asking(NoticeKind.Requested, document, pages) with { Title = $"Waits for a decision: {document.Request.Type}" }
            : ReviewMessage.Closed(button.Round, button.Stage, document, pages);
        JsonObject card = TeamsCard.Layout(message, out _);
        Say(card, sentence, "default");
        return With(card, [TeamsCard.Open(message)]);
    }

    private static JsonObject Justification(ReviewStage stage, string? typed)
    {
        var input = new JsonObject
        {
            ["type"] = "Input.Text",
            ["id"] = JustificationData,
            ["label"] = "Why do you decide so?",
            ["isMultiline"] = true,
            ["maxLength"] = MaxJustification,
        };
        if (stage.MinimumJustification > 0 || stage.TicketPattern is not null)
        {
            input["isRequired"] = true;
            input["errorMessage"] = "Write why.";
        }

        if (!string.IsNullOrEmpty(typed)) input["value"] = typed;
        return input;
    }

    private static void Say(JsonObject card, string sentence, string color) =>
        card["body"]!.AsArray().Add(TeamsCard.Runs(TeamsCard.Run(ViewText.Line(sentence, 500), "color", color)));

    private static JsonObject With(JsonObject card, JsonNode[] actions)
    {
        card["actions"] = new JsonArray(actions);
        return card;
    }

    private static JsonObject Execute(string verb, string title, string seal, string? style)
    {
        var action = new JsonObject { ["type"] = "Action.Execute", ["verb"] = verb, ["title"] = title, ["data"] = new JsonObject { [SealData] = seal } };
        if (style is not null) action["style"] = style;
        return action;
    }
}
