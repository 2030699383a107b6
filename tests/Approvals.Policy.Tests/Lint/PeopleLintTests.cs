using Approvals.Policy.Lint;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Lint;

/// <summary>What check says of grants, authors and emergencies.</summary>
public sealed class PeopleLintTests
{
    private static readonly PeopleDirectory s_people = PeopleDirectory.Read("people: [{subject: ann, groups: [g]}, {subject: ben, groups: [g, commanders]}]", "people.yaml");

    private static string[] Codes(string yaml) => [.. PolicyLint.Check(PolicySet.Load(yaml, "p"), s_people).Where(d => d.Severity > DiagnosticSeverity.Note).Select(d => d.Code)];

    private static string Two(string first, string second) =>
        $"version: 1\nrules:\n  - {{id: a, when: '{first}', verdict: allow}}\n  - {{id: b, when: '{second}', verdict: allow}}\n";

    [Theory]
    [InlineData("action.type == \"x\" && findings.size() == 0", "action.type in [\"x\", \"y\"] && principal.actor.kind == \"service\"")]
    [InlineData("action.type == \"x\" && action.target.zone == \"a\"", "action.type == \"x\" && action.target.name == \"b\"")]
    public void Two_rules_that_may_grant_the_same_are_named(string first, string second) => Assert.Equal(["overlapping_grants"], Codes(Two(first, second)));

    [Theory]
    [InlineData("action.type == \"x\"", "action.type == \"y\"")]
    [InlineData("action.type == \"x\" && action.target.zone == \"a\"", "action.type == \"x\" && action.target.zone == \"b\"")]
    [InlineData("action.type == \"x\" && principal.actor.kind == \"service\"", "action.type == \"x\" && principal.actor.kind != \"service\"")]
    public void Rules_that_exclude_each_other_do_not_overlap(string first, string second) => Assert.Empty(Codes(Two(first, second)));

    [Fact]
    public void Reviews_may_overlap() =>
        Assert.DoesNotContain(
            "overlapping_grants",
            Codes(Two("action.type == \"x\"", "action.type == \"x\" && findings.size() > 1").Replace("verdict: allow", "verdict: review, review: {groups: [g], timeout: 1h}", StringComparison.Ordinal)));

    [Fact]
    public void Author_that_nobody_names_denies_everything_and_is_an_error() =>
        Assert.Contains("policy_author_unknown", Codes(Authored("")));

    [Fact]
    public void Author_is_not_counted_among_those_who_may_review()
    {
        Assert.Contains("quorum_needs_everyone", Codes(Authored("changedBy: ann\n")));
        Assert.Contains("nobody_eligible", Codes(Authored("changedBy: ann\n").Replace("groups: [g]", "groups: [g], filter: 'reviewer.subject == \"ann\"'", StringComparison.Ordinal)));
        Assert.DoesNotContain("quorum_needs_everyone", Codes(Authored("changedBy: {issuer: approvals, subject: somebody-else}\n")));
    }

    [Fact]
    public void Glass_that_too_few_may_break_and_nobody_reviews_is_an_error() => Assert.Equal(
        ["break_glass_people", "empty_group"],
        Codes("version: 1\nbreakGlass: {groups: [commanders], types: [\"access.*\"], followUp: {groups: [nobody], within: 1d}}\nrules: []\n").Order());

    [Theory]
    [InlineData("", "standing_approval_not_reviewed")]
    [InlineData("  - {id: g, when: 'action.type == \"standing-approval.grant\"', verdict: allow}\n", "standing_approval_not_reviewed")]
    [InlineData("  - {id: g, when: 'action.type == \"standing-approval.grant\" && action.target.type.startsWith(\"a.\")', verdict: review, review: {groups: [g], timeout: 1h}}\n")]
    public void Standing_approvals_that_nobody_can_be_granted_are_named(string rule, params string[] codes) => Assert.Equal(
        codes, Codes("version: 1\nstandingApprovals: {types: [\"a.*\"], maximumUses: 2, longest: 1d}\nrules:\n  - {id: a, when: 'action.type == \"a.b\"', verdict: allow}\n" + rule));

    [Theory]
    [InlineData("quorum: 26")]
    [InlineData("quorum: 20, denyThreshold: 8")]
    public void Plan_of_more_votes_than_a_record_holds_does_not_load(string votes) => Assert.Contains(
        Refused($"version: 1\nrules: [{{id: a, when: action.type == \"x\", verdict: review, review: {{groups: [g], timeout: 1h, {votes}}}}}]"), d => d.Code == "too_many_votes");

    [Fact]
    public void Policy_says_who_changed_it()
    {
        Assert.Equal(new PersonRef("approvals", "ann"), PolicySet.Load(Authored("changedBy: ann\n"), "p").ChangedBy);
        Assert.Equal(new PersonRef("https://idp", "u1"), PolicySet.Load(Authored("changedBy: {issuer: 'https://idp', subject: u1}\n"), "p").ChangedBy);
        Assert.Null(PolicySet.Load(Authored(""), "p").ChangedBy);
    }

    private static string Authored(string author) =>
        $"version: 1\n{author}rules:\n  - {{id: a, when: 'action.type == \"x\"', verdict: review, review: {{groups: [g], timeout: 1h, excludePolicyAuthor: true}}}}\n";
}
