using Approvals.Notifications.Outbox;
using Approvals.Notifications.Tests.Fixtures;
using Approvals.Notifications.Webhooks;
using Approvals.Policy;
using Approvals.Workflow.Ports;

namespace Approvals.Notifications.Tests.Outbox;

public sealed class OutboxTests
{
    private const string People = "notices-people-" + Documents.ActionId;
    private const string Webhook = "notices-webhook-siem-" + Documents.ActionId;

    [Fact]
    public async Task Notice_goes_to_the_first_channel_and_to_every_webhook_once()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.NotifyAsync(NoticeKind.Requested); // the activity that notifies ran again after a crash
        await rig.SettleAsync();
        Assert.Equal([NoticeKind.Requested], rig.First.Kinds);
        Assert.Empty(rig.Second.Attempts);
        Assert.Equal([NoticeKind.Requested], rig.Webhook.Kinds);
    }

    [Fact]
    public async Task Channel_that_is_down_is_stood_in_for_within_a_minute_and_the_trouble_is_visible()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.First.Answer = _ => Delivery.TryLater("http_503");
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.SettleAsync();
        Trouble trouble = (await rig.StatusAsync(People))!.Retrying!;
        Assert.Equal(("first", "http_503", 1), (trouble.Channel, trouble.Code, trouble.Attempts));
        Undelivered visible = Assert.Single((await rig.Client.UndeliveredAsync(10, null, CancellationToken.None)).Outboxes);
        Assert.Equal(People, visible.OutboxId);

        await rig.PassAsync(TimeSpan.FromMinutes(1), steps: 12);
        Assert.Equal(Patience.Short.Count + 1, rig.First.Attempts.Count);
        Assert.Equal([NoticeKind.Requested], rig.Second.Kinds);
        Assert.Empty((await rig.Client.UndeliveredAsync(10, null, CancellationToken.None)).Outboxes);

        // Who looks at the action sees both, long after the trouble is over.
        OutboxStatus people = (await rig.Client.ToPeopleAsync(Documents.ActionId, CancellationToken.None))!;
        Assert.Equal([("first", "http_503", 4), ("second", null, 1)], people.Told.Select(told => (told.Channel, told.Code, told.Attempts)));
    }

    [Fact]
    public async Task What_was_told_is_kept_once_for_each_notice_and_channel_and_bounded()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.First.Addresses = ["one", "two"];
        await rig.NotifyAsync(NoticeKind.Requested);
        for (int notice = 0; notice < OutboxOrchestration.MaxTold + 5; notice++)
        {
            await rig.NotifyAsync(NoticeKind.Reminder, $"{Documents.ActionId}:{notice}");
            await rig.PassAsync(TimeSpan.FromMinutes(1));
        }

        OutboxStatus people = (await rig.Client.ToPeopleAsync(Documents.ActionId, CancellationToken.None))!;
        Assert.Equal(OutboxOrchestration.MaxTold, people.Told.Select(told => told.NoticeAt).Distinct().Count());
        Assert.Equal(OutboxOrchestration.MaxTold, people.Told.Count);
        Assert.Equal(NoticeKind.Requested, people.Told[0].Kind); // how somebody was asked is kept before any reminder
        Assert.Null(await rig.Client.ToPeopleAsync("nowhere", CancellationToken.None));
        var machines = await rig.Client.ToMachinesAsync(Documents.ActionId, new NotificationOptions { Webhooks = [new WebhookOptions("siem", new Uri("https://siem.example"), [])] }, CancellationToken.None);
        Assert.Equal(["webhook:siem"], Assert.Single(machines).Channels);
        Assert.Empty(machines[0].Told);
    }

    [Fact]
    public void Status_with_all_it_may_hold_fits_into_what_durable_functions_keeps()
    {
        string action = Guid.Empty.ToString(), address = new('g', 100), code = new('c', 40);
        DateTimeOffset at = Documents.Start.AddTicks(1);
        var notice = new Notice($"{action}:99.9:Escalated:1700000000000", NoticeKind.Requested, 99, at, at);
        var status = new OutboxStatus(action, ["slack", "teams", "console"])
        {
            Retrying = new Trouble("teams", address, NoticeKind.Requested, code, 11, at),
            Dead = [.. Enumerable.Repeat(new DeadLetter(notice, "console", address, code, 11, at), OutboxOrchestration.MaxDeadLetters)],
            Told = [.. Enumerable.Repeat(new Told("console", NoticeKind.Requested, 99, at, at, 11, code), OutboxOrchestration.MaxTold)],
        };
        int bytes = System.Text.Encoding.Unicode.GetByteCount(System.Text.Json.JsonSerializer.Serialize(status, Durable.DurableJson.Options));
        Assert.True(bytes <= 16 * 1024, $"{bytes} bytes");
    }

    [Fact]
    public async Task Channel_that_refuses_for_good_is_stood_in_for_at_once()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.First.Answer = _ => Delivery.Refused("slack_channel_not_found");
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.SettleAsync();
        Assert.Single(rig.First.Attempts);
        Assert.Single(rig.Second.Attempts);
    }

    [Fact]
    public async Task Notice_queued_before_a_kill_is_delivered_after_the_restart_and_what_was_posted_is_updated()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.First.Answer = _ => Delivery.TryLater("timeout");
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.SettleAsync();
        await rig.KillAndRestartAsync();

        rig.First.Answer = _ => Delivery.Delivered("C1:1.5");
        await rig.PassAsync(TimeSpan.FromSeconds(10), steps: 5);
        await rig.KillAndRestartAsync();
        rig.Documents[Documents.ActionId] = Documents.Approved(Documents.InReview(), rig.Clock.GetUtcNow());
        await rig.NotifyAsync(NoticeKind.Closed);
        await rig.SettleAsync();

        Assert.Equal((NoticeKind.Closed, "here", "C1:1.5"), rig.First.Attempts.Select(attempt => (attempt.Kind, attempt.Address, attempt.Ref)).Last());
        Assert.True(await rig.HasEndedAsync(People));
        Assert.Equal([NoticeKind.Requested, NoticeKind.Closed], rig.Webhook.Kinds);
        Assert.True(await rig.HasEndedAsync(Webhook));
    }

    [Fact]
    public async Task Reminder_carries_the_message_it_belongs_to()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.SettleAsync();
        await rig.NotifyAsync(NoticeKind.Reminder);
        await rig.SettleAsync();
        Assert.Equal((NoticeKind.Reminder, "here:0"), rig.First.Attempts.Select(attempt => (attempt.Kind, attempt.Ref)).Last());
    }

    [Fact]
    public async Task Decision_ends_the_asking_and_nobody_is_told_of_what_they_were_never_asked()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.First.Answer = rig.Second.Answer = _ => Delivery.TryLater("timeout");
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.PassAsync(TimeSpan.FromMinutes(2), steps: 20);
        int before = rig.First.Attempts.Count + rig.Second.Attempts.Count;
        Assert.NotNull((await rig.StatusAsync(People))!.Retrying);

        rig.Documents[Documents.ActionId] = Documents.Approved(Documents.InReview(), rig.Clock.GetUtcNow());
        await rig.NotifyAsync(NoticeKind.Closed);
        await rig.SettleAsync();
        Assert.Equal(before, rig.First.Attempts.Count + rig.Second.Attempts.Count);
        Assert.True(await rig.HasEndedAsync(People));
    }

    [Fact]
    public async Task New_stage_updates_the_message_of_the_one_before()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        ReviewStage second = new("security", ["security"], 1, TimeSpan.FromHours(1));
        var document = Documents.InReview(null, Documents.ActionId, Documents.Owners, second);
        rig.Documents[Documents.ActionId] = document;
        await rig.NotifyAsync(NoticeKind.Requested, "a:0");
        await rig.SettleAsync();
        rig.Documents[Documents.ActionId] = document with { Review = document.Review! with { StageIndex = 1, StageStartedAt = rig.Clock.GetUtcNow() } };
        await rig.NotifyAsync(NoticeKind.Requested, "a:1");
        await rig.SettleAsync();
        Assert.Equal(
            [(NoticeKind.Requested, null), (NoticeKind.Closed, "here:0"), (NoticeKind.Requested, null)],
            rig.First.Attempts.Select(attempt => (attempt.Kind, attempt.Ref)));
    }

    [Fact]
    public async Task Webhook_that_stays_down_becomes_a_dead_letter_that_survives_a_kill_and_is_replayed()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.Webhook.Answer = _ => Delivery.TryLater("http_500");
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.PassAsync(TimeSpan.FromDays(5), steps: 400);
        Assert.Equal(Patience.Long.Count + 1, rig.Webhook.Attempts.Count);
        await rig.KillAndRestartAsync();
        DeadLetter letter = Assert.Single((await rig.StatusAsync(Webhook))!.Dead);
        Assert.Equal(("webhook:siem", "http_500", Patience.Long.Count + 1), (letter.Channel, letter.Code, letter.Attempts));

        rig.Webhook.Answer = _ => Delivery.Delivered();
        Assert.True(await rig.Client.ReplayAsync(Webhook, rig.Clock.GetUtcNow(), CancellationToken.None));
        await rig.SettleAsync();
        Assert.Empty((await rig.StatusAsync(Webhook))!.Dead);
        Assert.Single(rig.Webhook.Attempts.Select(attempt => attempt.Id).Distinct());
    }

    [Fact]
    public async Task Replay_of_something_that_waits_for_its_next_attempt_tries_at_once()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.Webhook.Answer = _ => Delivery.TryLater("http_429", TimeSpan.FromHours(1));
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.PassAsync(TimeSpan.FromMinutes(50), steps: 5);
        Assert.Single(rig.Webhook.Attempts); // never before the time that the receiver asked for
        rig.Webhook.Answer = _ => Delivery.Delivered();
        Assert.True(await rig.Client.ReplayAsync(Webhook, rig.Clock.GetUtcNow(), CancellationToken.None));
        await rig.SettleAsync();
        Assert.Equal(2, rig.Webhook.Attempts.Count);
    }

    [Fact]
    public async Task Replay_of_what_is_no_outbox_is_refused()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        Assert.False(await rig.Client.ReplayAsync(Documents.ActionId, rig.Clock.GetUtcNow(), CancellationToken.None));
        Assert.False(await rig.Client.ReplayAsync("notices-people-nowhere", rig.Clock.GetUtcNow(), CancellationToken.None));
    }

    [Fact]
    public async Task Nobody_to_tell_is_a_dead_letter_and_no_silence()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.First.Addresses = rig.Second.Addresses = [];
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.SettleAsync();
        Assert.Equal("nobody_to_tell", Assert.Single((await rig.StatusAsync(People))!.Dead).Code);
    }

    [Fact]
    public async Task Outbox_ends_long_behind_the_actions_deadline_whatever_is_undelivered()
    {
        await using OutboxRig rig = await new OutboxRig().StartAsync();
        rig.Webhook.Answer = _ => Delivery.Refused("http_410");
        await rig.NotifyAsync(NoticeKind.Requested);
        await rig.SettleAsync();
        Assert.False(await rig.HasEndedAsync(Webhook));
        await rig.PassAsync(Outboxes.Kept + TimeSpan.FromDays(1.1));
        Assert.True(await rig.HasEndedAsync(Webhook));
        Assert.True(await rig.HasEndedAsync(People));
    }
}
