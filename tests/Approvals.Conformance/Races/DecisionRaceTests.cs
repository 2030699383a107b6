using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Conformance.Judges;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Races;

/// <summary>
/// Two things at once. Which one wins is nobody's business; that exactly one does, that every answer tells the truth about it and that the signed record says the
/// same is promise 2. Each race is run several times, since a race that is run once proves nothing.
/// </summary>
public sealed class DecisionRaceTests(TargetGate gate)
{
    private const int Rounds = 6;

    [Fact]
    public async Task Two_reviewers_at_once_are_one_decision()
    {
        (Submitted Action, string View)[] actions = await ActionsAsync(Rounds);
        await Task.WhenAll(actions.Select(async each =>
        {
            Answer[] votes = await Task.WhenAll(gate.Ann.VoteAsync(each.Action, each.View, "approve"), gate.Ben.VoteAsync(each.Action, each.View, "deny"));
            string outcome = (await gate.DecidedAsync(each.Action)).Status();
            JsonElement vote = Assert.Single((await PredicateAsync(each.Action, outcome)).GetProperty("votes").EnumerateArray());
            Assert.Equal(outcome == "approved" ? "approve" : "deny", vote.GetProperty("verdict").GetString());
            (Answer winner, Answer loser) = outcome == "approved" ? (votes[0], votes[1]) : (votes[1], votes[0]);
            winner.Is(200, 202);
            Assert.True(loser.Status == 202 || loser is { Status: 409, Code: "vote_not_counted" or "review_closed" }, $"{loser.Status} {loser.Text}");
        }));
    }

    [Fact]
    public async Task Reviewer_in_two_windows_has_one_vote()
    {
        (Submitted Action, string View)[] actions = await ActionsAsync(Rounds);
        await Task.WhenAll(actions.Select(async each =>
        {
            Answer[] votes = await Task.WhenAll(gate.Ann.VoteAsync(each.Action, each.View, "deny"), gate.Ann.VoteAsync(each.Action, each.View, "approve"));
            string outcome = (await gate.DecidedAsync(each.Action)).Status();
            JsonElement vote = Assert.Single((await PredicateAsync(each.Action, outcome)).GetProperty("votes").EnumerateArray());
            Assert.Equal(outcome == "approved" ? "approve" : "deny", vote.GetProperty("verdict").GetString());
            Answer loser = outcome == "approved" ? votes[0] : votes[1];
            Assert.True(loser.Status == 202 || loser is { Status: 409, Code: "already_voted" or "vote_not_counted" or "review_closed" }, $"{loser.Status} {loser.Text}");
        }));
    }

    [Fact]
    public async Task Cancel_against_vote_is_one_decision()
    {
        (Submitted Action, string View)[] actions = await ActionsAsync(Rounds * 2);
        await Task.WhenAll(actions.Select(async (each, round) =>
        {
            // Each goes first as often as the other.
            Task<Answer> CancelAsync() => gate.Pipeline.DeleteAsync(each.Action.Path);
            Task<Answer> VoteAsync() => gate.Ann.VoteAsync(each.Action, each.View);
            (Task<Answer> cancel, Task<Answer> vote) = (null!, null!);
            if (round % 2 == 0) (cancel, vote) = (CancelAsync(), VoteAsync());
            else (vote, cancel) = (VoteAsync(), CancelAsync());
            await Task.WhenAll(cancel, vote);

            string outcome = (await gate.DecidedAsync(each.Action)).Status();
            JsonElement predicate = await PredicateAsync(each.Action, outcome);
            (await cancel).Is(200, 202, 409);
            (await vote).Is(200, 202, 409);
            if (outcome == "canceled")
            {
                Assert.NotEqual(409, (await cancel).Status);
                Assert.Empty(predicate.GetProperty("votes").EnumerateArray());
                Assert.NotEqual(200, (await vote).Status);
            }
            else
            {
                Assert.Equal("approved", outcome);
                Assert.Single(predicate.GetProperty("votes").EnumerateArray());
                Assert.NotEqual(409, (await vote).Status);
                Assert.NotEqual(200, (await cancel).Status);
            }
        }));
    }

    /// <summary>
    /// Actions whose deadlines lie 40 ms apart. The first one to expire is the signal to vote on all the others, so that votes come in before, at and after
    /// the deadlines. No clock of ours is asked.
    /// </summary>
    [Fact]
    public async Task Vote_against_timeout_is_one_decision_and_a_late_vote_never_counts()
    {
        JsonObject request = Scenarios.Reviewed();
        Submitted allowed = await gate.Pipeline.SubmitAsync(With(Scenarios.Allowed(), gate.IsEmbedded ? 15 : 60));
        var actions = new List<Submitted>();
        for (int i = 0; i < 16; i++) actions.Add(await gate.Pipeline.SubmitAsync(With(request, (gate.IsEmbedded ? 15 : 60) + (0.04 * i))));
        string[] views = [.. (await Task.WhenAll(actions.Select(action => gate.InReviewAsync(action)))).Select(shown => shown.GetProperty("view").GetProperty("digest").GetString()!)];
        Assert.Equal("expired", (await gate.DecidedAsync(actions[0])).Status());

        Answer[] votes = await Task.WhenAll(actions.Skip(1).Select((action, index) => gate.Ann.VoteAsync(action, views[index + 1])));
        for (int i = 1; i < actions.Count; i++)
        {
            Answer vote = votes[i - 1].Is(200, 202, 409, 410);
            JsonElement decided = await gate.DecidedAsync(actions[i]);
            string outcome = decided.Status();
            JsonElement predicate = await PredicateAsync(actions[i], outcome);
            if (outcome == "approved")
            {
                Assert.NotEqual(409, vote.Status);
                Assert.True(decided.GetProperty("decision").GetProperty("at").GetDateTimeOffset() < decided.GetProperty("expiresAt").GetDateTimeOffset());
                Assert.Single(predicate.GetProperty("votes").EnumerateArray());
            }
            else
            {
                Assert.Equal("expired", outcome);
                Assert.NotEqual(200, vote.Status);
                Assert.Equal("timeout", predicate.GetProperty("decision").GetProperty("by").GetString());
                (await gate.Pipeline.GetAsync(actions[i].Path + "/release")).IsProblem(409, "not_approved");
            }
        }

        // By now the deadline of what was approved at once has passed too: its release has died with it (promise 4).
        (await gate.Pipeline.GetAsync(allowed.Path + "/release")).IsProblem(410, "release_expired");
        (await gate.Ann.VoteAsync(actions[0], views[0])).IsProblem(409, "review_closed");
        (await gate.Pipeline.DeleteAsync(actions[0].Path)).IsProblem(409, "already_decided");
    }

    private static JsonObject With(JsonObject request, double seconds)
    {
        JsonObject copy = request.DeepClone().AsObject();
        copy["expiresIn"] = seconds;
        return copy;
    }

    private async Task<(Submitted Action, string View)[]> ActionsAsync(int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => gate.ReviewAsync()));

    /// <summary>The predicate of the one record, which must say what the status says.</summary>
    private async Task<JsonElement> PredicateAsync(Submitted action, string outcome)
    {
        JsonElement predicate = (await gate.RecordAsync(action)).GetProperty("predicate");
        Assert.Equal(outcome, predicate.GetProperty("decision").GetProperty("outcome").GetString());
        return predicate;
    }
}
