using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Approvals.Notifications.Slack;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Workflow.Actions;

namespace Approvals.Notifications.Tests.Slack;

/// <summary>What must not count, however it is dressed up.</summary>
public sealed class SlackForgeryTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Request_without_slacks_signature_or_out_of_its_time_or_seen_before_is_refused()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        string body = FakeSlack.Form(FakeSlack.Pressed("approve", "x"));
        string timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string signature = SlackSignature.Compute(FakeSlack.SigningSecret, timestamp, Encoding.UTF8.GetBytes(body));

        await RefusedAsync(FakeSlack.SendRawAsync(gate, body, secret: "another secret"));
        await RefusedAsync(FakeSlack.SendRawAsync(gate, body, at: Now.AddMinutes(-6)));
        await RefusedAsync(FakeSlack.SendRawAsync(gate, body, at: Now.AddMinutes(6)));
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body + "&x=1", timestamp, signature));
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body, timestamp, signature.ToUpperInvariant()));
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body, timestamp + "0", signature));
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body, "-1", signature));
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body, timestamp, "v0="));

        using (HttpResponseMessage first = await FakeSlack.SendSignedAsync(gate, body, timestamp, signature)) Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body, timestamp, signature));
        await gate.RestartAsync();
        await RefusedAsync(FakeSlack.SendSignedAsync(gate, body, timestamp, signature)); // remembered durably
    }

    [Fact]
    public async Task Strangers_users_of_other_workspaces_owners_and_people_who_are_not_asked_get_no_dialog()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        await gate.SubmitAsync();
        Received message = await slack.PostedAsync();
        foreach ((string user, string team, string why) in new[]
        {
            ("U0NOBODY", FakeSlack.Team, "does not know your Slack user"),
            (FakeSlack.DanaUser, "T0OTHER", "does not know your Slack user"),
            (FakeSlack.OliviaUser, FakeSlack.Team, "has no vote in it"), // she answers for the pipeline that asks
            ("U0EVE", FakeSlack.Team, "members of: data-owners"),
        })
        {
            JsonElement dialog = await slack.PressAsync(gate, message, "approve", user, team);
            Assert.Contains(why, FakeSlack.TextOf(dialog), StringComparison.Ordinal);
            Assert.False(dialog.TryGetProperty("submit", out _));
            Assert.DoesNotContain("s3://partner", dialog.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Dialog_of_somebody_else_or_tampered_with_or_a_button_in_its_place_casts_no_vote()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        ActionDocument document = await gate.SubmitAsync();
        Received message = await slack.PostedAsync();
        JsonElement dialog = await slack.PressAsync(gate, message, "approve");
        string metadata = dialog.GetProperty("private_metadata").GetString()!;
        string button = FakeSlack.ButtonOf(message.Json, "approve").GetProperty("value").GetString()!;

        await NotYoursAsync(FakeSlack.SubmitAsync(gate, dialog, "I am Olivia.", FakeSlack.OliviaUser));
        await NotYoursAsync(FakeSlack.SubmitAsync(gate, dialog, "A button.", metadata: button));
        await NotYoursAsync(FakeSlack.SubmitAsync(gate, dialog, "Nothing.", metadata: "x"));
        for (int at = 20; at < metadata.Length; at += 37)
        {
            char other = metadata[at] == 'A' ? 'B' : 'A';
            await NotYoursAsync(FakeSlack.SubmitAsync(gate, dialog, "One character.", metadata: metadata[..at] + other + metadata[(at + 1)..]));
        }

        Assert.Empty((await gate.WaitAsync(document.Id, _ => true)).Review!.Votes);
    }

    [Fact]
    public async Task Button_of_another_gate_opens_nothing()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using FakeSlack otherSlack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        await using NotifyingGate other = await NotifyingGate.StartAsync(otherSlack.Options);
        await other.SubmitAsync();
        JsonElement dialog = await slack.PressAsync(gate, await otherSlack.PostedAsync(), "approve");
        Assert.Contains("not one of this gate", FakeSlack.TextOf(dialog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_that_is_no_interaction_is_refused_and_a_gate_without_slack_has_no_such_page()
    {
        await using FakeSlack slack = await FakeSlack.StartAsync();
        await using NotifyingGate gate = await NotifyingGate.StartAsync(slack.Options);
        foreach (string body in (string[])["", "payload=", "payload=%7B", "payload=[]", "payload=%7B%7D", "payload=%7B%7D&payload=%7B%7D", "other=1", "payload=" + new string('[', 200)])
        {
            using HttpResponseMessage answer = await FakeSlack.SendRawAsync(gate, body);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        await using NotifyingGate without = await NotifyingGate.StartAsync(_ => new NotificationOptions());
        using HttpResponseMessage nowhere = await FakeSlack.SendRawAsync(without, "payload=%7B%7D");
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> sending)
    {
        using HttpResponseMessage answer = await sending;
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static async Task NotYoursAsync(Task<JsonElement> submitting) =>
        Assert.Contains("This dialog is not yours", (await submitting).GetRawText(), StringComparison.Ordinal);
}
