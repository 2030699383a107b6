using System.Text.Json;
using Approvals.Policy.Lint;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Lint;

public sealed class PolicyLintTests
{
    private static string[] Codes(PolicySet policy, PeopleDirectory? people = null) => [.. PolicyLint.Check(policy, people).Select(d => d.Code)];

    private static PeopleDirectory People(params string[] people) => PeopleDirectory.Read(
        "people:\n" + string.Concat(people.Select(p => $"  - {{subject: {p.Split(':')[0]}, groups: [{p.Split(':')[1]}]}}\n")), "people.yaml");

    [Fact]
    public void Default_policy_has_nothing_wrong_with_it() =>
        Assert.Empty(PolicyLint.Check(PolicySet.Load(PolicySet.DefaultYaml, "default.yaml"), People("a:data-owners", "b:data-owners", "c:security", "d:security", "e:platform", "f:platform")));

    [Theory]
    [InlineData("true")]
    [InlineData("1 < 2 || action.type == \"x\"")]
    [InlineData("action.type != \"data.export\"")]
    [InlineData("!(action.type in [\"a\", \"b\"])")]
    [InlineData("principal.actor.kind == \"service\"")]
    [InlineData("findings.size() == 0")]
    [InlineData("!action.type.startsWith(\"prod\")")]
    public void Allow_of_types_nobody_named_fails_open(string when)
    {
        var finding = PolicyLint.Check(PolicyOf(Rule("a", when, "allow")))[0];

        Assert.Equal(("fails_open", DiagnosticSeverity.Error, "a"), (finding.Code, finding.Severity, finding.Rule));
    }

    [Theory]
    [InlineData("action.type == \"ci.run\"")]
    [InlineData("action.type in [\"ci.run\"] && findings.size() == 0")]
    [InlineData("action.type.startsWith(\"ci.\")")]
    [InlineData("action.type == \"ci.run\" && has(action.target.environment) && action.target.environment != \"prod\"")]
    [InlineData("action.type == \"ci.run\" && action.target.environment != \"prod\"")]
    public void Allow_of_named_types_does_not_fail_open(string when) => Assert.Empty(PolicyLint.Check(PolicyOf(Rule("a", when, "allow"))));

    [Theory]
    [InlineData("action.type == \"ci.run\" && action.target.?environment.orValue(\"\") != \"prod\"", "matches_when_absent")]
    [InlineData("action.type == \"ci.run\" && !(has(action.parameters.force) && action.parameters.force)", "matches_when_absent")]
    [InlineData("action.type == \"ci.run\" && action.target.name.matches(\"staging\")", "unanchored_pattern")]
    [InlineData("action.type == \"ci.run\" && context.checks == \"passed\"", "trusts_requester")]
    public void Allow_that_is_wider_than_it_looks_is_warned_about(string when, string code) => Assert.Equal([code], Codes(PolicyOf(Rule("a", when, "allow"))));

    [Fact]
    public void Deny_and_review_may_match_everything() =>
        Assert.Empty(Codes(PolicyOf(Rule("r", "true", "review"))).Concat(Codes(PolicyOf(Rule("d", "true", "deny")))));

    [Theory]
    [InlineData("action.type == \"a\"", "action.type == \"a\" && findings.size() > 3", "shadowed_rule")]
    [InlineData("action.type in [\"a\", \"b\"]", "action.type == \"b\"", "shadowed_rule")]
    [InlineData("action.type.startsWith(\"data.\")", "action.type in [\"data.export\", \"data.copy\"]", "shadowed_rule")]
    [InlineData("action.type.startsWith(\"data.\")", "action.type.startsWith(\"data.export.\")", "shadowed_rule")]
    [InlineData("action.type == \"a\" || findings.size() == 1", "findings.size() == 1 && action.type != \"x\"", "shadowed_rule")]
    [InlineData("true", "action.type == \"a\"", "unreachable_rule")]
    public void Rule_behind_a_wider_one_never_decides(string first, string second, string code)
    {
        var policy = PolicyOf(Rule("first", first, "review") + Rule("second", second, "review"));

        var finding = Assert.Single(PolicyLint.Check(policy));
        Assert.Equal((code, "second"), (finding.Code, finding.Rule));
        // The other way round nothing is hidden.
        Assert.DoesNotContain("second", PolicyLint.Check(PolicyOf(Rule("second", second, "review") + Rule("first", first, "review"))).Select(d => d.Rule));
    }

    [Theory]
    [InlineData("action.type == \"a\"", "action.type == \"b\"")]
    [InlineData("action.type == \"a\" && findings.size() > 3", "action.type == \"a\"")]
    [InlineData("action.type == \"a\"", "action.type in [\"a\", \"b\"]")]
    [InlineData("action.type.startsWith(\"data.export\")", "action.type.startsWith(\"data.\")")]
    [InlineData("action.type == \"a\" || action.type == \"b\"", "findings.size() == 1")]
    public void Rule_that_adds_something_is_not_called_shadowed(string first, string second) =>
        Assert.Empty(PolicyLint.Check(PolicyOf(Rule("first", first, "review") + Rule("second", second, "review"))));

    [Fact]
    public void Rule_behind_a_deny_is_not_told_to_move() =>
        Assert.Contains("narrow that one", Assert.Single(PolicyLint.Check(PolicyOf(Rule("a", "action.type == \"x\" && findings.size() > 3", "allow") + Rule("d", "action.type == \"x\"", "deny")))).Remedy, StringComparison.Ordinal);

    [Fact]
    public void Large_policy_is_compared_as_far_as_it_names_types_and_otherwise_to_a_limit()
    {
        static string Of(Func<int, string> when) => string.Concat(Enumerable.Range(0, 800).Select(i => Rule($"r{i}", when(i), "deny")));
        Assert.Empty(PolicyLint.Check(PolicyOf(Of(i => $"action.type == \"t{i}\""))));
        Assert.Equal(["shadowed_rule"], PolicyLint.Check(PolicyOf(Of(i => $"action.type == \"t{i}\"") + Rule("late", "action.type == \"t7\" && findings.size() > 1", "deny"))).Select(d => d.Code));
        Assert.Equal(["not_all_compared"], PolicyLint.Check(PolicyOf(Of(i => $"findings.size() == {i}"))).Select(d => d.Code));
    }

    [Fact]
    public void Deny_hides_others_wherever_it_stands() =>
        Assert.Equal(["shadowed_rule"], Codes(PolicyOf(Rule("r", "action.type == \"a\"", "review") + Rule("d", "action.type == \"a\"", "deny"))));

    [Fact]
    public void Wider_rule_before_hides_nothing_where_all_are_evaluated() =>
        Assert.Empty(Codes(PolicyOf(Rule("a", "true", "review") + Rule("b", "action.type == \"a\"", "review"), "highest-severity")));

    [Theory]
    [InlineData("false")]
    [InlineData("action.type == \"a\" && action.type == \"b\"")]
    [InlineData("action.type == \"a\" && action.type.startsWith(\"data.\")")]
    [InlineData("findings.size() > 2 && !(findings.size() > 2)")]
    [InlineData("action.type == \"a\" && (1 > 2 || action.type in [\"b\", \"c\"])")]
    public void Rule_that_contradicts_itself_is_named(string when) => Assert.Equal(["never_matches"], Codes(PolicyOf(Rule("r", when, "deny"))));

    [Theory]
    [InlineData("action.typ == \"x\"", "unknown_field", "`type`")]
    [InlineData("principal.actor.kid == \"x\"", "unknown_field", "`kind`")]
    [InlineData("findings.exists(f, f.tpye == \"EMAIL\")", "unknown_field", "`type`")]
    [InlineData("principal.owners.all(o, o.subjekt == \"\")", "unknown_field", "`subject`")]
    [InlineData("action.type in lists.typ", "unknown_list", "`types`")]
    [InlineData("tables.owner[action.type] == \"\"", "unknown_table", "`owners`")]
    [InlineData("principal.actor.kind == \"agents\"", "unknown_kind", "`agent`")]
    public void Name_that_no_input_has_is_an_error(string when, string code, string suggestion)
    {
        var policy = PolicyOf(Rule("r", when + " && action.type in lists.types && has(tables.owners.x)", "review"), rest: "lists: {types: [a]}\ntables: {owners: {a: b}}");

        var finding = Assert.Single(PolicyLint.Check(policy));

        Assert.Equal((code, DiagnosticSeverity.Error, 6), (finding.Code, finding.Severity, finding.Line));
        Assert.Contains(suggestion, finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Macro_variable_hides_the_outer_one() =>
        Assert.Empty(Codes(PolicyOf(Rule("r", "findings.exists(f, [{\"a\": 1}].exists(f, f.a == 1))", "review"))));

    [Fact]
    public void Data_and_plans_that_nothing_uses_are_noted() =>
        Assert.Equal(["unused_data", "unused_plan"], Codes(PolicyOf("  []", rest: "lists: {a: [b]}\nplans: {p: {groups: [g], timeout: 1h}}")).Order());

    [Theory]
    [InlineData("{groups: [g], quorum: 2, timeout: 1h}", "quorum_above_people", "a:g")]
    [InlineData("{groups: [g], quorum: 2, timeout: 1h}", "quorum_needs_everyone", "a:g", "b:g", "c:h")]
    [InlineData("{groups: [x], timeout: 1h}", "empty_group", "a:g")]
    [InlineData("{groups: [g], timeout: 1h, filter: 'reviewer.subject == \"z\"'}", "nobody_eligible", "a:g", "b:g")]
    [InlineData("{groups: [g], timeout: 1h, denyThreshold: 2}", "deny_harder_than_approve", "a:g", "b:g")]
    [InlineData("{stages: [{name: one, groups: [g], timeout: 1h}, {name: two, groups: [h], timeout: 1h}]}", "plan_needs_more_people", "a:g, h")]
    public void Plan_that_the_people_there_cannot_meet_is_named(string plan, string code, params string[] people)
    {
        var policy = PolicyOf($"  - {{id: r, when: action.type == \"a\", verdict: review, review: {plan}}}");

        Assert.Contains(code, Codes(policy, People(people)));
    }

    [Fact]
    public void One_person_in_both_groups_cannot_give_one_from_each()
    {
        var policy = PolicyOf("  - {id: r, when: action.type == \"a\", verdict: review, review: {groups: [g, h, i], quorum: 3, oneFromEachGroup: true, timeout: 1h}}");

        Assert.Contains("plan_needs_more_people", Codes(policy, People("a:g, h", "b:i", "c:i", "d:i")));
        Assert.DoesNotContain("plan_needs_more_people", Codes(policy, People("a:g, h", "b:i", "c:i, g")));
    }

    [Fact]
    public void Escalation_to_a_group_without_people_is_named() =>
        Assert.Contains("empty_group", Codes(PolicyOf("  - {id: r, when: action.type == \"a\", verdict: review, review: {groups: [g], timeout: 2h, escalation: {after: 1h, groups: [h]}}}"), People("a:g", "b:g")));

    [Fact]
    public void Sarif_names_rule_level_and_place()
    {
        var sarif = Sarif.Write(PolicyLint.Check(PolicyOf(Rule("a", "true", "allow"))));

        var run = JsonDocument.Parse(sarif).RootElement.GetProperty("runs")[0];
        var result = run.GetProperty("results")[0];
        Assert.Equal("fails_open", result.GetProperty("ruleId").GetString());
        Assert.Equal("error", result.GetProperty("level").GetString());
        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("policy.yaml", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal(5, place.GetProperty("region").GetProperty("startLine").GetInt32());
        Assert.Equal("fails_open", run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[0].GetProperty("id").GetString());
    }
}
