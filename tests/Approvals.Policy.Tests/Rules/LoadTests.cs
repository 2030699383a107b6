using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Rules;

public sealed class LoadTests
{
    [Theory]
    [InlineData("rules: []", "missing_key", 1, 1)]
    [InlineData("version: 2\nrules: []", "unknown_version", 1, 10)]
    [InlineData("version: '1'\nrules: []", "unknown_version", 1, 10)]
    [InlineData("version: 1\nruels: []\nrules: []", "unknown_key", 2, 1)]
    [InlineData("version: 1\nrules: []\nrules: []", "duplicate_key", 3, 1)]
    [InlineData("version: 1\nmode: first\nrules: []", "unknown_word", 2, 7)]
    [InlineData("version: 1\nrules: x", "wrong_type", 2, 8)]
    [InlineData("version: 1\nrules:", "missing_value", 2, 7)]
    [InlineData("version: 1\nrules: [{id: a b, when: 'true', verdict: deny}]", "wrong_name", 2, 14)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: permit}]", "unknown_word", 2, 40)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: review}]", "missing_key", 2, 9)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: deny, risk: 101}]", "wrong_number", 2, 52)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: deny}, {id: a, when: 'true', verdict: deny}]", "duplicate_rule", 2, 52)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: deny, obligations: {justification: 3}}]", "obligations_bind_nobody", 2, 59)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: deny, review: {groups: [g], timeout: 1h}}]", "review_without_verdict", 2, 54)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: review, review: x}]", "unknown_plan", 2, 56)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: deny, reason: 'x {{ action.type'}]", "template", 2, 54)]
    [InlineData("version: 1\nrules: [{id: a, when: 'true', verdict: deny, reason: '{{ {1: \"}}\" } }'}]", "template", 2, 54)]
    [InlineData("version: 1\nrules: &r []", "alias", 2, 8)]
    [InlineData("version: 1\nrules: !x []", "tag", 2, 8)]
    [InlineData("version: 1\n---\nrules: []", "several_documents", 2, 1)]
    [InlineData("version: 1\nrules: ]", "yaml", 2, 8)]
    [InlineData("", "empty", 1, 1)]
    [InlineData("- 1", "wrong_type", 1, 1)]
    public void Mistake_is_named_with_its_place(string yaml, string code, int line, int column)
    {
        var first = Refused(yaml)[0];

        Assert.Equal((code, line, column), (first.Code, first.Line, first.Column));
        Assert.NotEqual("", first.Remedy);
    }

    [Theory]
    [InlineData("{groups: [g], quorum: 0, timeout: 1h}", "wrong_number")]
    [InlineData("{groups: [g]}", "missing_key")]
    [InlineData("{groups: [], timeout: 1h}", "no_reviewers")]
    [InlineData("{timeout: 1h}", "no_reviewers")]
    [InlineData("{filter: 'true', timeout: 1h}", "no_reviewers")]
    [InlineData("{groups: [g, g], timeout: 1h}", "duplicate_group")]
    [InlineData("{groups: [g], timeout: 0s}", "wrong_duration")]
    [InlineData("{groups: [g], timeout: 5}", "wrong_duration")]
    [InlineData("{groups: [g], timeout: 91d}", "wrong_duration")]
    [InlineData("{groups: [g], timeout: 1h, reminders: [1h]}", "reminder_after_deadline")]
    [InlineData("{groups: [g], timeout: 1h, escalation: {after: 2h, groups: [h]}}", "escalation_after_deadline")]
    [InlineData("{groups: [g], timeout: 1h, escalation: {after: 1m, groups: []}}", "no_reviewers")]
    [InlineData("{groups: [g, h], timeout: 1h, oneFromEachGroup: true}", "quorum_below_groups")]
    [InlineData("{groups: [g], timeout: 1h, assurance: mfa}", "unknown_word")]
    [InlineData("{groups: [g], timeout: 1h, ticket: '(?=a)'}", "wrong_pattern")]
    [InlineData("{groups: [g], timeout: 1h, oneFromEachGroup: yes}", "wrong_type")]
    [InlineData("{groups: [g], timeout: 1h, filter: 'reviewer.x ='}", "cel_syntax")]
    [InlineData("{groups: [g], timeout: 1h, filter: 'findings.size() == 0'}", "cel_undeclared_reference")]
    [InlineData("{stages: []}", "no_stages")]
    [InlineData("{stages: [{name: a, groups: [g], timeout: 1h}, {name: a, groups: [h], timeout: 1h}]}", "duplicate_stage")]
    public void Plan_that_can_never_be_met_is_refused(string review, string code) =>
        Assert.Equal(code, Refused($"version: 1\nrules: [{{id: a, when: 'true', verdict: review, review: {review}}}]")[0].Code);

    [Fact]
    public void Unknown_key_suggests_the_nearest_known_one()
    {
        var diagnostic = Refused("version: 1\nrules: [{id: a, when: 'true', verdict: review, review: {groups: [g], quorom: 2, timeout: 1h}}]")[0];

        Assert.Equal(("unknown_key", 2, 70), (diagnostic.Code, diagnostic.Line, diagnostic.Column));
        Assert.Contains("`quorum`", diagnostic.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_reported_at_once_in_file_order()
    {
        var lines = Refused("version: 3\nmode: x\nrules:\n  - id: a\n    when: 'tru'\n    verdict: deny\n    color: red\n").Select(d => d.Line);

        Assert.Equal([1, 2, 5, 7], lines);
    }

    [Fact]
    public void Expression_error_points_into_a_block_of_text()
    {
        var diagnostic = Refused("""
            version: 1
            rules:
              - id: a
                verdict: deny
                when: |
                  action.type == "x"
                  && acton.type == "y"
            """)[0];

        Assert.Equal(("cel_undeclared_reference", 7, 10), (diagnostic.Code, diagnostic.Line, diagnostic.Column));
        Assert.Contains("  | && acton.type == \"y\"\n  |    ^", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Expression_error_points_into_a_reason()
    {
        var diagnostic = Refused("version: 1\nrules:\n  - {id: a, verdict: deny, when: 'true', reason: 'see {{ acton.type }}'}\n")[0];

        Assert.Equal(("cel_undeclared_reference", 3, 58), (diagnostic.Code, diagnostic.Line, diagnostic.Column));
    }

    [Fact]
    public void Condition_must_be_a_bool()
    {
        Assert.Equal("cel_not_bool", Refused("version: 1\nrules: [{id: a, when: '1 + 1', verdict: deny}]")[0].Code);
    }

    [Fact]
    public void Aliases_cannot_make_a_small_file_large()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range('b', 20).Select(c => $"{(char)c}: &{(char)c} [*{(char)(c - 1)},*{(char)(c - 1)},*{(char)(c - 1)}]\n"));

        Assert.Equal("alias", Refused(bomb)[0].Code);
    }

    [Fact]
    public void Depth_size_and_number_of_values_are_limited()
    {
        Assert.Equal("too_deep", Refused(new string('[', 200_000))[0].Code);
        Assert.Equal("too_large", Refused(new string('#', (1 << 20) + 1))[0].Code);
        Assert.Equal("too_many_values", Refused("lists: {a: [" + string.Concat(Enumerable.Repeat("1,", 100_001)) + "]}")[0].Code);
        Assert.Equal("too_many_values", Refused("version: 1\nrules: [" + string.Concat(Enumerable.Repeat("1,", 5_001)) + "]")[0].Code);
    }

    [Fact]
    public void Full_plan_is_read()
    {
        var policy = PolicySet.Load("""
            version: 1
            plans:
              two:
                stages:
                  - {name: owners, groups: [a, b], quorum: 2, oneFromEachGroup: true, timeout: 1d12h, denyThreshold: 2, reminders: [2h, 30m], assurance: idp+mfa, justification: 12, ticket: "CHG-[0-9]+"}
                  - {groups: [s], filter: '"seniors" in reviewer.groups', timeout: 90m, escalation: {after: 1h, groups: [c]}}
            rules:
              - {id: r, when: "true", verdict: review, review: two}
            """, "p");

        var plan = policy.Evaluate(Of()).Plan!;

        var owners = plan.Stages[0];
        Assert.Equal(("owners", 2, true, TimeSpan.FromHours(36), 2), (owners.Name, owners.Quorum, owners.OneFromEachGroup, owners.Timeout, owners.DenyThreshold));
        Assert.Equal(["a", "b"], owners.Groups);
        Assert.Equal([TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)], owners.Reminders);
        Assert.Equal((Assurance.IdpMfa, 12, "CHG-[0-9]+"), (owners.MinimumAssurance, owners.MinimumJustification, owners.TicketPattern));
        Assert.Equal(("review-2", 1, TimeSpan.FromMinutes(90)), (plan.Stages[1].Name, plan.Stages[1].Quorum, plan.Stages[1].Timeout));
        Assert.Equal((TimeSpan.FromHours(1), "c"), (plan.Stages[1].Escalation!.After, plan.Stages[1].Escalation!.Groups[0]));
        Assert.NotNull(plan.Stages[1].Filter);
    }
}
