using Approvals.Policy.Simulation;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Simulation;

public sealed class PolicySimulationTests
{
    private static readonly PolicySet s_policy = PolicyOf(
        Rule("ci", "action.type == \"ci.run\"", "allow") + Rule("deep", "action.type == \"deep\" && action.parameters.rows > 1", "review"));

    private static PastAction Past(string type, PolicyVerdict verdict, string? rule, bool whole = true, string parameters = "{}") =>
        new(type, Now, Type(type, parameters: parameters), verdict, rule, whole);

    [Fact]
    public void Simulation_counts_what_would_change()
    {
        var report = PolicySimulation.Run(s_policy,
        [
            Past("ci.run", PolicyVerdict.Allow, "ci"),
            Past("ci.run", PolicyVerdict.Allow, "old"),
            Past("ci.run", PolicyVerdict.Review, "old"),
            Past("other", PolicyVerdict.Allow, "old"),
        ]);

        Assert.Equal((2, 0), (report.Changed, report.Unknown));
        Assert.Equal([false, false, true, true], report.Actions.Select(a => a.Changes));
        Assert.Equal([false, true, false, false], report.Actions.Select(a => a.ChangesRuleOnly));
        Assert.Equal((2, 1, 1), (report.Count(PolicyVerdict.Allow, PolicyVerdict.Allow), report.Count(PolicyVerdict.Review, PolicyVerdict.Allow), report.Count(PolicyVerdict.Allow, PolicyVerdict.Deny)));
    }

    [Fact]
    public void Record_that_does_not_hold_what_the_policy_asks_for_says_nothing()
    {
        var report = PolicySimulation.Run(s_policy, [Past("deep", PolicyVerdict.Review, "deep", whole: false), Past("deep", PolicyVerdict.Review, "deep", whole: true)]);

        Assert.Equal([true, false], report.Actions.Select(a => a.IsUnknown));
        Assert.Equal([false, true], report.Actions.Select(a => a.Changes));
        Assert.Equal(1, report.Unknown);
    }

    [Fact]
    public void Starter_policy_passes_its_own_tests_and_names_the_schema_beside_it()
    {
        var cases = Approvals.Policy.Testing.PolicyTestFile.Read(PolicyStarter.Tests, "policy.tests.yaml").Cases;

        Assert.True(Approvals.Policy.Testing.PolicyTestRun.Run(PolicySet.Load(PolicyStarter.Policy, "policy.yaml"), cases).Passed);
        Assert.StartsWith("# yaml-language-server: $schema=policy.schema.json\n", PolicyStarter.Policy, StringComparison.Ordinal);
        Assert.StartsWith("# yaml-language-server: $schema=policy-tests.schema.json\n", PolicyStarter.Tests, StringComparison.Ordinal);
        Assert.DoesNotContain("samples", PolicyStarter.Policy + PolicyStarter.Tests, StringComparison.Ordinal);
        Assert.Contains("\"oneFromEachGroup\"", PolicyStarter.Schema, StringComparison.Ordinal);
    }
}
