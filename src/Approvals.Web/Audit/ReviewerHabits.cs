using Approvals.Workflow.Actions;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Web.Audit;

/// <summary>
/// How one reviewer votes, so that auditors see fatigue: approvals by habit, in long runs, without reading. Facts to ask about, not a verdict
/// on a person.
/// </summary>
/// <param name="Measured">Votes from a page that knows how long the request stood before the voter; chats and the API do not.</param>
/// <param name="MedianSeconds">Of the measured ones, from opening the request to the vote.</param>
/// <param name="Quick">Measured approvals in less than <see cref="QuickSeconds"/>.</param>
/// <param name="LongestRun">Approvals in a row, by time, over all actions.</param>
/// <param name="CurrentRun">Approvals since the latest denial.</param>
public sealed record ReviewerHabits(
    Principal Reviewer, int Votes, int Approvals, int Measured, int? MedianSeconds, int Quick, int LongestRun, int CurrentRun, DateTimeOffset LatestAt)
{
    /// <summary>Nobody reads a request with its parameters and writes why in less.</summary>
    public const int QuickSeconds = 10;

    private const int FewVotes = 5;
    private const int LongRun = 20;

    /// <summary>0 to 1.</summary>
    public double ShareApproved => (double)Approvals / Votes;

    /// <summary>What is worth a question, in words; <see langword="null"/> when nothing is, or votes are too few to tell.</summary>
    public string? Remark => this switch
    {
        { Votes: < FewVotes } => null,
        { MedianSeconds: < QuickSeconds } => "Decides faster than one can read",
        _ when Quick * 2 > Measured && Measured >= FewVotes => "Mostly quick approvals",
        { CurrentRun: >= LongRun } => "Has not denied for long",
        _ => null,
    };

    /// <summary>Everybody's habits from the votes on these actions, the most active first.</summary>
    public static IReadOnlyList<ReviewerHabits> Of(IEnumerable<ActionDocument> actions, DateTimeOffset since) =>
    [
        .. actions.SelectMany(action => action.Review?.Votes ?? [])
            .Select(counted => counted.Vote)
            .Where(vote => vote.At >= since)
            .GroupBy(vote => vote.Voter.Id)
            .Select(votes => Of([.. votes.OrderBy(vote => vote.At)]))
            .OrderByDescending(habits => habits.Votes)
            .ThenBy(habits => habits.Reviewer.DisplayName, StringComparer.Ordinal),
    ];

    private static ReviewerHabits Of(IReadOnlyList<Vote> votes)
    {
        int[] seconds = [.. votes.Select(vote => vote.SecondsRead).OfType<int>().Order()];
        int longest = 0;
        int current = 0;
        foreach (Vote vote in votes)
        {
            current = vote.Verdict == Verdict.Approve ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        return new ReviewerHabits(
            votes[^1].Voter,
            votes.Count,
            votes.Count(vote => vote.Verdict == Verdict.Approve),
            seconds.Length,
            seconds.Length == 0 ? null : seconds[(seconds.Length - 1) / 2],
            votes.Count(vote => vote is { Verdict: Verdict.Approve, SecondsRead: < QuickSeconds }),
            longest,
            current,
            votes[^1].At);
    }
}
