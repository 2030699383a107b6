using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Notifications.Tests.Teams;

public sealed class TeamsCardTests
{
    private const string Judge = """
        const card = new judge.AdaptiveCard(); const context = new judge.SerializationContext();
        card.parse(JSON.parse(input), context);
        for (let i = 0; i < context.eventCount; i++) console.log(context.getEventAt(i).message);
        card.validateProperties().validationEvents.forEach(event => console.log(event.message));
        console.log(card.getItemCount() > 3 ? 'a card' : 'no card');
        """;

    private static readonly ReviewPages Pages = new(() => new Uri("https://approvals.example.com"));
    private static readonly TeamsBotCards BotCards = new(new TeamsSeals(new EphemeralDataProtectionProvider()), Pages);
    private static readonly TeamsCard Cards = new(Pages);

    [Fact]
    public void Card_for_a_webhook_is_as_recorded_and_decides_nothing()
    {
        JsonObject card = Cards.ForWebhook(NoticeOf(NoticeKind.Requested), Documents.InReview());
        Golden.Check("teams-webhook.json", TeamsCard.Envelope(card));
        Assert.DoesNotContain("Action.Execute", card.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Action.Submit", card.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Card_of_a_decided_action_is_as_recorded() => Golden.Check(
        "teams-closed.json", Cards.ForWebhook(NoticeOf(NoticeKind.Closed), Documents.Approved(Documents.InReview(), Documents.Start.AddMinutes(5))));

    [Fact]
    public void Card_of_what_a_deputy_decided_says_for_whom()
    {
        ActionDocument approved = Documents.Approved(Documents.InReview(), Documents.Start.AddMinutes(5));
        CountedVote vote = approved.Review!.Votes[0] with { For = new PersonRef("approvals", "olivia") };
        ActionDocument byDeputy = approved with { Review = approved.Review with { Votes = [vote] } };
        Assert.Contains($"{vote.Vote.Voter.DisplayName}, standing in for olivia", Cards.ForWebhook(NoticeOf(NoticeKind.Closed), byDeputy).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Card_of_a_bot_for_the_conversation_is_as_recorded()
    {
        JsonObject card = BotCards.Asking(NoticeKind.Requested, Documents.InReview(), ["29:dana"]);
        Golden.Check("teams-bot.json", card, Seals(card));
    }

    [Fact]
    public void Form_of_a_bot_for_one_person_is_as_recorded()
    {
        JsonObject card = FormOf(Documents.InReview(), "Write a justification of at least 5 characters.");
        Golden.Check("teams-form.json", card, Seals(card));
    }

    [Fact]
    public void Card_of_a_bot_for_who_may_not_decide_is_as_recorded() => Golden.Check("teams-seen.json", SeenOf(Documents.InReview()));

    [Fact]
    public void Cards_of_a_bot_keep_teams_limits()
    {
        string rows = string.Join(',', Enumerable.Range(0, 9_000).Select(row => $"\"row {row}\""));
        ActionDocument document = Documents.InReview("{\"type\":\"data.export\",\"target\":\"x\",\"parameters\":{\"rows\":[" + rows + "]}}");
        JsonObject card = BotCards.Asking(NoticeKind.Requested, document, [.. Enumerable.Range(0, 100).Select(user => $"29:{user}-{new string('x', 80)}")]);
        Assert.Equal(60, card["refresh"]!["userIds"]!.AsArray().Count);
        foreach (JsonObject one in (JsonObject[])[card, FormOf(document, null), SeenOf(document)])
        {
            Assert.InRange(TeamsCard.Envelope(one).ToJsonString().Length, 1, 28_000);
            Assert.Contains("Shown in part", one.ToJsonString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\"type\":\"data.export\",\"target\":\"x\"}")]
    [InlineData("{\"type\":\"data.export\",\"target\":\"[a](https://evil.example) **b** <at>everyone</at>\\n# h\",\"parameters\":{\"\\u202e\":[1,true,null,{\"a\":\"\\n\\n\"}]}}")]
    public void Microsofts_own_parser_takes_the_cards(string view)
    {
        foreach (JsonObject card in (JsonObject[])
        [
            Cards.ForWebhook(NoticeOf(NoticeKind.Requested), Documents.InReview(view)),
            BotCards.Asking(NoticeKind.Reminder, Documents.InReview(view), ["29:dana"]),
            FormOf(Documents.InReview(view), "<at>all</at> **b**"),
            SeenOf(Documents.InReview(view)),
        ])
            Assert.Equal("a card", Judges.Run("adaptivecards/dist/adaptivecards.min.js", Judge, card.ToJsonString()));
    }

    [Fact]
    public void Others_text_stands_where_no_markdown_is_read()
    {
        ActionDocument document = Documents.InReview("""{"type":"data.export","target":"[click](https://evil.example) <at>all</at>"}""");
        foreach (JsonObject card in (JsonObject[])[Cards.ForWebhook(NoticeOf(NoticeKind.Requested), document), BotCards.Asking(NoticeKind.Requested, document, []), FormOf(document, null), SeenOf(document)])
            Assert.All(card["body"]!.AsArray(), block => Assert.Contains(block!["type"]!.GetValue<string>(), (string[])["RichTextBlock", "Input.Text"]));
    }

    [Fact]
    public void Card_keeps_teams_limit()
    {
        string rows = string.Join(',', Enumerable.Range(0, 9_000).Select(row => $"\"row {row}\""));
        JsonObject card = Cards.ForWebhook(NoticeOf(NoticeKind.Requested), Documents.InReview("{\"type\":\"data.export\",\"target\":\"x\",\"parameters\":{\"rows\":[" + rows + "]}}"));
        Assert.InRange(TeamsCard.Envelope(card).ToJsonString().Length, 1, 28_000);
        Assert.Contains("Shown in part", card.ToJsonString(), StringComparison.Ordinal);
    }

    private static JsonObject FormOf(ActionDocument document, string? sentence) =>
        BotCards.Form(document, FakeTeams.Tenant, FakeTeams.DanaUser, Documents.Start, sentence, sentence is null ? null : "no");

    private static JsonObject SeenOf(ActionDocument document) => BotCards.Seen(document, ChatButton.Of(document), "Leave it to members of: data-owners.");

    private static string[] Seals(JsonObject card) =>
        [.. card["actions"]!.AsArray().Append(card["refresh"]?["action"]).Select(action => action?["data"]?["seal"]?.GetValue<string>()).OfType<string>().Distinct()];

    private static Notice NoticeOf(NoticeKind kind) => new($"{Documents.ActionId}:0:{kind}", kind, 0, Documents.Start, Documents.Start.AddHours(4));
}
