using System.Text.Json;
using Approvals.Durable;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Workflow.Tests.Reviews;

public sealed class ReviewProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Approval_of_any_run_is_backed_by_a_quorum_of_distinct_eligible_people_in_every_stage() => Holds(run =>
    {
        Review end = run.End();
        return end.Outcome != ReviewOutcome.Approved || run.Plan.Stages.Select((stage, index) => (stage, index)).All(item =>
        {
            Vote[] approvals = [.. end.Votes.Where(v => v.Stage == item.index && v.Vote.Verdict == Verdict.Approve).Select(v => v.Vote)];
            IEnumerable<string> groups = item.stage.Groups.Concat(item.stage.Escalation?.Groups ?? []);
            return approvals.Length >= Math.Max(1, item.stage.Quorum)
                && approvals.Select(v => v.Voter.Id).Distinct().Count() == approvals.Length
                && approvals.All(v => v.Voter.Groups.Intersect(groups).Any() && v.Assurance >= item.stage.MinimumAssurance);
        });
    });

    [Fact]
    public void Vote_from_the_principal_chain_or_a_machine_never_counts() => Holds(run =>
        run.End().Votes.All(counted =>
            counted.Vote.Voter.Kind == PrincipalKind.Human
            && counted.Vote.Voter.Id != run.Chain.Actor.Id
            && counted.Vote.Voter.Id != run.Chain.OnBehalfOf?.Id
            && run.Chain.Owners.All(owner => owner.Id != counted.Vote.Voter.Id)));

    [Fact]
    public void Person_never_has_two_votes() => Holds(run =>
        run.End().Votes.Select(counted => counted.Vote.Voter.Id).Distinct().Count() == run.End().Votes.Count);

    [Fact]
    public void Vote_counts_exactly_when_check_does_not_refuse_it() => Holds(run => run.Steps().All(step =>
        step.Before.Check(step.Vote.Vote, step.Vote.At) is null == (step.After.Votes.Count == step.Before.Votes.Count + 1)));

    [Fact]
    public void Refused_vote_leaves_the_very_same_review() => Holds(run => run.Steps().All(step =>
        step.Before.Check(step.Vote.Vote, step.Vote.At) is null || ReferenceEquals(step.Before, step.After)));

    [Fact]
    public void Closed_review_never_changes() => Holds(run => run.Steps().All(step =>
        step.Before.IsOpen || ReferenceEquals(step.Before, step.After)));

    [Fact]
    public void Vote_sent_again_changes_nothing() => Holds(run => run.Steps().All(step =>
        ReferenceEquals(step.After, step.After.Apply(step.Vote.Vote, step.Vote.At))));

    [Fact]
    public void Vote_at_or_behind_the_deadline_never_counts() => Holds(run => run.Steps().All(step =>
        step.Vote.At < step.Before.Deadline || step.After.Votes.Count == step.Before.Votes.Count));

    [Fact]
    public void Vote_on_another_view_never_counts() => Holds(run =>
        run.End().Votes.All(counted => counted.Vote.ViewDigest == ReviewGenerators.View));

    [Fact]
    public void Vote_of_another_round_never_counts() => Holds(run =>
        run.End().Votes.All(counted => counted.Vote.Round is null or 0));

    [Fact]
    public void Denials_up_to_the_threshold_deny_and_fewer_do_not() => Holds(run => run.Steps().All(step =>
    {
        int denials = step.After.Votes.Count(v => v.Stage == step.After.StageIndex && v.Vote.Verdict == Verdict.Deny);
        return (step.After.Outcome == ReviewOutcome.Denied) == (denials >= step.After.Stage.DenyThreshold);
    }));

    [Fact]
    public void Next_moment_is_in_the_future_and_never_behind_the_deadline() => Holds(run => run.Steps().All(step =>
        !step.After.IsOpen || step.Vote.At >= step.After.Deadline
        || (step.After.NextMoment(step.Vote.At) > step.Vote.At && step.After.NextMoment(step.Vote.At) <= step.After.Deadline)));

    [Fact]
    public void Review_survives_the_wire() => Holds(run =>
    {
        string json = JsonSerializer.Serialize(run.End(), DurableJson.Options);
        Review back = JsonSerializer.Deserialize<Review>(json, DurableJson.Options)!;
        return JsonSerializer.Serialize(back, DurableJson.Options) == json && back.Outcome == run.End().Outcome;
    });

    /// <summary>The generators must reach every end, or the properties above say little.</summary>
    [Fact]
    public void Generated_runs_reach_every_outcome_and_every_refusal()
    {
        ReviewRun[] runs = [.. ReviewRun.Arbitrary.Generator.Sample(3_000, 30)];
        Assert.Equal(Enum.GetValues<ReviewOutcome>().Except([ReviewOutcome.GlassBroken]).Order(), runs.Select(run => run.End().ExpireAt(ReviewGenerators.Start + TimeSpan.FromMinutes(30)).Outcome).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<VoteRefusal>().Except([VoteRefusal.BreakGlassOff]).Order(), // of consents, which are no votes in a stage
            runs.SelectMany(run => run.Steps()).Select(step => step.Before.IsOpen ? step.Before.Check(step.Vote.Vote, step.Vote.At) : VoteRefusal.ReviewClosed)
                .Append(VoteRefusal.DeadlinePassed).OfType<VoteRefusal>().Distinct().Order());
    }

    private static void Holds(Func<ReviewRun, bool> law) => Prop.ForAll(ReviewRun.Arbitrary, law).Check(Runs);
}
