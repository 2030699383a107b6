using System.Net;
using System.Text;
using System.Text.Json;
using Approvals.Notifications.Chats;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Reviews;

namespace Approvals.Notifications.Tests.Teams;

/// <summary>Reviews in Teams by a bot, through a whole gate over real HTTP.</summary>
public sealed class TeamsReviewTests
{
    [Fact]
    public async Task Reviewer_sees_the_whole_view_in_a_card_of_their_own_votes_and_the_message_is_updated()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received message = await teams.PostedAsync();
        Assert.Equal("Waits for your decision: data.export", message.Json.GetProperty("summary").GetString());
        JsonElement shared = FakeTeams.CardOf(message);
        Assert.Equal(["refresh"], FakeTeams.Verbs(shared)); // takes no vote
        Assert.Equal(["29:dana"], shared.GetProperty("refresh").GetProperty("userIds").EnumerateArray().Select(id => id.GetString()));

        JsonElement form = await teams.LookAsync(gate, message);
        Assert.Equal(["approve", "deny"], FakeTeams.Verbs(form));
        Assert.Contains("s3://partner/2026", form.GetRawText(), StringComparison.Ordinal);
        JsonElement input = form.GetProperty("body").EnumerateArray().Single(block => block.GetProperty("type").GetString() == "Input.Text");
        Assert.True(input.GetProperty("isRequired").GetBoolean());

        JsonElement seen = FakeTeams.CardIn(await teams.DecideAsync(gate, form, "approve", "Agreed with the data team."));
        Assert.Empty(FakeTeams.Verbs(seen));
        Assert.Contains("You approved. Your vote counts.", seen.GetRawText(), StringComparison.Ordinal);

        document = await gate.WaitAsync(document.Id, shown => shown.IsTerminal);
        Vote vote = Assert.Single(document.Review!.Votes).Vote;
        Assert.Equal(
            (ActionStatus.Approved, Assurance.Chat, NotifyingGate.Dana.Id, document.View!.Digest, "Agreed with the data team."),
            (document.Status, vote.Assurance, vote.Voter.Id, vote.ViewDigest, vote.Justification));

        Received update = await teams.UpdatedAsync();
        Assert.Equal($"{teams.Posts}/170000000001", update.Path);
        Assert.Equal("Approved: data.export", update.Json.GetProperty("summary").GetString());
        JsonElement closed = FakeTeams.CardOf(update);
        Assert.Empty(FakeTeams.Verbs(closed));
        Assert.False(closed.TryGetProperty("refresh", out _));
        Assert.Contains("Dana Reyes", closed.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, teams.TokensGiven);
    }

    [Fact]
    public async Task Whoever_has_voted_or_may_not_sees_the_card_without_buttons_and_why()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        await gate.SubmitAsync();
        Received message = await teams.PostedAsync();
        foreach ((string user, string why) in new[]
        {
            (FakeTeams.OliviaUser, "has no vote in it"), // she answers for the pipeline that asks
            (FakeTeams.EveUser, "members of: data-owners"),
            ("00000000-0000-4000-8000-00000000ffff", "does not know your Teams user"),
        })
        {
            JsonElement card = await teams.LookAsync(gate, message, user);
            Assert.Empty(FakeTeams.Verbs(card));
            Assert.DoesNotContain("Input.Text", card.GetRawText(), StringComparison.Ordinal);
            Assert.Contains(why, card.GetRawText(), StringComparison.Ordinal);
            Assert.Contains("Waits for a decision: data.export", card.GetRawText(), StringComparison.Ordinal);
        }

        JsonElement form = await teams.LookAsync(gate, message);
        FakeTeams.CardIn(await teams.DecideAsync(gate, form, "deny", "Not this month."));
        JsonElement again = await teams.LookAsync(gate, message);
        Assert.Empty(FakeTeams.Verbs(again));
        Assert.Contains("You have voted: denied.", again.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("Denied: data.export", again.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vote_that_comes_twice_counts_once_and_another_verdict_after_it_counts_for_nothing()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync();
        JsonElement form = await teams.LookAsync(gate, await teams.PostedAsync());
        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => teams.DecideAsync(gate, form, "approve", "Agreed.")));
        Assert.All(answers, answer => Assert.Matches("You approved|You have voted: approved", FakeTeams.CardIn(answer).GetRawText()));
        Assert.Contains("You have voted: approved", FakeTeams.CardIn(await teams.DecideAsync(gate, form, "deny", "On second thoughts.")).GetRawText(), StringComparison.Ordinal);
        document = await gate.WaitAsync(document.Id, shown => shown.IsTerminal);
        Assert.Equal(Verdict.Approve, Assert.Single(document.Review!.Votes).Vote.Verdict);
    }

    [Fact]
    public async Task Justification_that_is_too_short_or_too_long_comes_back_to_the_form_with_what_was_written()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        await gate.SubmitAsync();
        JsonElement form = await teams.LookAsync(gate, await teams.PostedAsync());
        foreach ((string written, string why) in new[] { ("no", "at least 5 characters"), ("", "at least 5 characters"), (new string('x', 2_001), "at most 2,000 characters") })
        {
            form = FakeTeams.CardIn(await teams.DecideAsync(gate, form, "deny", written));
            Assert.Contains(why, form.GetRawText(), StringComparison.Ordinal);
            Assert.Equal(["approve", "deny"], FakeTeams.Verbs(form));
            JsonElement input = form.GetProperty("body").EnumerateArray().Single(block => block.GetProperty("type").GetString() == "Input.Text");
            Assert.Equal(written, input.TryGetProperty("value", out JsonElement value) ? value.GetString() : "");
        }

        Assert.Contains("You denied.", (await teams.DecideAsync(gate, form, "deny", "Not this month.")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_people_who_decide_in_teams_and_on_the_web_the_later_one_is_told()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received message = await teams.PostedAsync();
        JsonElement form = await teams.LookAsync(gate, message);
        using HttpResponseMessage vote = await gate.BenVotesAsync(document, "approve");
        Assert.Equal(HttpStatusCode.OK, vote.StatusCode);
        JsonElement card = FakeTeams.CardIn(await teams.DecideAsync(gate, form, "deny", "Denied from Teams."));
        Assert.Contains("Nothing to do: the action is approved.", card.GetRawText(), StringComparison.Ordinal);
        Assert.Single((await gate.WaitAsync(document.Id, shown => shown.IsTerminal)).Review!.Votes);
    }

    [Fact]
    public async Task Request_that_policy_hides_before_sign_in_is_not_told_and_not_decided_in_teams()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync("""{"type":"data.careful","target":"s3://hidden","justification":"hidden too"}""");
        Received message = await teams.PostedAsync();
        JsonElement card = FakeTeams.CardOf(message);
        Assert.DoesNotContain("hidden", card.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(FakeTeams.Verbs(card));
        Assert.False(card.TryGetProperty("refresh", out _));
        Assert.Contains($"/actions/{document.Id}/review", card.GetRawText(), StringComparison.Ordinal);

        // Nor by a button and a form that were made while policy asked for less.
        var seals = gate.Service<TeamsSeals>();
        JsonElement look = FakeTeams.CardIn(await teams.ActAsync(gate, "refresh", seals.Seal(ChatButton.Of(document))));
        JsonElement vote = FakeTeams.CardIn(await teams.ActAsync(
            gate, "approve", seals.Seal(new ChatForm(ChatButton.Of(document), Verdict.Approve, FakeTeams.Tenant, FakeTeams.DanaUser, TimeProvider.System.GetUtcNow())), justification: "Agreed."));
        foreach (JsonElement answer in (JsonElement[])[look, vote])
        {
            Assert.Contains("Sign in with your identity provider", answer.GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", answer.GetRawText(), StringComparison.Ordinal);
            Assert.Empty(FakeTeams.Verbs(answer));
        }

        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);
    }

    [Fact]
    public async Task View_that_is_too_long_for_a_card_is_not_approved_from_one()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        string rows = string.Join(',', Enumerable.Range(0, 900).Select(row => $"\"row {row} of many that somebody should read\""));
        ActionDocument document = await gate.SubmitAsync("{\"type\":\"data.export\",\"target\":\"x\",\"parameters\":{\"rows\":[" + rows + "]}}");
        JsonElement form = await teams.LookAsync(gate, await teams.PostedAsync());
        Assert.Equal(["deny"], FakeTeams.Verbs(form));
        Assert.Contains("too long for a card", form.GetRawText(), StringComparison.Ordinal);

        string why = FakeTeams.ErrorIn(await teams.ActAsync(gate, "approve", FakeTeams.SealOf(form, "deny"), justification: "Read all of it, surely."));
        Assert.Contains("not yours", why, StringComparison.Ordinal);
        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);
        FakeTeams.CardIn(await teams.DecideAsync(gate, form, "deny", "Too much at once."));
        Assert.Equal(ActionStatus.Denied, (await gate.WaitAsync(document.Id, shown => shown.IsTerminal)).Status);
    }

    [Fact]
    public async Task Form_counts_for_nothing_in_another_round_of_the_review_which_has_a_message_of_its_own()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received first = await teams.PostedAsync();
        JsonElement form = await teams.LookAsync(gate, first);
        await gate.ChangePolicyAsync("quorum: 1, timeout: 8h}", "quorum: 2, timeout: 8h}");
        document = await gate.WaitAsync(document.Id, shown => shown.Review!.Round == 1);
        Assert.Contains("Policy has changed", FakeTeams.CardOf(await teams.UpdatedAsync()).GetRawText(), StringComparison.Ordinal);
        Received second = await teams.PostedAsync();

        JsonElement answer = FakeTeams.CardIn(await teams.DecideAsync(gate, form, "approve", "By the older plan."));
        Assert.Contains("Policy has changed", answer.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(FakeTeams.Verbs(await teams.LookAsync(gate, first)));
        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);

        FakeTeams.CardIn(await teams.DecideAsync(gate, await teams.LookAsync(gate, second), "approve", "By the newer plan."));
        Assert.Single((await gate.WaitAsync(document.Id, shown => shown.Review!.Votes.Count > 0)).Review!.Votes);
    }

    [Theory]
    [InlineData("Canceled: data.export")]
    [InlineData("Expired: data.export")]
    public async Task Action_that_ends_without_a_decision_updates_the_message(string title)
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        bool expires = title.StartsWith("Expired", StringComparison.Ordinal);
        ActionDocument document = await gate.SubmitAsync(expires ? """{"type":"data.export","target":"x","expiresIn":"PT3S"}""" : """{"type":"data.export","target":"x"}""");
        await teams.PostedAsync();
        if (!expires) (await gate.Pipeline.DeleteAsync($"api/actions/{document.Id}")).EnsureSuccessStatusCode();
        Assert.Contains(title, FakeTeams.CardOf(await teams.UpdatedAsync()).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decision_stands_while_the_connector_limits_or_refuses_and_the_message_follows()
    {
        await using FakeTeams teams = await FakeTeams.StartAsync();
        teams.Troubles.Enqueue(response =>
        {
            response.StatusCode = 429;
            response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        long begun = TimeProvider.System.GetTimestamp();
        ActionDocument document = await gate.SubmitAsync();
        await teams.PostedAsync(); // answered by 429
        await teams.PostedAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(begun) >= TimeSpan.FromSeconds(7), "The second attempt came before it was asked for.");

        lock (teams.Troubles)
        {
            teams.Troubles.Enqueue(response =>
            {
                response.StatusCode = 401; // the token was revoked
                return Task.CompletedTask;
            });
        }

        using HttpResponseMessage vote = await gate.BenVotesAsync(document, "deny");
        Assert.Equal(HttpStatusCode.OK, vote.StatusCode);
        await teams.UpdatedAsync(); // answered by 401
        Assert.Contains("Denied: data.export", FakeTeams.CardOf(await teams.UpdatedAsync()).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(2, teams.TokensGiven);
    }

    [Fact]
    public async Task Secrets_and_payload_values_are_nowhere()
    {
        const string canary = "canary.q7x2w9@nest.example";
        await using FakeTeams teams = await FakeTeams.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(teams.Options);
        ActionDocument document = await gate.SubmitAsync($$"""{"type":"data.export","target":"s3://x","parameters":{"to":"{{canary}}"},"justification":"for {{canary}}"}""");
        JsonElement form = await teams.LookAsync(gate, await teams.PostedAsync());
        string token = teams.Token();
        using (HttpResponseMessage voted = await teams.SendAsync(gate, FakeTeams.Invoke("approve", FakeTeams.SealOf(form, "approve"), justification: $"Told {canary} about it."), token))
            Assert.Equal(HttpStatusCode.OK, voted.StatusCode);
        await gate.WaitAsync(document.Id, shown => shown.IsTerminal);
        await teams.UpdatedAsync();

        string wire = string.Join('\n', teams.Api.Seen.Where(seen => !seen.StartsWith("/login/", StringComparison.Ordinal)));
        foreach (string secret in (string[])[canary, FakeTeams.Secret, Uri.EscapeDataString(FakeTeams.Secret), FakeTeams.AccessToken, token])
        {
            Assert.DoesNotContain(secret, wire, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, gate.Logged, StringComparison.Ordinal);
            Assert.All(gate.Files(), file => Assert.True(file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, "A secret is in the database."));
        }

        Assert.DoesNotContain("/review/", wire, StringComparison.Ordinal); // only pages that ask who one is
    }
}
