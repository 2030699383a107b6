using System.Net;
using System.Text.Json.Nodes;
using Approvals.CrashTests.Gates;

namespace Approvals.CrashTests.Lives;

/// <summary>Two people break the glass of an action in review, at once; afterwards somebody else does the review that this owes.</summary>
internal static class BrokenGlass
{
    public static readonly string[] People = [Callers.Cora, Callers.Ivan];

    public static async Task ConsentAsync(GateClient gate, Life life)
    {
        await gate.Link.ReviewAsync(life.Id).WaitAsync(gate.Patience);
        await Task.WhenAll(People.Select(async person =>
        {
            Answer view = await gate.GetAsync(person, $"api/actions/{life.Id}/view");
            Assert.True(view.IsSuccess, $"{life.Name}: {person} sees no view: {view.Text}");
            string? before = life.Status;
            Answer answer = await gate.PostAsync(person, $"api/actions/{life.Id}/break-glass", new JsonObject
            {
                ["justification"] = "It cannot wait for the test to look at it.",
                ["viewDigest"] = view.Json.GetProperty("digest").GetString(),
            });
            Assert.True(answer.IsSuccess, $"{life.Name}: {person}: {answer.Text}");
            life.See(answer.Json, before);
        }));
    }

    public static async Task FollowUpAsync(GateClient gate, Life life)
    {
        Answer answer = await gate.PostAsync(Callers.Dana, $"api/actions/{life.Id}/follow-up", new JsonObject
        {
            ["finding"] = "justified",
            ["comment"] = "It was an emergency, and it is over.",
        });
        // Nothing is owed any more when the answer to an earlier attempt was lost.
        Assert.True(answer.Status == HttpStatusCode.OK || answer.Code == "follow_up_not_owed", $"{life.Name}: {answer.Text}");
    }
}
