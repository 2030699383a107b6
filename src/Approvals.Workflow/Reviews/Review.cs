using System.Text.Json;
using System.Text.Json.Serialization;
using Approvals.Durable;
using Approvals.Policy;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Reviews;

public enum ReviewOutcome
{
    Open,
    Approved,
    Denied,
    Expired,
}

/// <summary>A vote that counts, and in which stage.</summary>
public sealed record CountedVote(Vote Vote, int Stage);

/// <summary>
/// The vote rules: a pure state machine without clock or effects. The orchestration applies votes in the order the engine delivers
/// them; the web room asks <see cref="Check"/> first, only to answer a reviewer at once. Wire format: shown in the action index.
/// </summary>
/// <param name="StageIndex">The stage that is open, or was when the review closed.</param>
/// <param name="StageStartedAt">When it began; deadline, reminders and escalation count from here.</param>
public sealed record Review(
    ReviewPlan Plan,
    PrincipalChain Chain,
    string ViewDigest,
    int StageIndex,
    DateTimeOffset StageStartedAt,
    IReadOnlyList<CountedVote> Votes,
    ReviewOutcome Outcome)
{
    public static Review Begin(ReviewPlan plan, PrincipalChain chain, string viewDigest, DateTimeOffset at) =>
        new(plan, chain, viewDigest, 0, at, [], ReviewOutcome.Open);

    [JsonIgnore]
    public ReviewStage Stage => Plan.Stages[StageIndex];

    [JsonIgnore]
    public DateTimeOffset Deadline => Due(Stage.Timeout);

    [JsonIgnore]
    public bool IsOpen => Outcome == ReviewOutcome.Open;

    [JsonIgnore]
    public int Approvals => StageVotes(Verdict.Approve).Count();

    /// <summary>The groups whose members may vote at this time: the stage's, and the escalation's once it is late.</summary>
    public IReadOnlyList<string> EligibleGroups(DateTimeOffset at) =>
        Stage.Escalation is { } escalation && at >= Due(escalation.After)
            ? [.. Stage.Groups.Union(escalation.Groups)]
            : Stage.Groups;

    /// <summary>Whether this is the time at which the stage's escalation group is asked too.</summary>
    public bool EscalatesAt(DateTimeOffset at) => Stage.Escalation is { } escalation && at == Due(escalation.After);

    /// <summary>Whether this person could vote at all at this time, whatever the vote says.</summary>
    public VoteRefusal? CheckVoter(Principal voter, DateTimeOffset at)
    {
        if (!IsOpen) return VoteRefusal.ReviewClosed;
        if (at >= Deadline) return VoteRefusal.DeadlinePassed;

        // INVARIANT: nobody in the principal chain approves, nor any service or agent. No role is exempt (promise 3).
        if (voter.Kind != PrincipalKind.Human) return VoteRefusal.NotHuman;
        if (Chain.Contains(voter.Id)) return VoteRefusal.InPrincipalChain;
        if (!voter.Groups.Intersect(EligibleGroups(at)).Any()) return VoteRefusal.NotEligible;
        if (Stage.Excluded.Contains(new PersonRef(voter.Issuer, voter.Subject))) return VoteRefusal.NotEligible;
        if (!PassesFilter(voter)) return VoteRefusal.NotEligible;

        // INVARIANT: one person, one vote in a review, by immutable subject, over all its stages.
        if (Votes.Any(counted => counted.Vote.Voter.Id == voter.Id)) return VoteRefusal.AlreadyVoted;
        return null;
    }

    /// <summary>Why this vote would not count, or <see langword="null"/> when it would.</summary>
    public VoteRefusal? Check(Vote vote, DateTimeOffset at)
    {
        if (CheckVoter(vote.Voter, at) is { } refusal) return refusal;
        if (vote.Assurance < Stage.MinimumAssurance) return VoteRefusal.AssuranceTooLow;

        // INVARIANT: a reviewer decides on what was shown (promise 10).
        if (!string.Equals(vote.ViewDigest, ViewDigest, StringComparison.Ordinal)) return VoteRefusal.OtherView;
        if (vote.Justification.Trim().Length < Stage.MinimumJustification) return VoteRefusal.JustificationTooShort;
        if (!Stage.HasTicket(vote.Justification)) return VoteRefusal.TicketMissing;
        return null;
    }

    /// <summary>Counts a vote, or leaves everything as it is when <see cref="Check"/> refuses it.</summary>
    /// <param name="at">The orchestration's time, so that a vote behind the deadline never counts.</param>
    public Review Apply(Vote vote, DateTimeOffset at)
    {
        if (Check(vote, at) is not null) return this;

        Review counted = this with { Votes = [.. Votes, new CountedVote(vote, StageIndex)] };
        if (counted.StageVotes(Verdict.Deny).Count() >= Math.Max(1, Stage.DenyThreshold))
            return counted with { Outcome = ReviewOutcome.Denied };
        if (!counted.StageIsMet()) return counted;
        return StageIndex + 1 == Plan.Stages.Count
            ? counted with { Outcome = ReviewOutcome.Approved }
            : counted with { StageIndex = StageIndex + 1, StageStartedAt = at };
    }

    /// <summary>Closes an open review whose deadline has come; otherwise leaves everything as it is.</summary>
    public Review ExpireAt(DateTimeOffset at) =>
        IsOpen && at >= Deadline ? this with { Outcome = ReviewOutcome.Expired } : this;

    /// <summary>The next time after <paramref name="at"/> at which something is due in this stage; the deadline at the latest.</summary>
    public DateTimeOffset NextMoment(DateTimeOffset at)
    {
        DateTimeOffset next = Deadline;
        foreach (TimeSpan reminder in Stage.Reminders)
        {
            DateTimeOffset due = Due(reminder);
            if (due > at && due < next) next = due;
        }

        if (Stage.Escalation is { } escalation && Due(escalation.After) is var late && late > at && late < next) next = late;
        return next;
    }

    /// <summary>When a span of the open stage is over: in its working hours, where policy counts in them.</summary>
    private DateTimeOffset Due(TimeSpan span) => Stage.After(span, StageStartedAt);

    private bool PassesFilter(Principal voter) => Stage.Filter is null
        || ReviewerFilter.Admits(Stage, JsonSerializer.SerializeToElement(voter, DurableJson.Options), JsonSerializer.SerializeToElement(Chain, DurableJson.Options));

    private IEnumerable<Vote> StageVotes(Verdict verdict) =>
        Votes.Where(counted => counted.Stage == StageIndex && counted.Vote.Verdict == verdict).Select(counted => counted.Vote);

    private bool StageIsMet()
    {
        Vote[] approvals = [.. StageVotes(Verdict.Approve)];

        // INVARIANT: a quorum is at least one, whatever a plan says: no plan approves by itself.
        return approvals.Length >= Math.Max(1, Stage.Quorum) && (!Stage.OneFromEachGroup || EveryGroupIsServed(approvals));
    }

    /// <summary>Whether each group can be given a person of its own: bipartite matching by augmenting paths (Kuhn 1955).</summary>
    private bool EveryGroupIsServed(Vote[] approvals)
    {
        var groupOf = new int?[approvals.Length];
        for (int group = 0; group < Stage.Groups.Count; group++)
        {
            if (!Serve(group, new bool[approvals.Length])) return false;
        }

        return true;

        bool Serve(int group, bool[] tried)
        {
            for (int person = 0; person < approvals.Length; person++)
            {
                if (tried[person] || !approvals[person].Voter.Groups.Contains(Stage.Groups[group])) continue;
                tried[person] = true;
                if (groupOf[person] is not { } other || Serve(other, tried))
                {
                    groupOf[person] = group;
                    return true;
                }
            }

            return false;
        }
    }
}

/// <summary>Why a vote does not count. The names in snake case are the stable codes of the HTTP API.</summary>
public enum VoteRefusal
{
    ReviewClosed,
    DeadlinePassed,
    NotHuman,
    InPrincipalChain,
    NotEligible,
    AlreadyVoted,
    AssuranceTooLow,
    OtherView,
    JustificationTooShort,
    TicketMissing,
}
