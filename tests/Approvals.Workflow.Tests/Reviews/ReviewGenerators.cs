using Approvals.Policy;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Workflow.Tests.Reviews;

/// <summary>Random plans, voters and votes, small enough that refusals, quorums and denials all happen often.</summary>
internal static class ReviewGenerators
{
    public const string View = "sha256:view";
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
    private static readonly string[] Groups = ["red", "green", "blue"];

    public static readonly Principal[] People =
    [
        .. Enumerable.Range(0, 7).Select(i => new Principal(
            PrincipalKind.Human, Principal.LocalIssuer, $"p{i}", $"Person {i}", [.. Groups.Where((_, g) => ((i + 1) >> g & 1) == 1)])),
        new(PrincipalKind.Agent, Principal.LocalIssuer, "agent", "Agent", Groups),
        new(PrincipalKind.Service, Principal.LocalIssuer, "ci", "CI", Groups),
    ];

    public static Gen<ReviewPlan> Plan { get; } =
        from stages in Stage.ArrayOf().Where(stages => stages.Length is > 0 and <= 3)
        select new ReviewPlan(stages);

    public static Gen<PrincipalChain> Chain { get; } =
        from actor in Gen.Elements(People)
        from other in Gen.Elements(People)
        from behalf in Gen.Elements(true, false)
        from owners in Gen.SubListOf(People.Take(3))
        select new PrincipalChain(actor, behalf ? other : null, [.. owners]);

    public static Gen<TimedVote[]> Votes { get; } = TimedVoteGen.ArrayOf().Select(votes => votes.OrderBy(vote => vote.At).ToArray());

    private static Gen<ReviewStage> Stage =>
        from groups in Gen.SubListOf(Groups).Where(groups => groups.Count > 0)
        from quorum in Gen.Choose(0, 3)
        from deny in Gen.Choose(1, 2)
        from minutes in Gen.Choose(5, 60)
        from each in Gen.Elements(true, false)
        from assurance in Gen.Elements(Assurance.Link, Assurance.Idp)
        from justification in Gen.Elements(0, 4)
        from ticket in Gen.Elements(null, null, "fine|CHG-[0-9]+")
        from escalation in Gen.Elements<Escalation?>(null, new Escalation(TimeSpan.FromMinutes(3), ["blue"]))
        select new ReviewStage($"stage of {string.Join('+', groups)}", [.. groups], quorum, TimeSpan.FromMinutes(minutes))
        {
            DenyThreshold = deny,
            OneFromEachGroup = each,
            MinimumAssurance = assurance,
            MinimumJustification = justification,
            TicketPattern = ticket,
            Escalation = escalation,
        };

    private static Gen<TimedVote> TimedVoteGen =>
        from voter in Gen.Elements(People)
        from verdict in Gen.Frequency((5, Gen.Constant(Verdict.Approve)), (1, Gen.Constant(Verdict.Deny)))
        from assurance in Gen.Elements(Assurance.Link, Assurance.Idp, Assurance.IdpMfa)
        from justification in Gen.Elements("", "fine by me", "as agreed")
        from view in Gen.Frequency((9, Gen.Constant(View)), (1, Gen.Constant("sha256:other")))
        from round in Gen.Frequency((4, Gen.Constant<int?>(null)), (5, Gen.Constant<int?>(0)), (1, Gen.Constant<int?>(1)))
        from minute in Gen.Choose(0, 90)
        let at = Start + TimeSpan.FromMinutes(minute)
        select new TimedVote(new Vote($"vote:{voter.Id}", voter, assurance, verdict, justification, view, at) { Round = round }, at);
}

internal sealed record TimedVote(Vote Vote, DateTimeOffset At);

internal sealed record ReviewRun(ReviewPlan Plan, PrincipalChain Chain, TimedVote[] Votes)
{
    public static Arbitrary<ReviewRun> Arbitrary { get; } = Arb.From(
        from plan in ReviewGenerators.Plan
        from chain in ReviewGenerators.Chain
        from votes in ReviewGenerators.Votes
        select new ReviewRun(plan, chain, votes));

    public Review Begin() => Review.Begin(Plan, Chain, ReviewGenerators.View, ReviewGenerators.Start);

    /// <summary>The review before each vote, the vote, and the review behind it.</summary>
    public IEnumerable<(Review Before, TimedVote Vote, Review After)> Steps()
    {
        Review review = Begin();
        foreach (TimedVote vote in Votes)
        {
            Review before = review.ExpireAt(vote.At);
            review = before.Apply(vote.Vote, vote.At);
            yield return (before, vote, review);
        }
    }

    public Review End() => Steps().Select(step => step.After).LastOrDefault() ?? Begin();
}
