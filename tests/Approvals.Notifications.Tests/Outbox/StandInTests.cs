using Approvals.Notifications.Secrets;
using Approvals.Notifications.Teams;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Workflow.Actions;
using Microsoft.AspNetCore.Http;

namespace Approvals.Notifications.Tests.Outbox;

/// <summary>A whole gate whose first channel does not work.</summary>
public sealed class StandInTests
{
    [Fact]
    public async Task Teams_asks_while_slack_refuses_and_the_actions_page_says_both()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using Receiver teams = await Receiver.StartAsync();
        slack.Troubles.Enqueue(response =>
        {
            response.ContentType = "application/json";
            return response.WriteAsync("""{"ok":false,"error":"channel_not_found"}""");
        });
        await using NotifyingGate gate = await NotifyingGate.StartAsync(gate => slack.Options(gate) with
        {
            Order = ["slack", "teams"],
            Teams = new TeamsOptions(new Dictionary<string, SecretReference> { ["*"] = gate.Secret("teams", teams.Url.AbsoluteUri + "hook-secret") }),
        });
        ActionDocument document = await gate.SubmitAsync();
        Assert.Contains("data.export", (await teams.NextAsync()).Json.GetRawText(), StringComparison.Ordinal);
        (await gate.BenVotesAsync(document, "deny")).EnsureSuccessStatusCode();
        await teams.NextAsync(); // told of the outcome: by then what became of the request is written down

        string page = await gate.AsBen.GetStringAsync("actions/" + document.Id);
        Assert.Contains("Not told by Slack", page, StringComparison.Ordinal);
        Assert.Contains("Slack said channel_not_found", page, StringComparison.Ordinal);
        Assert.Contains("Told by Microsoft Teams", page, StringComparison.Ordinal);
        Assert.DoesNotContain("hook-secret", page, StringComparison.Ordinal);
        Assert.DoesNotContain("C0OWNERS", page, StringComparison.Ordinal);
    }
}
