using Approvals.Policy.Testing;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Testing;

public sealed class PolicyTestRunTests
{
    private static readonly PolicySet s_policy = PolicySet.Load("""
        version: 1
        rules:
          - {id: clean, when: action.type == "ci.run" && findings.size() == 0, verdict: allow, reason: Clean.}
          - {id: ask, when: action.type == "ci.run", verdict: review, risk: 40, evidence: [A, B], reason: "{{ findings[0].type }} found", review: {groups: [g, h], quorum: 2, timeout: 90m}}
          - {id: never, when: action.type == "never", verdict: deny}
        """, "p");

    private static PolicyTestReport Run(string cases) => PolicyTestRun.Run(s_policy, PolicyTestFile.Read("cases:\n" + cases, "t").Cases);

    [Fact]
    public void Case_that_expects_what_is_decided_passes() => Assert.True(Run("""
          - {name: a, action: {type: ci.run}, expect: {verdict: allow, rule: clean}}
          - {name: b, action: {type: ci.run}, findings: [EMAIL, {type: JWT}], expect: {verdict: review, risk: 40, evidence: [A, B], reason: EMAIL, review: {groups: [g, h], quorum: 2, timeout: 1h30m}}}
          - {name: c, action: {type: ci.run}, findings: [EMAIL], expect: {review: {stages: [{name: review, assurance: link}]}}}
          - {name: d, action: {type: other}, expect: {verdict: deny, rule: none, error: none, review: none}}
        """).Passed);

    [Theory]
    [InlineData("{verdict: deny}", "verdict", "deny", "review")]
    [InlineData("{rule: clean}", "rule", "clean", "ask")]
    [InlineData("{rule: none}", "rule", "none", "ask")]
    [InlineData("{review: none}", "review", "none", "{stages:")]
    [InlineData("{review: {quorum: 1}}", "review.quorum", "1", "2")]
    [InlineData("{review: {groups: [g]}}", "review.groups", "[g]", "[g, h]")]
    [InlineData("{review: {groups: [g, i]}}", "review.groups[1]", "i", "h")]
    [InlineData("{review: {timeout: 2h}}", "review.timeout", "2h", "1h30m")]
    [InlineData("{review: {escalation: {after: 1h}}}", "review.escalation", "{after: 1h}", "none")]
    [InlineData("{evidence: A}", "evidence", "A", "[A, B]")]
    [InlineData("{reason: JWT}", "reason", "JWT", "EMAIL found")]
    [InlineData("{error: no_such_key}", "error", "no_such_key", "none")]
    public void Case_that_expects_something_else_names_the_difference(string expect, string path, string expected, string actual)
    {
        var report = Run($"  - {{name: a, action: {{type: ci.run}}, findings: [EMAIL], expect: {expect}}}");

        var difference = Assert.Single(report.Cases[0].Differences);
        Assert.False(report.Passed);
        Assert.Equal((path, expected), (difference.Path, difference.Expected));
        Assert.StartsWith(actual, difference.Actual, StringComparison.Ordinal);
    }

    [Fact]
    public void Coverage_counts_what_matched_and_what_decided() => Assert.Equal(
        [new("clean", 1, 1), new("ask", 2, 1), new RuleCoverage("never", 0, 0)],
        Run("""
              - {name: a, action: {type: ci.run}, expect: {}}
              - {name: b, action: {type: ci.run}, findings: [EMAIL], expect: {}}
            """).Coverage);

    [Theory]
    [InlineData("  - {name: a, action: {type: x}, expect: {verdit: allow}}", "unknown_key")]
    [InlineData("  - {name: a, action: {type: x}, expect: {review: {quorom: 1}}}", "unknown_key")]
    [InlineData("  - {name: a, action: {type: x}, expect: {review: {stages: [{quorom: 1}]}}}", "unknown_key")]
    [InlineData("  - {name: a, action: {typ: x}, expect: {}}", "missing_key")]
    [InlineData("  - {name: a, action: {type: x}}", "missing_key")]
    [InlineData("  - {name: a, action: {type: x}, expect: allow}", "wrong_type")]
    [InlineData("  - {name: a, action: {type: x}, now: soon, expect: {}}", "wrong_time")]
    [InlineData("  - {name: a, action: {type: x}, actor: human, principal: {}, expect: {}}", "duplicate_key")]
    public void Mistake_in_a_test_file_is_no_test(string cases, string code) =>
        Assert.Equal(code, Assert.Throws<PolicyException>(() => PolicyTestFile.Read("cases:\n" + cases, "t")).Code);

    [Fact]
    public void Case_gives_principal_context_and_time_to_the_policy()
    {
        var policy = PolicyOf(Rule("r", "principal.actor.kind == \"agent\" && principal.onBehalfOf.subject == \"u\" && principal.owners[0].kind == \"human\" && context.a == 1 && now == timestamp(\"2026-05-01T10:00:00Z\")", "deny"));
        var cases = PolicyTestFile.Read("""
            cases:
              - name: a
                action: {type: x}
                principal: {actor: {kind: agent}, onBehalfOf: {subject: u}, owners: [{subject: o}]}
                context: {a: 1}
                now: 2026-05-01T12:00:00+02:00
                expect: {rule: r}
            """, "t");

        Assert.True(PolicyTestRun.Run(policy, cases.Cases).Passed);
    }
}
