using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Review;

public sealed class EligibilityTests
{
    private static ReviewStage Stage(string? filter) => new("s", ["g"], 1, TimeSpan.FromHours(1)) { Filter = filter };

    private static bool Admits(string? filter, string reviewer = """{"subject":"r","groups":["g","seniors"]}""") =>
        ReviewerFilter.Admits(Stage(filter), Json(reviewer), Of().Principal);

    [Fact]
    public void Filter_admits_whom_it_is_true_for()
    {
        Assert.True(Admits(null));
        Assert.True(Admits("\"seniors\" in reviewer.groups"));
        Assert.False(Admits("\"juniors\" in reviewer.groups"));
        Assert.True(Admits("reviewer.subject != principal.actor.subject"));
        Assert.False(Admits("reviewer.subject != principal.actor.subject", """{"subject":"s-1"}"""));
    }

    [Theory]
    [InlineData("reviewer.missing")]
    [InlineData("reviewer.subject")]
    [InlineData("1 / 0 == 1")]
    [InlineData("this is no expression")]
    [InlineData("action.type == \"x\"")]
    [InlineData("[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, a+b+c+d+e > 0)))))")]
    public void Filter_that_fails_admits_nobody(string filter) => Assert.False(Admits(filter));

    [Fact]
    public void Filter_admits_nobody_without_a_reviewer() => Assert.False(ReviewerFilter.Admits(Stage("true"), default, default));

    [Fact]
    public void Policy_author_is_excluded_where_the_plan_says_so()
    {
        var policy = PolicyOf("  - {id: r, when: 'true', verdict: review, review: {groups: [g], timeout: 1h, excludePolicyAuthor: true}}");
        var author = new PersonRef("idp", "author");

        var unknown = policy.Evaluate(Of());
        var known = policy.WithAuthor(author).Evaluate(Of());

        Assert.Equal((PolicyVerdict.Deny, "policy_author_unknown"), (unknown.Verdict, unknown.Error));
        Assert.Equal([author], known.Plan!.Stages[0].Excluded);
        Assert.Equal(unknown.PolicyDigest, known.PolicyDigest);
    }

    [Fact]
    public void Plan_without_exclusion_needs_no_author() =>
        Assert.Empty(PolicyOf(Rule("r", "true", "review")).WithAuthor(new PersonRef("idp", "author")).Evaluate(Of()).Plan!.Stages[0].Excluded);

    [Theory]
    [InlineData(null, "", true)]
    [InlineData("CHG-[0-9]+", "as agreed in CHG-20431", true)]
    [InlineData("CHG-[0-9]+", "as agreed in CHG-", false)]
    [InlineData("(", "(", false)]
    [InlineData("(?=a)", "a", false)]
    public void Ticket_is_found_where_the_pattern_matches(string? pattern, string justification, bool found) =>
        Assert.Equal(found, (Stage(null) with { TicketPattern = pattern }).HasTicket(justification));
}
