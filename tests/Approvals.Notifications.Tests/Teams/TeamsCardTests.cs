using System.Text.Json.Nodes;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;

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

    private static readonly TeamsCard Cards = new(new ReviewPages(() => new Uri("https://approvals.example.com")));

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
    public void Card_for_a_bot_is_as_recorded() => Golden.Check(
        "teams-bot.json", Cards.ForBot(NoticeOf(NoticeKind.Requested), Documents.InReview(), "sealed", ["29:dana"]));

    [Fact]
    public void Card_for_a_bot_has_no_buttons_where_policy_wants_a_sign_in() => Assert.DoesNotContain(
        "Action.Execute",
        Cards.ForBot(NoticeOf(NoticeKind.Requested), Documents.InReview(null, Documents.ActionId, Documents.Owners with { MinimumAssurance = Assurance.Idp }), "sealed", ["29:dana"]).ToJsonString(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"type\":\"data.export\",\"target\":\"x\"}")]
    [InlineData("{\"type\":\"data.export\",\"target\":\"[a](https://evil.example) **b** <at>everyone</at>\\n# h\",\"parameters\":{\"\\u202e\":[1,true,null,{\"a\":\"\\n\\n\"}]}}")]
    public void Microsofts_own_parser_takes_the_cards(string view)
    {
        foreach (JsonObject card in (JsonObject[])
        [
            Cards.ForWebhook(NoticeOf(NoticeKind.Requested), Documents.InReview(view)),
            Cards.ForBot(NoticeOf(NoticeKind.Reminder), Documents.InReview(view), "sealed", ["29:dana"]),
        ])
            Assert.Equal("a card", Judges.Run("adaptivecards/dist/adaptivecards.min.js", Judge, card.ToJsonString()));
    }

    [Fact]
    public void Others_text_stands_where_no_markdown_is_read()
    {
        JsonObject card = Cards.ForWebhook(NoticeOf(NoticeKind.Requested), Documents.InReview("""{"type":"data.export","target":"[click](https://evil.example) <at>all</at>"}"""));
        Assert.All(card["body"]!.AsArray(), block => Assert.Equal("RichTextBlock", block!["type"]!.GetValue<string>()));
    }

    [Fact]
    public void Card_keeps_teams_limit()
    {
        string rows = string.Join(',', Enumerable.Range(0, 9_000).Select(row => $"\"row {row}\""));
        JsonObject card = Cards.ForWebhook(NoticeOf(NoticeKind.Requested), Documents.InReview("{\"type\":\"data.export\",\"target\":\"x\",\"parameters\":{\"rows\":[" + rows + "]}}"));
        Assert.InRange(TeamsCard.Envelope(card).ToJsonString().Length, 1, 28_000);
        Assert.Contains("Shown in part", card.ToJsonString(), StringComparison.Ordinal);
    }

    private static Notice NoticeOf(NoticeKind kind) => new($"{Documents.ActionId}:0:{kind}", kind, 0, Documents.Start, Documents.Start.AddHours(4));
}
