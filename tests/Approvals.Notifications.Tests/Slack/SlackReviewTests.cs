using System.Net;
using System.Text;
using System.Text.Json;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;
using Microsoft.AspNetCore.Http;

namespace Approvals.Notifications.Tests.Slack;

/// <summary>Reviews in Slack, through a whole gate over real HTTP.</summary>
public sealed class SlackReviewTests
{
    [Fact]
    public async Task Reviewer_reads_the_whole_view_in_a_dialog_votes_and_the_message_is_updated()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received message = await slack.PostedAsync();
        Assert.Equal("C0OWNERS", message.Json.GetProperty("channel").GetString());
        Assert.False(message.Json.GetProperty("unfurl_links").GetBoolean());
        Assert.False(message.Json.GetProperty("unfurl_media").GetBoolean());

        JsonElement dialog = await slack.PressAsync(gate, message, "approve");
        Assert.Contains("s3://partner/2026", FakeSlack.TextOf(dialog), StringComparison.Ordinal);
        JsonElement answer = await FakeSlack.SubmitAsync(gate, dialog, "Agreed with the data team.");
        Assert.Contains("You approved.", answer.GetRawText(), StringComparison.Ordinal);

        document = await gate.WaitAsync(document.Id, shown => shown.IsTerminal);
        Vote vote = Assert.Single(document.Review!.Votes).Vote;
        Assert.Equal((ActionStatus.Approved, Assurance.Chat, NotifyingGate.Dana.Id, document.View!.Digest), (document.Status, vote.Assurance, vote.Voter.Id, vote.ViewDigest));

        JsonElement update = (await slack.UpdatedAsync()).Json;
        Assert.Equal("C0OWNERS", update.GetProperty("channel").GetString());
        Assert.Equal("1700000000.000001", update.GetProperty("ts").GetString());
        Assert.Equal(["open"], FakeSlack.Buttons(update).Select(button => button.GetProperty("action_id").GetString()));
        Assert.Contains("Dana Reyes", FakeSlack.TextOf(update), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Justification_that_is_too_short_comes_back_to_the_dialog()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        await gate.SubmitAsync();
        JsonElement dialog = await slack.PressAsync(gate, await slack.PostedAsync(), "deny");
        JsonElement answer = await FakeSlack.SubmitAsync(gate, dialog, "no");
        Assert.Equal("errors", answer.GetProperty("response_action").GetString());
        Assert.Contains("at least 5 characters", answer.GetProperty("errors").GetProperty("justification").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_people_who_decide_at_once_in_slack_and_on_the_web_one_decides_and_both_are_told()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync();
        JsonElement dialog = await slack.PressAsync(gate, await slack.PostedAsync(), "deny");

        Task<JsonElement> inSlack = FakeSlack.SubmitAsync(gate, dialog, "Denied from Slack.");
        Task<HttpResponseMessage> onTheWeb = gate.BenVotesAsync(document, "approve");
        string told = (await inSlack).GetRawText();
        using HttpResponseMessage web = await onTheWeb;

        document = await gate.WaitAsync(document.Id, shown => shown.IsTerminal);
        Vote only = Assert.Single(document.Review!.Votes).Vote;
        bool slackWon = only.Voter.Id == NotifyingGate.Dana.Id;
        Assert.Equal(slackWon ? ActionStatus.Denied : ActionStatus.Approved, document.Status);
        Assert.Equal(slackWon ? HttpStatusCode.Conflict : HttpStatusCode.OK, web.StatusCode);
        if (slackWon) Assert.Contains("You denied.", told, StringComparison.Ordinal);
        Assert.Single((await gate.Admin.GetStringAsync("ledger/checkpoint")).Split('\n'), line => line == "2"); // the policy, and one decision
        await slack.UpdatedAsync();
    }

    [Fact]
    public async Task Button_and_dialog_count_for_nothing_in_another_round_of_the_review_which_has_a_message_of_its_own()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received first = await slack.PostedAsync();
        JsonElement dialog = await slack.PressAsync(gate, first, "approve");
        await gate.ChangePolicyAsync("quorum: 1, timeout: 8h}", "quorum: 2, timeout: 8h}");
        document = await gate.WaitAsync(document.Id, shown => shown.Review!.Round == 1);
        Assert.Contains("Policy has changed", FakeSlack.TextOf((await slack.UpdatedAsync()).Json), StringComparison.Ordinal);
        Received second = await slack.PostedAsync();

        Assert.Contains("Policy has changed", (await FakeSlack.SubmitAsync(gate, dialog, "By the older plan.")).GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Policy has changed", FakeSlack.TextOf(await slack.PressAsync(gate, first, "approve")), StringComparison.Ordinal);
        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);

        await FakeSlack.SubmitAsync(gate, await slack.PressAsync(gate, second, "approve"), "By the newer plan.");
        Assert.Single((await gate.WaitAsync(document.Id, shown => shown.Review!.Votes.Count > 0)).Review!.Votes);
    }

    [Fact]
    public async Task Canceled_action_updates_the_message()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync();
        await slack.PostedAsync();
        (await gate.Pipeline.DeleteAsync($"api/actions/{document.Id}")).EnsureSuccessStatusCode();
        Assert.Contains("Canceled: data.export", FakeSlack.TextOf((await slack.UpdatedAsync()).Json), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_action_updates_the_message()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        await gate.SubmitAsync("""{"type":"data.export","target":"x","expiresIn":"PT3S"}""");
        await slack.PostedAsync();
        Assert.Contains("Expired: data.export", FakeSlack.TextOf((await slack.UpdatedAsync()).Json), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rate_limit_and_failures_delay_the_message_and_nothing_else()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        slack.Troubles.Enqueue(response =>
        {
            response.StatusCode = 429;
            response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        long begun = TimeProvider.System.GetTimestamp();
        ActionDocument document = await gate.SubmitAsync();
        await slack.PostedAsync();
        JsonElement listed = JsonDocument.Parse(await gate.Admin.GetStringAsync("api/notifications")).RootElement.GetProperty("notifications");
        await slack.PostedAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(begun) >= TimeSpan.FromSeconds(7), "The second attempt came before Slack asked for it.");

        using HttpResponseMessage vote = await gate.BenVotesAsync(document, "approve");
        Assert.Equal(HttpStatusCode.OK, vote.StatusCode);
        if (listed.GetArrayLength() > 0) Assert.Equal("http_429", listed[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Decision_stands_while_slack_is_down_and_a_restarted_gate_tells_it_later()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received message = await slack.PostedAsync();
        lock (slack.Troubles) slack.Troubles.Enqueue(Fail);
        using HttpResponseMessage vote = await gate.BenVotesAsync(document, "deny");
        Assert.Equal(HttpStatusCode.OK, vote.StatusCode);
        await slack.UpdatedAsync(); // answered by 500
        await gate.RestartAsync();
        JsonElement update = (await slack.UpdatedAsync()).Json;
        Assert.Contains("Denied: data.export", FakeSlack.TextOf(update), StringComparison.Ordinal);

        // A button of a message from before the restart still opens, and says what happened.
        JsonElement dialog = await slack.PressAsync(gate, message, "approve");
        Assert.Contains("the action is denied", FakeSlack.TextOf(dialog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_that_policy_hides_before_sign_in_is_not_told_and_not_decided_in_slack()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        await gate.SubmitAsync("""{"type":"data.careful","target":"s3://hidden","justification":"hidden too"}""");
        Received message = await slack.PostedAsync();
        Assert.DoesNotContain("hidden", Encoding.UTF8.GetString(message.Body), StringComparison.Ordinal);
        Assert.Equal(["open"], FakeSlack.Buttons(message.Json).Select(button => button.GetProperty("action_id").GetString()));
    }

    [Fact]
    public async Task Secrets_and_payload_values_and_links_that_decide_are_nowhere()
    {
        const string canary = "canary.q7x2w9@nest.example";
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync($$"""{"type":"data.export","target":"s3://x","parameters":{"to":"{{canary}}","password":"canary-Pa55-Kx9vTq2LmZ"},"justification":"for {{canary}}"}""");
        JsonElement dialog = await slack.PressAsync(gate, await slack.PostedAsync(), "approve");
        await FakeSlack.SubmitAsync(gate, dialog, $"Told {canary} about it.");
        await gate.WaitAsync(document.Id, shown => shown.IsTerminal);
        await slack.UpdatedAsync();

        string wire = string.Join('\n', slack.Api.Seen);
        foreach (string secret in (string[])[canary, "canary-Pa55", FakeSlack.BotToken, FakeSlack.SigningSecret])
        {
            Assert.DoesNotContain(secret, wire, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, gate.Logged, StringComparison.Ordinal);
            Assert.All(gate.Files(), file => Assert.True(file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, "A secret is in the database."));
        }

        Assert.DoesNotContain("/review/", wire, StringComparison.Ordinal); // only pages that ask who one is
        Assert.DoesNotContain("/review/", gate.Logged, StringComparison.Ordinal);
    }

    private static Task Fail(HttpResponse response)
    {
        response.StatusCode = 500;
        return Task.CompletedTask;
    }
}
