using System.Net;
using Approvals.CrashTests.Gates;
using Approvals.CrashTests.Lives;
using Approvals.Embedded.Hosting;
using Approvals.Engine;
using Approvals.Engine.Tests;

namespace Approvals.CrashTests.UnderFire;

/// <summary>A bit that flipped in an index of a database that is too large to be checked before the gate starts.</summary>
public sealed class IndexDamageTests
{
    [Fact]
    public async Task Gate_finds_it_while_it_runs_takes_nothing_more_and_says_why()
    {
        using GateFolder folder = await GateFolder.CreateAsync();
        var link = new GateLink();
        using var client = new GateClient(link, folder.Keys, TimeSpan.FromMinutes(6));
        var waiting = new Life(client, LifeKind.ApprovedByOne, "waiting");
        await using (GateProcess gate = GateProcess.Start(folder, link))
        {
            await waiting.InReviewAsync();
            await gate.StopAsync();
        }

        IndexPage.Hide(Path.Combine(folder.Data, Database.FileName), "test.one" + waiting.Id); // of the list by type
        Database? database = null;
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(GateFolder.Options(folder.Path) with
        {
            CheckedBeforeUse = 0,
            Compose = (_, opened) => database = opened,
        });
        link.Open(host.Url);
        await database!.CheckAsync();

        Answer ready = await client.TryGetAsync(Callers.Auditor, "health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Contains("corrupt: the database is damaged; stop the host and restore the last backup", ready.Text, StringComparison.Ordinal);
        Assert.Equal("store_unavailable", (await waiting.TryVoteAsync()).Code);
        Assert.Equal("store_unavailable", (await client.TryPostAsync(Callers.Pipeline, "api/actions", new() { ["type"] = "test.allow", ["target"] = "more" }, "more")).Code);
        Assert.Equal(HttpStatusCode.OK, (await client.TryGetAsync(Callers.Auditor, $"api/actions/{waiting.Id}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await client.TryGetAsync(Callers.Auditor, "health/live")).Status);
    }
}
