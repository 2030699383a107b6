using Approvals.Policy;
using Approvals.Workflow.Delegations;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Tests.Orchestration;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Delegations;

public sealed class DeputiesTests
{
    private static readonly DateTimeOffset Now = Gate.Start;
    private static readonly Principal Ann = Person("ann", "owners", "security");
    private static readonly Principal Ben = Person("ben", "owners");
    private static readonly Principal Dan = Person("dan", "others");
    private readonly MemoryPorts ports = new();
    private DelegationLimits? limits = new(TimeSpan.FromDays(21));

    public DeputiesTests() => ports.People.AddRange([Ann, Ben, Dan]);

    [Fact]
    public async Task Deputy_is_asked_and_votes_as_the_one_who_is_away_who_then_has_no_vote_left()
    {
        Delegate(Ann, Dan, "owners");
        Principal dan = await Deputies().WithLentAsync(Dan, default);
        Review review = Begin(quorum: 2, "owners").Apply(VoteOf(dan), Now);

        Assert.Equal(["ann", "ben", "dan"], (await Deputies().MembersAsync(["owners"], default)).Select(person => person.Subject));
        Assert.Equal("ann", review.Votes[0].For!.Subject);
        Assert.Equal(VoteRefusal.AlreadyVoted, review.CheckVoter(Ann, Now));
        Assert.Equal(VoteRefusal.AlreadyVoted, review.CheckVoter(dan, Now));
        Assert.Equal(ReviewOutcome.Approved, review.Apply(VoteOf(Ben), Now).Outcome);
    }

    [Fact]
    public async Task Who_is_away_and_voted_before_lends_nothing()
    {
        Delegate(Ann, Dan, "owners");
        Review review = Begin(quorum: 2, "owners").Apply(VoteOf(Ann), Now);

        Assert.Equal(VoteRefusal.NotEligible, review.CheckVoter(await Deputies().WithLentAsync(Dan, default), Now));
    }

    [Fact]
    public async Task Scope_is_the_groups_that_are_named_and_nothing_else()
    {
        Delegate(Ann, Dan, "owners");
        Principal dan = await Deputies().WithLentAsync(Dan, default);

        Assert.Equal(["others", "owners"], dan.Groups);
        Assert.Equal(["others"], dan.OwnGroups);
        Assert.Equal(VoteRefusal.NotEligible, Begin(1, "security").CheckVoter(dan, Now));
    }

    [Fact]
    public async Task Nobody_hands_on_what_was_lent_to_them()
    {
        // Stored side by side though they may not be: what counts is what is worked out, not what was checked.
        Delegate(Ann, Ben, "security");
        Delegate(Ben, Dan, "owners", "security");
        Principal dan = await Deputies().WithLentAsync(Dan, default);

        Assert.DoesNotContain("security", dan.Groups);
        Assert.Equal("delegation_chain", Policy.Delegations.Refusal(ports.Delegations[1], limits, [ports.Delegations[0]]));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public async Task It_holds_from_its_beginning_until_just_before_its_end(int days, bool holds)
    {
        Delegate(Ann, Dan, "owners");
        Principal dan = await new Deputies(ports, ports, InForce, new At(Now.AddDays(days))).WithLentAsync(Dan, default);

        Assert.Equal(holds, dan.Lent is not null);
    }

    [Fact]
    public async Task Policy_without_delegation_ends_all_of_them_and_a_stricter_one_those_that_are_too_long()
    {
        Delegate(Ann, Dan, "owners");
        limits = null;
        Assert.Null((await Deputies().WithLentAsync(Dan, default)).Lent);
        limits = new DelegationLimits(TimeSpan.FromDays(9));
        Assert.Null((await Deputies().WithLentAsync(Dan, default)).Lent);
    }

    [Theory]
    [InlineData("requester")]
    [InlineData("excluded")]
    [InlineData("deputy-asks")]
    public async Task Neither_side_may_be_somebody_who_could_not_vote(string who)
    {
        Delegate(Ann, Dan, "owners");
        Principal dan = await Deputies().WithLentAsync(Dan, default);
        var chain = new PrincipalChain(who == "requester" ? Ann : who == "deputy-asks" ? Dan : Gate.Requester, null, []);
        var stage = new ReviewStage("s", ["owners"], 1, TimeSpan.FromHours(1)) { Excluded = who == "excluded" ? [new PersonRef(Ann.Issuer, Ann.Subject)] : [] };

        Assert.NotNull(Review.Begin(new ReviewPlan([stage]), chain, "view", Now).CheckVoter(dan, Now));
    }

    [Fact]
    public async Task Deputy_of_two_fills_one_place_of_one_from_each_group()
    {
        Delegate(Ann, Dan, "owners", "security");
        Principal dan = await Deputies().WithLentAsync(Dan, default);
        var stage = new ReviewStage("s", ["owners", "security"], 2, TimeSpan.FromHours(1)) { OneFromEachGroup = true };
        Review review = Review.Begin(new ReviewPlan([stage]), new PrincipalChain(Gate.Requester, null, []), "view", Now).Apply(VoteOf(dan), Now);

        Assert.True(review.IsOpen);
        Assert.Equal(ReviewOutcome.Approved, review.Apply(VoteOf(Ben), Now).Outcome); // dan then stands for security
    }

    private static Review Begin(int quorum, string group) => Review.Begin(
        new ReviewPlan([new ReviewStage("s", [group], quorum, TimeSpan.FromHours(1))]), new PrincipalChain(Gate.Requester, null, []), "view", Now);

    private static Vote VoteOf(Principal voter) => new($"vote:{voter.Id}", voter, Assurance.Link, Verdict.Approve, "fine", "view", Now);

    private static Principal Person(string subject, params string[] groups) => new(PrincipalKind.Human, Principal.LocalIssuer, subject, subject, groups);

    private void Delegate(Principal from, Principal to, params string[] groups) => ports.Delegations.Add(new Delegation(
        $"{from.Subject}-{to.Subject}", new PersonRef(from.Issuer, from.Subject), new PersonRef(to.Issuer, to.Subject), Now, Now.AddDays(10), groups));

    private Deputies Deputies() => new(ports, ports, InForce, new At(Now));

    private PolicyInForce InForce() => new("sha256:x", _ => null!, OpenReviews.Keep, new PolicyExceptions(null, null, limits));

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
