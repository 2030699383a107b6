using Approvals.CrashTests.Child;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Hosting;
using Approvals.Workflow.Ports;

namespace Approvals.CrashTests.UnderFire;

/// <summary>A wall clock that jumps never makes a gate release more, or later, than it may.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public async Task Clock_set_forward_refuses_votes_and_releases_that_are_late_by_it()
    {
        await WithGateAsync(async (client, clock) =>
        {
            var asked = new Life(client, LifeKind.ApprovedByOne, "asked");
            await asked.InReviewAsync();
            var approved = new Life(client, LifeKind.Allowed, "approved");
            await approved.DecideAsync();
            string token = (await client.GetAsync(Callers.Pipeline, $"api/actions/{approved.Id}/release")).Json.GetProperty("token").GetString()!;

            clock.By = Week;
            Assert.Equal("deadline_passed", (await asked.TryVoteAsync()).Code);
            Assert.Equal("release_expired", (await client.GetAsync(Callers.Pipeline, $"api/actions/{approved.Id}/release")).Code);
            Assert.Equal("release_expired", (await client.PostAsync(
                Callers.Pipeline, "api/releases/redeem", new() { ["token"] = token, ["actionDigest"] = approved.Digest })).Code);
            await asked.DecidedAsync();
            Assert.Equal("expired", asked.Status);

            // Set right again: what has expired stays expired, what was only refused is not lost.
            clock.By = TimeSpan.Zero;
            await asked.DecidedAsync();
            Assert.False((await asked.TryVoteAsync()).IsSuccess);
            await approved.ExecuteAsync();
            await Promises.AssertLedgerAsync(client, 2, 1, []);
        });
    }

    [Fact]
    public async Task Clock_set_back_keeps_tokens_of_the_future_from_use_and_decides_on()
    {
        await WithGateAsync(async (client, clock) =>
        {
            var before = new Life(client, LifeKind.Allowed, "before");
            await before.DecideAsync();
            string token = (await client.GetAsync(Callers.Pipeline, $"api/actions/{before.Id}/release")).Json.GetProperty("token").GetString()!;
            clock.By = -Week;
            Answer early = await client.PostAsync(Callers.Pipeline, "api/releases/redeem", new() { ["token"] = token, ["actionDigest"] = before.Digest });
            Assert.Equal("invalid_token", early.Code); // not before its time
            var during = new Life(client, LifeKind.ApprovedByOne, "during");
            await during.RunAsync();
            clock.By = TimeSpan.Zero;
            await before.ExecuteAsync();
            await Promises.AssertLedgerAsync(client, 2, 2, []);
        });
    }

    private static async Task WithGateAsync(Func<GateClient, ShiftedTime, Task> test)
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var clock = new ShiftedTime(TimeSpan.Zero);
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path) with
        {
            Time = clock,
            Compose = (services, _) => Trap.Wrap<INotifier>(services, inner => new SpokenNotifier(inner, link.AnnounceReview)),
        });
        link.Open(host.Url);
        await test(client, clock);
    }
}
