using System.Collections.Concurrent;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Access;

public sealed class RateLimitTests(TargetGate gate)
{
    /// <summary>More than any default lets one caller make at once.</summary>
    private const int Burst = 4000;

    [Fact]
    public async Task Caller_that_runs_wild_is_told_when_to_come_again_and_others_are_not_held_up()
    {
        Caller wild = await gate.AddAsync("service", "wild", ["requester"]);
        var refused = new ConcurrentQueue<Answer>();
        int left = Burst;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (refused.IsEmpty && Interlocked.Decrement(ref left) > 0)
            {
                Answer answer = await wild.GetAsync("api/actions?limit=1");
                if (answer.Is(200, 429).Status == 429) refused.Enqueue(answer);
            }
        }));
        Assert.SkipWhen(refused.IsEmpty && !gate.IsEmbedded, "This host answers more slowly than its limit is, or has none.");
        Assert.All(refused, answer => answer.IsProblem(429, "too_many_requests"));
        Assert.NotEmpty(refused);

        // The limit is the caller's own; and what was refused with 429 was not begun.
        (await gate.Stranger.GetAsync("api/actions?limit=1")).Is(200);
        Answer[] submissions = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => wild.PostAsync("api/actions", Scenarios.Denied())));
        int accepted = submissions.Count(answer => answer.Is(202, 429).Status == 202);
        Answer list = await gate.Auditor.GetAsync($"api/actions?limit=200&requester={wild.Subject}");
        Assert.Equal(accepted, list.Is(200).Json.GetProperty("actions").GetArrayLength());
    }
}
