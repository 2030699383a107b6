using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Hosting;
using Approvals.Embedded.Upkeep;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.CrashTests.Upkeep;

public sealed class PurgeTests
{
    [Fact]
    public async Task Purge_keeps_an_action_whose_follow_up_review_is_owed_until_it_is_done()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var life = new Life(client, LifeKind.Allowed, "broken-glass");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await using (EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path)))
        {
            link.Open(host.Url);
            await life.RunAsync();
            await host.Engine.IdleAsync();
            await OweAsync(host, life.Id, new FollowUpReview(life.Id, ["security"], now, now.AddHours(1), DoneAt: null));
        }

        EmbeddedHostOptions later = GateFolder.Options(folder.Path) with { Time = new ShiftedTime(TimeSpan.FromDays(30)) };
        PurgeResult kept = await GatePurge.RunAsync(later, TimeSpan.FromDays(1), _ => { });
        Assert.Equal((0, 1), (kept.Actions, kept.Kept));

        await using (EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path)))
            await OweAsync(host, life.Id, new FollowUpReview(life.Id, ["security"], now, now.AddHours(1), DoneAt: now));
        var steps = new List<string>();
        Assert.Equal(1, (await GatePurge.RunAsync(later, TimeSpan.FromDays(1), progress => steps.Add(progress.Step))).Actions);
        Assert.Equal(("purged 1 actions, kept 0", "giving space back"), (steps[^2], steps[^1]));
    }

    private static Task<ActionDocument> OweAsync(EmbeddedHost host, string id, FollowUpReview owed) =>
        host.Services.GetRequiredService<IActionIndex>().UpdateAsync(id, document => document with { FollowUp = owed }, CancellationToken.None);
}
