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

    /// <summary>Two people broke the glass: the action goes ahead, and a review of it is owed.</summary>
    GlassBroken,
}

/// <summary>A vote that counts, and in which stage.</summary>
public sealed record CountedVote(Vote Vote, int Stage)
{
    /// <summary>Who is away and is heard by this vote; <see langword="null"/> when the voter speaks for themselves alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PersonRef? For { get; init; }
}

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
    /// <summary>0 for the first; more when a change of policy had the action decided anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Round { get; init; }

    /// <summary>Who consents to breaking the glass; <see langword="null"/> while nobody does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Vote>? Consents { get; init; }

    public static Review Begin(ReviewPlan plan, PrincipalChain chain, string viewDigest, DateTimeOffset at, int round = 0) =>
        new(plan, chain, viewDigest, 0, at, [], ReviewOutcome.Open) { Round = round };

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
    public VoteRefusal? CheckVoter(Principal voter, DateTimeOffset at) => FindSeat(voter, at, out _);

    /// <summary>Who is away and would be heard by this person's vote at this time; <see langword="null"/> when they speak for themselves, or have no vote.</summary>
    public PersonRef? SpeaksFor(Principal voter, DateTimeOffset at) => FindSeat(voter, at, out Seat? seat) is null ? seat!.For : null;

    /// <summary>Why this vote would not count, or <see langword="null"/> when it would.</summary>
    public VoteRefusal? Check(Vote vote, DateTimeOffset at)
    {
        if (CheckVoter(vote.Voter, at) is { } refusal) return refusal;
        if (IsOfAnotherRound(vote)) return VoteRefusal.OtherRound;
        if (vote.Assurance < Stage.MinimumAssurance) return VoteRefusal.AssuranceTooLow;

        // INVARIANT: a reviewer decides on what was shown (promise 10).
        if (!string.Equals(vote.ViewDigest, ViewDigest, StringComparison.Ordinal)) return VoteRefusal.OtherView;
        if (vote.Justification.Trim().Length < Stage.MinimumJustification) return VoteRefusal.JustificationTooShort;
        if (!Stage.HasTicket(vote.Justification)) return VoteRefusal.TicketMissing;
        return null;
    }

    private bool IsOfAnotherRound(Vote vote) => vote.Round is { } round && round != Round;

    /// <summary>Counts a vote, or leaves everything as it is when <see cref="Check"/> refuses it.</summary>
    /// <param name="at">The orchestration's time, so that a vote behind the deadline never counts.</param>
    public Review Apply(Vote vote, DateTimeOffset at)
    {
        if (Check(vote, at) is not null) return this;

        _ = FindSeat(vote.Voter, at, out Seat? seat);
        Review counted = this with { Votes = [.. Votes, new CountedVote(vote, StageIndex) { For = seat!.For }] };
        if (counted.StageVotes(Verdict.Deny).Count() >= Math.Max(1, Stage.DenyThreshold))
            return counted with { Outcome = ReviewOutcome.Denied };
        if (!counted.StageIsMet()) return counted;
        return StageIndex + 1 == Plan.Stages.Count
            ? counted with { Outcome = ReviewOutcome.Approved }
            : counted with { StageIndex = StageIndex + 1, StageStartedAt = at };
    }

    /// <summary>Why this vote would not count as consent to breaking the glass, or <see langword="null"/> when it would.</summary>
    /// <param name="limits">Of the policy that the review is held by; <see langword="null"/> where it lets nobody break it for this action.</param>
    public VoteRefusal? CheckConsent(Vote vote, BreakGlassLimits? limits, DateTimeOffset at)
    {
        if (!IsOpen) return VoteRefusal.ReviewClosed;
        if (IsOfAnotherRound(vote)) return VoteRefusal.OtherRound;
        if (at >= Deadline) return VoteRefusal.DeadlinePassed;
        if (limits is null) return VoteRefusal.BreakGlassOff;
        if (vote.Voter.Kind != PrincipalKind.Human) return VoteRefusal.NotHuman;
        if (Chain.Contains(vote.Voter.Id)) return VoteRefusal.InPrincipalChain;

        // INVARIANT: whom the plan keeps out of one of its stages (the author of the policy) does not go past all of them either.
        if (Plan.Stages.Any(stage => stage.Excluded.Contains(new PersonRef(vote.Voter.Issuer, vote.Voter.Subject)))) return VoteRefusal.NotEligible;
        if (Consents?.Any(consent => consent.Voter.Id == vote.Voter.Id) == true) return VoteRefusal.AlreadyVoted;
        if (!string.Equals(vote.ViewDigest, ViewDigest, StringComparison.Ordinal)) return VoteRefusal.OtherView;

        // INVARIANT: an emergency is nobody's to delegate: only one's own groups count here.
        return BreakGlass.RefusalOf(limits, ConsentOf(vote)) switch
        {
            null => null,
            "assurance_too_low" => VoteRefusal.AssuranceTooLow,
            "justification_too_short" => VoteRefusal.JustificationTooShort,
            _ => VoteRefusal.NotEligible,
        };
    }

    /// <summary>Takes a consent to breaking the glass; the second one breaks it. Leaves everything as it is when <see cref="CheckConsent"/> refuses it.</summary>
    public Review Consent(Vote vote, BreakGlassLimits? limits, DateTimeOffset at)
    {
        if (CheckConsent(vote, limits, at) is not null) return this;
        Review consented = this with { Consents = [.. Consents ?? [], vote] };
        return BreakGlass.IsBroken(limits!, [.. consented.Consents.Select(ConsentOf)]) ? consented with { Outcome = ReviewOutcome.GlassBroken } : consented;
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

    /// <summary>
    /// As whose member this person votes: their own, or else that of somebody who is away and lends them a group. Whoever is away must be somebody
    /// who could vote here too.
    /// </summary>
    private VoteRefusal? FindSeat(Principal voter, DateTimeOffset at, out Seat? seat)
    {
        seat = null;
        if (!IsOpen) return VoteRefusal.ReviewClosed;
        if (at >= Deadline) return VoteRefusal.DeadlinePassed;

        // INVARIANT: nobody in the principal chain approves, nor any service or agent. No role is exempt (promise 3).
        if (voter.Kind != PrincipalKind.Human) return VoteRefusal.NotHuman;
        if (Chain.Contains(voter.Id)) return VoteRefusal.InPrincipalChain;
        IReadOnlyList<string> groups = EligibleGroups(at);
        if (!MayStand(voter)) return VoteRefusal.NotEligible;
        if (voter.OwnGroups.Intersect(groups).Any()) seat = Seat.Own(voter);
        else if (voter.Lent?.FirstOrDefault(lent => lent.Groups.Intersect(groups).Any() && MayLend(lent.From)) is { } lent) seat = Seat.Lent(lent);
        if (seat is null) return Votes.Any(counted => counted.Vote.Voter.Id == voter.Id && counted.For is not null) ? VoteRefusal.AlreadyVoted : VoteRefusal.NotEligible;

        // INVARIANT: one person, one vote in a review, by immutable subject, over all its stages.
        return IsHeard(voter.Id) ? VoteRefusal.AlreadyVoted : null;
    }

    // INVARIANT: nobody lends what they could not use themselves, nor a vote that is used already.
    private bool MayLend(Principal absent) =>
        absent.Kind == PrincipalKind.Human && !Chain.Contains(absent.Id) && MayStand(absent) && !IsHeard(absent.Id);

    private bool MayStand(Principal person) => !Stage.Excluded.Contains(new PersonRef(person.Issuer, person.Subject)) && PassesFilter(person);

    private bool IsHeard(PrincipalId person) => Votes.Any(counted =>
        counted.Vote.Voter.Id == person || counted.For is { } absent && new PrincipalId(absent.Issuer, absent.Subject) == person);

    private static BreakGlassConsent ConsentOf(Vote vote) => new(
        new PersonRef(vote.Voter.Issuer, vote.Voter.Subject), vote.Voter.Kind == PrincipalKind.Human, [.. vote.Voter.OwnGroups], vote.Assurance, vote.Justification);

    private bool PassesFilter(Principal voter) => Stage.Filter is null
        || ReviewerFilter.Admits(Stage, JsonSerializer.SerializeToElement(voter, DurableJson.Options), JsonSerializer.SerializeToElement(Chain, DurableJson.Options));

    private IEnumerable<CountedVote> StageVotes(Verdict verdict) =>
        Votes.Where(counted => counted.Stage == StageIndex && counted.Vote.Verdict == verdict);

    private bool StageIsMet()
    {
        Seat[] approvals = [.. StageVotes(Verdict.Approve).Select(Seat.Of)];

        // INVARIANT: a quorum is at least one, whatever a plan says: no plan approves by itself.
        return approvals.Length >= Math.Max(1, Stage.Quorum) && (!Stage.OneFromEachGroup || EveryGroupIsServed(approvals));
    }

    /// <summary>Whether each group can be given a person of its own: bipartite matching by augmenting paths (Kuhn 1955).</summary>
    private bool EveryGroupIsServed(Seat[] approvals)
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
                if (tried[person] || !approvals[person].Groups.Contains(Stage.Groups[group])) continue;
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

    /// <summary>Policy lets nobody break the glass for this action.</summary>
    BreakGlassOff,

    /// <summary>Cast in a round that a change of policy has ended since.</summary>
    OtherRound,
}
