using Approvals.Policy;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;

namespace Approvals.Workflow.Tests.Reviews;

public sealed class ReviewTests
{
    private static readonly DateTimeOffset Start = ReviewGenerators.Start;
    private static readonly PrincipalChain Chain = new(new Principal(PrincipalKind.Service, "approvals", "etl", "ETL", []), null, []);

    [Fact]
    public void One_from_each_group_is_not_met_by_one_person_in_both()
    {
        ReviewStage stage = new("both", ["red", "green"], 1, TimeSpan.FromHours(1)) { OneFromEachGroup = true };
        Review review = Begin(stage).Apply(Approve("both", "red", "green"), Start);

        Assert.Equal(ReviewOutcome.Open, review.Outcome);
        Assert.Equal(ReviewOutcome.Approved, review.Apply(Approve("second", "green"), Start).Outcome);
    }

    [Fact]
    public void One_from_each_group_finds_the_assignment_that_a_greedy_one_misses()
    {
        // The first voter could serve either group; only giving them to green leaves red for the second.
        ReviewStage stage = new("both", ["red", "green"], 2, TimeSpan.FromHours(1)) { OneFromEachGroup = true };
        Review review = Begin(stage).Apply(Approve("either", "red", "green"), Start).Apply(Approve("red only", "red"), Start);

        Assert.Equal(ReviewOutcome.Approved, review.Outcome);
    }

    [Fact]
    public void Escalation_group_may_vote_only_once_the_stage_is_late()
    {
        ReviewStage stage = new("owners", ["red"], 1, TimeSpan.FromHours(1)) { Escalation = new Escalation(TimeSpan.FromMinutes(10), ["blue"]) };
        Vote vote = Approve("boss", "blue");

        Assert.Equal(VoteRefusal.NotEligible, Begin(stage).Check(vote, Start.AddMinutes(9)));
        Assert.Null(Begin(stage).Check(vote, Start.AddMinutes(10)));
    }

    [Fact]
    public void Second_stage_begins_with_its_own_deadline_when_the_first_is_met()
    {
        var plan = new ReviewPlan([new("first", ["red"], 1, TimeSpan.FromMinutes(5)), new("second", ["green"], 1, TimeSpan.FromMinutes(5))]);
        Review review = Review.Begin(plan, Chain, ReviewGenerators.View, Start).Apply(Approve("a", "red"), Start.AddMinutes(4));

        Assert.True(review.IsOpen);
        Assert.Equal(Start.AddMinutes(9), review.Deadline);
        Assert.Equal(ReviewOutcome.Expired, review.ExpireAt(Start.AddMinutes(9)).Outcome);
    }

    [Fact]
    public void Filter_narrows_the_groups_and_one_that_fails_admits_nobody()
    {
        ReviewStage stage = new("owners", ["red"], 1, TimeSpan.FromHours(1));

        Assert.Null(Begin(stage with { Filter = "reviewer.kind == \"human\" && reviewer.subject != principal.actor.subject" }).Check(Approve("a", "red"), Start));
        Assert.Equal(VoteRefusal.NotEligible, Begin(stage with { Filter = "reviewer.subject == \"b\"" }).Check(Approve("a", "red"), Start));
        Assert.Equal(VoteRefusal.NotEligible, Begin(stage with { Filter = "reviewer.unknown" }).Check(Approve("a", "red"), Start));
    }

    [Fact]
    public void Person_whom_the_stage_excludes_is_not_eligible()
    {
        ReviewStage stage = new("owners", ["red"], 1, TimeSpan.FromHours(1)) { Excluded = [new PersonRef("approvals", "author")] };

        Assert.Equal(VoteRefusal.NotEligible, Begin(stage).Check(Approve("author", "red"), Start));
        Assert.Null(Begin(stage).Check(Approve("a", "red"), Start));
    }

    [Fact]
    public void Vote_without_the_ticket_that_policy_asks_for_is_refused()
    {
        ReviewStage stage = new("owners", ["red"], 1, TimeSpan.FromHours(1)) { TicketPattern = "CHG-[0-9]+" };

        Assert.Equal(VoteRefusal.TicketMissing, Begin(stage).Check(Approve("a", "red"), Start));
        Assert.Null(Begin(stage).Check(Approve("a", "red") with { Justification = "CHG-7 covers it" }, Start));
    }

    [Fact]
    public void Deadline_reminders_and_escalation_count_in_working_hours()
    {
        ReviewStage stage = new("owners", ["red"], 1, TimeSpan.FromHours(2))
        {
            Hours = [new OpenWindow(Start, Start.AddHours(1)), new OpenWindow(Start.AddHours(10), Start.AddHours(12))],
            Escalation = new Escalation(TimeSpan.FromMinutes(90), ["blue"]),
            Reminders = [TimeSpan.FromMinutes(75)],
        };
        Review review = Begin(stage);

        Assert.Equal(Start.AddHours(11), review.Deadline);
        Assert.Equal(Start.AddHours(10).AddMinutes(15), review.NextMoment(Start));
        Assert.True(review.EscalatesAt(Start.AddHours(10).AddMinutes(30)));
        Assert.Equal(VoteRefusal.NotEligible, review.Check(Approve("boss", "blue"), Start.AddHours(10)));
    }

    private static Review Begin(ReviewStage stage) => Review.Begin(new ReviewPlan([stage]), Chain, ReviewGenerators.View, Start);

    private static Vote Approve(string subject, params string[] groups) => new(
        $"vote:{subject}",
        new Principal(PrincipalKind.Human, "approvals", subject, subject, groups),
        Assurance.Link,
        Verdict.Approve,
        "ok",
        ReviewGenerators.View,
        Start);
}
