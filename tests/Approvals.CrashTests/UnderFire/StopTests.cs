using System.Net;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;

namespace Approvals.CrashTests.UnderFire;

public sealed class StopTests
{
    [Fact]
    public async Task Gate_that_is_told_to_stop_answers_who_waits_ends_well_and_leaves_nothing_half_done()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var waiting = new Life(client, LifeKind.ApprovedByOne, "waiting");
        Life[] load = [.. Enumerable.Range(0, 16).Select(number => new Life(client, (LifeKind)(number % 8), $"load-{number}"))];
        Task under;
        await using (GateProcess gate = GateProcess.Start(folder, link))
        {
            await waiting.InReviewAsync();
            Task<Answer> poll = client.TryGetAsync(Callers.Auditor, $"api/actions/{waiting.Id}?wait=60");
            under = Task.WhenAll(load.Select(life => life.RunAsync()));
            await load[^1].Submitted;
            await gate.StopAsync();
            Answer answer = await poll;
            Assert.Equal((HttpStatusCode.OK, "in_review"), (answer.Status, answer.Json.GetProperty("status").GetString()));
        }

        await using (GateProcess again = GateProcess.Start(folder, link))
        {
            await under;
            await waiting.RunFromReviewAsync();
            await Promises.AssertKeptAsync(client, [waiting, .. load], []);
            await again.StopAsync();
        }

        await Promises.AssertAtRestAsync(folder, [waiting, .. load]);
    }
}
