using System.Diagnostics;
using System.Text.Json;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Actions;

/// <summary>Long polls: they end with what they wait for, and otherwise in time.</summary>
public sealed class WaitTests(TargetGate gate)
{
    [Fact]
    public async Task Poll_ends_with_the_decision_for_everybody_who_waits()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        Caller[] waiting = [gate.Pipeline, gate.Ann, gate.Ben, gate.Auditor];
        Task<Answer>[] polls = [.. waiting.Select(caller => caller.GetAsync(action.Path + "?wait=60"))];
        (await gate.Ann.VoteAsync(action, view)).Is(200, 202);
        foreach (Answer poll in await Task.WhenAll(polls)) Assert.Equal("approved", poll.Is(200).Json.Status());
    }

    [Fact]
    public async Task Poll_that_waits_for_nothing_answers_in_time_as_it_is()
    {
        (Submitted action, _) = await gate.ReviewAsync();
        long start = Stopwatch.GetTimestamp();
        JsonElement shown = (await gate.Pipeline.GetAsync(action.Path + "?wait=1")).Is(200).Json;
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Assert.Equal("in_review", shown.Status());
        Assert.True(took >= TimeSpan.FromMilliseconds(900) && took < gate.Patience, $"took {took}");
    }

    [Fact]
    public async Task Poll_for_the_review_answers_at_once_when_it_is_open_or_never_will_be()
    {
        (Submitted asked, _) = await gate.ReviewAsync();
        Submitted allowed = await gate.AllowedAsync();
        Assert.Equal("in_review", (await gate.Pipeline.GetAsync(asked.Path + "?wait=60&until=review")).Is(200).Json.Status());
        Assert.Equal("approved", (await gate.Pipeline.GetAsync(allowed.Path + "?wait=60&until=review")).Is(200).Json.Status());
        Assert.Equal("approved", (await gate.Pipeline.GetAsync(allowed.Path + "?wait=60&until=decision")).Is(200).Json.Status());
    }

    [Theory]
    [InlineData("wait=0")]
    [InlineData("wait=61")]
    [InlineData("wait=1.5")]
    [InlineData("wait=1&wait=2")]
    [InlineData("wait=1&until=lunch")]
    public async Task Poll_for_anything_else_is_refused(string query)
    {
        Submitted action = await gate.Pipeline.SubmitAsync(Scenarios.Denied());
        (await gate.Pipeline.GetAsync($"{action.Path}?{query}")).IsProblem(400, "invalid_parameter");
    }

    [Fact]
    public async Task Caller_who_hangs_up_ends_nothing_but_the_poll()
    {
        (Submitted action, string view) = await gate.ReviewAsync();
        using var hangUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, action.Path + "?wait=60");
        request.Headers.Authorization = new("Bearer", gate.Pipeline.Key);
        Task<HttpResponseMessage> poll = gate.Pipeline.Http.SendAsync(request, hangUp.Token);
        await gate.Pipeline.GetAsync(action.Path); // by now the poll is under way or about to be
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        (await gate.Ann.VoteAsync(action, view)).Is(200, 202);
        Assert.Equal("approved", (await gate.DecidedAsync(action)).Status());
    }
}
