using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Messages;
using Approvals.Notifications.Outbox;
using Approvals.Notifications.Slack;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.DataProtection;

namespace Approvals.Notifications.Tests.Slack;

public sealed class SlackMessageTests
{
    private const string Hostile = "<!channel> <@U1> <https://evil.example|click> *bold* _x_ ~y~ `code` ```\n:warning: & user@example.com \u202Egnp.exe\u200B раураl";
    private static readonly ReviewPages Pages = new(() => new Uri("https://approvals.example.com"));
    private static readonly SlackSeals Seals = new(new EphemeralDataProtectionProvider());
    private static readonly SlackMessages Messages = new(Seals, Pages);
    private static readonly SlackDialogs Dialogs = new(Seals, Pages);

    [Fact]
    public void Message_that_asks_is_as_recorded()
    {
        JsonObject message = Messages.Asking(NoticeOf(NoticeKind.Requested), Documents.InReview());
        Golden.Check("slack-asking.json", message, Values(message));
    }

    [Fact]
    public void Message_of_a_request_that_needs_a_sign_in_is_as_recorded() => Golden.Check(
        "slack-sign-in.json",
        Messages.Asking(NoticeOf(NoticeKind.Requested), Documents.InReview(null, Documents.ActionId, Documents.Owners with { MinimumAssurance = Assurance.Idp })));

    [Fact]
    public void Message_that_was_decided_is_as_recorded() => Golden.Check(
        "slack-closed.json", Messages.Closed(NoticeOf(NoticeKind.Closed), Documents.Approved(Documents.InReview(), Documents.Start.AddMinutes(5))));

    [Fact]
    public void Reminder_is_as_recorded() => Golden.Check("slack-reminder.json", Messages.Reply(NoticeOf(NoticeKind.Reminder), Documents.InReview()));

    [Fact]
    public void Dialog_is_as_recorded()
    {
        JsonObject dialog = Dialogs.Vote(DialogOf(Verdict.Approve), Documents.InReview());
        Golden.Check("slack-dialog.json", dialog, dialog["private_metadata"]!.GetValue<string>());
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        ActionDocument document = HostileDocument();
        foreach (JsonObject body in (JsonObject[])[Messages.Asking(NoticeOf(NoticeKind.Requested), document), Dialogs.Vote(DialogOf(Verdict.Deny), document), Messages.Closed(NoticeOf(NoticeKind.Closed), Documents.Approved(document, Documents.Start))])
        {
            foreach ((string type, string text) in TextsOf(body))
            {
                string ours = text.Replace("<!date^", "", StringComparison.Ordinal).Replace("UTC>", "", StringComparison.Ordinal);
                Assert.DoesNotContain('<', ours);
                Assert.DoesNotContain('>', ours);
                Assert.DoesNotContain('\u202E', text);
                Assert.DoesNotContain('\u200B', text);
                if (type == "mrkdwn") Assert.True(text.Split("```").Length is 1 or 3, $"A fence is broken: {text}");
                Assert.InRange(text.Length, 1, 3_000);
            }
        }
    }

    [Fact]
    public void Formatted_text_holds_others_words_in_a_fence_only()
    {
        JsonObject message = Messages.Asking(NoticeOf(NoticeKind.Requested), HostileDocument());
        foreach ((string _, string text) in TextsOf(message).Where(text => text.Type == "mrkdwn"))
        {
            string outside = text.Contains("```", StringComparison.Ordinal) ? text[..text.IndexOf("```", StringComparison.Ordinal)] + text[(text.LastIndexOf("```", StringComparison.Ordinal) + 3)..] : text;
            Assert.DoesNotContain("bold", outside, StringComparison.Ordinal);
            Assert.DoesNotContain("warning", outside, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Fences_hold_all_of_any_text_and_nothing_breaks_out() => Prop.ForAll<string>(any =>
    {
        string text = VisibleText.Show(any ?? "") + new string('`', 3) + new string('x', 3_100);
        string[] chunks = [.. SlackText.Fenced("Label", text).Select(section => section["text"]!["text"]!.GetValue<string>())];
        string joined = string.Concat(chunks.Select((chunk, i) => chunk[(i == 0 ? "*Label*\n```\n".Length : "```\n".Length)..^"\n```".Length]));
        string unescaped = joined.Replace("⟦U+0060⟧", "`", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
        return chunks.All(chunk => chunk.Length <= 3_000 && chunk.Split("```").Length == 3)
            && !joined.Contains('<', StringComparison.Ordinal) && unescaped.Replace("\n", "", StringComparison.Ordinal) == Valid(text).Replace("\n", "", StringComparison.Ordinal);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void View_too_long_for_a_dialog_is_not_approved_from_one_and_the_message_shows_its_beginning()
    {
        string rows = string.Join(',', Enumerable.Range(0, 9_000).Select(row => $"\"row {row} of many that somebody should read\""));
        ActionDocument document = Documents.InReview("{\"type\":\"data.export\",\"target\":\"x\",\"parameters\":{\"rows\":[" + rows + "]}}");
        JsonObject approve = Dialogs.Vote(DialogOf(Verdict.Approve), document);
        Assert.Null(approve["submit"]);
        Assert.Contains("too long", approve.ToJsonString(), StringComparison.Ordinal);
        JsonObject deny = Dialogs.Vote(DialogOf(Verdict.Deny), document);
        Assert.NotNull(deny["submit"]);
        Assert.InRange(deny["blocks"]!.AsArray().Count, 1, 100);
        JsonObject message = Messages.Asking(NoticeOf(NoticeKind.Requested), document);
        Assert.InRange(message["blocks"]!.AsArray().Count, 1, 50);
        Assert.Contains("Shown in part", message.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bodies_keep_slacks_limits()
    {
        ActionDocument document = HostileDocument();
        JsonObject message = Messages.Asking(NoticeOf(NoticeKind.Requested), document);
        Assert.All(Values(message), value => Assert.InRange(value.Length, 1, 2_000));
        JsonObject dialog = Dialogs.Vote(DialogOf(Verdict.Approve), document);
        Assert.InRange(dialog["private_metadata"]!.GetValue<string>().Length, 1, 3_000);
        foreach (JsonNode? field in message["blocks"]!.AsArray().Where(block => block!["fields"] is not null).SelectMany(block => block!["fields"]!.AsArray()))
            Assert.InRange(field!["text"]!.GetValue<string>().Length, 1, 2_000);
        Assert.InRange(message["blocks"]![0]!["text"]!["text"]!.GetValue<string>().Length, 1, 150);
        Assert.InRange(dialog["title"]!["text"]!.GetValue<string>().Length, 1, 24);
    }

    private static ActionDocument HostileDocument()
    {
        string json = new JsonObject
        {
            ["type"] = "data.export",
            ["target"] = Hostile,
            ["justification"] = Hostile,
            ["parameters"] = new JsonObject { [Hostile] = Hostile, ["list"] = new JsonArray(Hostile, "\n```\n<!here>") },
        }.ToJsonString();
        ActionDocument document = Documents.InReview(json);
        var actor = new Principal(PrincipalKind.Service, Principal.LocalIssuer, Hostile, Hostile, []);
        return document with
        {
            Request = document.Request with { Chain = new PrincipalChain(actor, actor, [actor]) },
            Policy = document.Policy! with { Reason = Hostile },
        };
    }

    private static Notice NoticeOf(NoticeKind kind) => new($"{Documents.ActionId}:0:{kind}", kind, 0, Documents.Start, Documents.Start.AddHours(4));

    private static ChatForm DialogOf(Verdict verdict) => new(new ChatButton(Documents.ActionId, 0, 0, "sha256:x"), verdict, "T0TEAM", "U0DANA", Documents.Start);

    private static string[] Values(JsonObject message) =>
        [.. FakeSlack.Buttons(JsonSerializer.SerializeToElement(message)).Where(button => button.TryGetProperty("value", out _)).Select(button => button.GetProperty("value").GetString()!)];

    private static IEnumerable<(string Type, string Text)> TextsOf(JsonNode node) => node switch
    {
        JsonObject text when text["type"]?.GetValue<string>() is "mrkdwn" or "plain_text" => [(text["type"]!.GetValue<string>(), text["text"]!.GetValue<string>())],
        JsonObject other => other.SelectMany(member => member.Value is null ? [] : TextsOf(member.Value)),
        JsonArray list => list.SelectMany(item => TextsOf(item!)),
        _ => [],
    };

    /// <summary>Broken surrogates cannot be in JSON; what is shown for them is.</summary>
    private static string Valid(string text) => string.Concat(text.EnumerateRunes());
}
