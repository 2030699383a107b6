using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.CrashTests.Gates;

namespace Approvals.CrashTests.Lives;

/// <summary>
/// Somebody is away and lends a group to another, who votes with it; afterwards they are back. Many lives do so with the same two people, so each may
/// find that the delegation is there already, or gone again.
/// </summary>
internal sealed class Deputy(GateClient gate, Life life)
{
    private static readonly TimeSpan Away = TimeSpan.FromHours(1);

    /// <summary>Delegations that the gate acknowledged to have stored, and to have ended.</summary>
    private readonly ConcurrentBag<string> lent = [], ended = [];

    public async Task VoteAsync()
    {
        await gate.Link.ReviewAsync(life.Id).WaitAsync(gate.Patience);
        while (true)
        {
            await LendAsync();
            string? before = life.Status;
            Answer view = await gate.GetAsync(Callers.Fay, $"api/actions/{life.Id}/view");
            Answer answer = view.IsSuccess ? await gate.PostAsync(Callers.Fay, $"api/actions/{life.Id}/votes", Life.Ballot("approve", view)) : view;
            if (answer.Code is "not_found" or "not_eligible") continue; // another life has ended what this one found
            life.SeeVote(Callers.Fay, answer, before);
            return;
        }
    }

    /// <summary>Ends whatever is in force of the person who was away.</summary>
    public async Task ReturnAsync()
    {
        Answer all = await gate.GetAsync(Callers.Ada, "api/delegations");
        Assert.True(all.IsSuccess, $"{life.Name}: {all.Text}");
        foreach (JsonElement one in all.Json.GetProperty("delegations").EnumerateArray().Where(IsInForce))
        {
            string id = one.GetProperty("id").GetString()!;
            Answer answer = await gate.DeleteAsync(Callers.Ada, $"api/delegations/{id}");
            Assert.True(answer.Status is HttpStatusCode.NoContent or HttpStatusCode.NotFound, $"{life.Name}: {answer.Text}");
            ended.Add(id);
        }
    }

    /// <summary>What was acknowledged is there: every delegation that was made, and the end of those that were ended.</summary>
    public static async Task AssertKeptAsync(GateClient gate, IEnumerable<Deputy> deputies)
    {
        Answer all = await gate.GetAsync(Callers.Auditor, "api/delegations");
        var known = all.Json.GetProperty("delegations").EnumerateArray().ToDictionary(one => one.GetProperty("id").GetString()!);
        foreach (Deputy deputy in deputies)
        {
            Assert.Empty(deputy.lent.Except(known.Keys));
            Assert.DoesNotContain(deputy.ended, id => IsInForce(known[id]));
        }

        JsonElement[] inForce = [.. known.Values.Where(IsInForce)];
        Assert.True(inForce.Length <= 1, "One group is lent to two at once.");
    }

    private async Task LendAsync()
    {
        Answer answer = await gate.PostAsync(Callers.Ada, "api/delegations", new JsonObject
        {
            ["to"] = Callers.Fay,
            ["groups"] = new JsonArray("security"),
            ["until"] = (TimeProvider.System.GetUtcNow() + Away).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        });
        if (answer.Status == HttpStatusCode.Created) lent.Add(answer.Json.GetProperty("id").GetString()!);
        else Assert.True(answer.Code == "delegation_refused" && answer.Text.Contains("delegation_overlaps", StringComparison.Ordinal), $"{life.Name}: {answer.Text}");
    }

    private static bool IsInForce(JsonElement delegation) => delegation.GetProperty("until").GetDateTimeOffset() > TimeProvider.System.GetUtcNow();
}
