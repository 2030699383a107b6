using Approvals.Durable;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Tests.Orchestration;

/// <summary>A policy that changes while people are asked.</summary>
public sealed class PolicyChangeTests
{
    private static readonly Principal Cal = new(PrincipalKind.Human, Principal.LocalIssuer, "cal", "Cal", ["security"]);

    [Fact]
    public async Task Policy_that_keeps_open_reviews_changes_nothing_and_the_record_says_so()
    {
        Gate gate = await InReviewAsync();
        gate.Vote(Gate.Ann);
        await gate.Context.RunAsync();

        gate.Change(Gate.PolicyOf("sha256:new", Review("security"), OpenReviews.Keep));
        await gate.Context.RunAsync();
        gate.Vote(Gate.Ben);
        SealedDecision end = await gate.EndAsync();

        Assert.Equal(Outcome.Approved, end.Decision.Outcome);
        RecordPolicy recorded = Assert.Single(gate.Records).Policy!;
        Assert.Equal("sha256:policy", recorded.Digest);
        Assert.Equal([("sha256:new", "kept")], recorded.Changes!.Select(change => (change.Digest, change.Effect)));
    }

    [Fact]
    public async Task Policy_that_decides_anew_asks_the_new_people_and_earlier_votes_do_not_count()
    {
        Gate gate = await InReviewAsync();
        gate.Vote(Gate.Ann);
        await gate.Context.RunAsync();

        gate.Change(Gate.PolicyOf("sha256:new", Review("security"), OpenReviews.Redecide));
        await gate.Context.RunAsync();
        Assert.Equal((1, "security", 0), (gate.Document.Review!.Round, gate.Document.Review.Stage.Groups[0], gate.Document.Review.Votes.Count));
        gate.Vote(Gate.Ben); // an owner: not asked any more
        await gate.Context.RunAsync();
        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        gate.Vote(Cal);
        SealedDecision end = await gate.EndAsync();

        DecisionPredicate record = Assert.Single(gate.Records);
        Assert.Equal((Outcome.Approved, "sha256:new"), (end.Decision.Outcome, record.Policy!.Digest));
        Assert.Equal(["cal"], record.Votes.Select(vote => vote.Voter.Subject));
        Assert.Equal("redecided", Assert.Single(record.Policy.Changes!).Effect);
        Assert.Contains(gate.Ports.Notices, notice => notice.Recipients.Contains("cal"));
    }

    [Fact]
    public async Task Vote_that_was_on_its_way_when_a_new_policy_decided_anew_does_not_count_in_the_next_round()
    {
        Gate gate = await InReviewAsync();
        gate.Change(Gate.PolicyOf("sha256:new", new PolicyDecision(PolicyVerdict.Review, "new", "so", "", new ReviewPlan([new ReviewStage("owners", ["owners"], 1, TimeSpan.FromMinutes(30))])), OpenReviews.Redecide));
        gate.Vote(Gate.Ann, round: 0); // accepted behind the change, of what the old policy asked
        await gate.Context.RunAsync();

        Assert.Equal((ActionStatus.InReview, 1, 0), (gate.Document.Status, gate.Document.Review!.Round, gate.Document.Review.Votes.Count));
        gate.Vote(Gate.Ann, round: 1);
        await gate.EndAsync();
        Assert.Equal(["ann"], Assert.Single(gate.Records).Votes.Select(vote => vote.Voter.Subject));
    }

    [Theory]
    [InlineData(PolicyVerdict.Deny, Outcome.Denied)]
    [InlineData(PolicyVerdict.Allow, Outcome.Approved)]
    public async Task Policy_that_decides_anew_may_end_the_review(PolicyVerdict verdict, Outcome outcome)
    {
        Gate gate = await InReviewAsync();
        gate.Change(Gate.PolicyOf("sha256:new", new PolicyDecision(verdict, "new", "so", "", null), OpenReviews.Redecide));
        SealedDecision end = await gate.EndAsync();

        Assert.Equal((outcome, DecidedBy.Policy), (end.Decision.Outcome, end.Decision.By));
        Assert.Equal(0, gate.Context.PendingTimers);
        Assert.Equal(0, gate.Context.PendingWaits);
    }

    [Fact]
    public async Task Votes_stand_when_the_new_policy_asks_the_same_people_for_the_same()
    {
        Gate gate = await InReviewAsync();
        gate.Vote(Gate.Ann);
        await gate.Context.RunAsync();

        gate.Change(gate.Policy with { Digest = "sha256:new", OnChange = OpenReviews.Redecide });
        await gate.Context.RunAsync();
        gate.Vote(Gate.Ben);
        await gate.EndAsync();

        Assert.Equal(2, Assert.Single(gate.Records).Votes.Count);
        Assert.Equal("confirmed", Assert.Single(gate.Records).Policy!.Changes![0].Effect);
    }

    [Fact]
    public async Task Change_that_comes_before_the_review_or_twice_means_nothing_more()
    {
        var gate = new Gate();
        _ = gate.Begin();
        gate.Change(gate.Policy); // what it is judged by anyhow
        await gate.Context.RunAsync();
        gate.Vote(Gate.Ann);
        gate.Vote(Gate.Ben);
        await gate.EndAsync();

        Assert.Null(Assert.Single(gate.Records).Policy!.Changes);
    }

    [Fact]
    public async Task Instance_that_is_behind_judges_by_no_policy_that_it_has_not_loaded()
    {
        Gate gate = await InReviewAsync();
        var step = new PolicyChangeStep(gate.Request, new PolicyChanged(2, "sha256:new"), gate.Document.Review!);
        await Assert.ThrowsAsync<PolicyNotLoadedException>(() => gate.Activities.ReconsiderAsync(new ActivityContext(gate.Request.Id, 1), step, default));

        gate.Policy = Gate.PolicyOf("sha256:new", Review("security"), OpenReviews.Redecide);
        Reconsidered? loaded = await gate.Activities.ReconsiderAsync(new ActivityContext(gate.Request.Id, 2), step, default);

        Assert.Equal((2L, "sha256:new", PolicyEffect.Redecided), (loaded!.Change.Number, loaded.Change.Digest, loaded.Change.Effect));
    }

    [Fact]
    public async Task Change_that_another_one_overtook_is_recorded_under_the_number_of_the_other()
    {
        Gate gate = await InReviewAsync();
        await gate.Ports.AppendAsync("policy:3", "{}"u8.ToArray(), default);
        gate.Change(gate.Policy with { Digest = "sha256:third", OnChange = OpenReviews.Redecide }, 3);
        gate.Context.Raise(ApprovalOrchestration.PolicyEvent, new PolicyChanged(2, "sha256:second"));
        await gate.Context.RunAsync();
        gate.Vote(Gate.Ann);
        gate.Vote(Gate.Ben);
        await gate.EndAsync();

        Assert.Equal([(3L, "sha256:third")], gate.Document.PolicyChanges!.Select(change => (change.Number, change.Digest)));
    }

    [Fact]
    public async Task History_numbers_changes_without_gaps_and_records_each_once()
    {
        var gate = new Gate();
        PolicyHistory first = History(gate), second = History(gate);
        PolicySet a = PolicySet.Load("version: 1\nchangedBy: ann\nrules: []\n", "a"), b = PolicySet.Load("version: 1\nrules: []\n", "b");

        await first.RecordAsync(a, default);
        await second.RecordAsync(a, default);
        await second.RecordAsync(b, default);
        await first.RecordAsync(a, default);
        IReadOnlyList<PolicyEntry> all = await History(gate).ListAsync(10, default);

        Assert.Equal([3, 2, 1], all.Select(entry => (int)entry.Policy.Number));
        Assert.Equal([a.Digest, b.Digest, a.Digest], all.Select(entry => entry.Policy.Digest));
        Assert.Equal([b.Digest, a.Digest, null], all.Select(entry => entry.Policy.Previous));
        Assert.Equal(["ann", null, "ann"], all.Select(entry => entry.Policy.ChangedBy?.Subject));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recording_that_fails_either_way_is_settled_by_repeating_it(bool stored)
    {
        var gate = new Gate();
        PolicySet policy = PolicySet.Load("version: 1\nrules: []\n", "p");
        bool failed = false;
        gate.Ports.FaultOf = name =>
        {
            if (name != "ledger.append" || failed) return Ports.Fault.None;
            failed = true;
            return stored ? Ports.Fault.FailedButStored : Ports.Fault.FailedAndNotStored;
        };

        await Assert.ThrowsAsync<IOException>(() => History(gate).RecordAsync(policy, default));
        await History(gate).RecordAsync(policy, default);

        Assert.Single(gate.Ports.Entries);
    }

    private static PolicyHistory History(Gate gate) => new(gate.Ports, gate.Ports, gate.Ports, null!, TimeProvider.System);

    private static PolicyDecision Review(string group) =>
        new(PolicyVerdict.Review, "new", "so", "", new ReviewPlan([new ReviewStage("new", [group], 1, TimeSpan.FromMinutes(30))]));

    private static async Task<Gate> InReviewAsync()
    {
        var gate = new Gate();
        gate.Ports.People.Add(Cal);
        _ = gate.Begin();
        await gate.Context.RunAsync();
        return gate;
    }
}
