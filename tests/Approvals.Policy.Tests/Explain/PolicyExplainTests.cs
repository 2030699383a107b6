using System.Text.Json;
using Approvals.Policy.Explain;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Explain;

public sealed class PolicyExplainTests
{
    [Fact]
    public void Explanation_shows_every_rule_its_value_and_which_one_decides()
    {
        var policy = PolicyOf(
            Rule("no", "action.type == \"x\"", "allow")
            + Rule("yes", "action.type == \"data.export\" && (action.parameters.rows > 10 || findings.size() > 0)", "review")
            + Rule("later", "true", "allow")
            + Rule("deny", "action.parameters.rows > 100", "deny"));

        var explanation = PolicyExplain.Of(policy, Of());

        Assert.Equal("yes", explanation.Decision.Rule);
        Assert.Equal(["no", "yes", "later", "deny"], explanation.Rules.Select(r => r.Rule));
        Assert.Equal([RuleOutcome.NoMatch, RuleOutcome.Match, RuleOutcome.Match, RuleOutcome.NoMatch], explanation.Rules.Select(r => r.Outcome));
        Assert.Equal([true, true, false, true], explanation.Rules.Select(r => r.Reached));
        Assert.Equal([false, true, false, false], explanation.Rules.Select(r => r.Decides));
        var any = explanation.Rules[1].Condition.Parts[1];
        Assert.Equal(["true", "false"], any.Parts.Select(p => p.Value));
        Assert.Equal(new OperandValue("action.parameters.rows", "12"), Assert.Single(any.Parts[0].Operands));
    }

    [Theory]
    [InlineData("action.type == \"data.export\" && action.parameters.rows > 100 && findings.size() == 7", "action.parameters.rows > 100")]
    [InlineData("action.type == \"data.export\" && (action.parameters.rows > 100 || findings.size() == 7)", "action.parameters.rows > 100 || findings.size() == 7")]
    [InlineData("!(action.type == \"data.export\")", "!(action.type == \"data.export\")")]
    public void Explanation_of_a_rule_that_does_not_match_names_the_part_that_is_false(string when, string part) =>
        Assert.Equal(part, PolicyExplain.Of(PolicyOf(Rule("r", when, "allow")), Of()).Rules[0].Condition.WhyNot().Expression);

    [Fact]
    public void Explanation_names_the_part_that_failed()
    {
        var explanation = PolicyExplain.Of(PolicyOf(Rule("r", "action.parameters.missing == 1 && action.type == \"data.export\"", "allow")), Of());

        Assert.Equal("no_such_key", explanation.Decision.Error);
        var condition = explanation.Rules[0].Condition;
        Assert.Equal((true, RuleOutcome.Error), (condition.IsError, explanation.Rules[0].Outcome));
        Assert.Equal([true, false], condition.Parts.Select(p => p.IsError));
    }

    [Fact]
    public void Explanation_of_a_deny_calls_nothing_else_reached()
    {
        var explanation = PolicyExplain.Of(PolicyOf(Rule("a", "true", "allow") + Rule("d", "true", "deny") + Rule("e", "true", "deny")), Of());

        Assert.Equal([false, true, false], explanation.Rules.Select(r => r.Reached));
    }

    [Fact]
    public void Explanation_of_an_input_that_is_none_has_no_rules()
    {
        var explanation = PolicyExplain.Of(PolicyOf(Rule("a", "true", "allow")), Of() with { Action = default });

        Assert.Equal("invalid_input", explanation.Decision.Error);
        Assert.Empty(explanation.Rules);
    }

    [Fact]
    public void Explanation_cuts_long_values()
    {
        var explanation = PolicyExplain.Of(
            PolicyOf(Rule("a", "action.justification == \"\"", "deny")), Of($$"""{"type":"x","justification":"{{new string('y', 100_000)}}"}"""));

        Assert.InRange(explanation.Rules[0].Condition.Operands[0].Value.Length, 50, 200);
    }

    [Fact]
    public void Explanation_is_written_as_json()
    {
        var json = JsonSerializer.SerializeToElement(PolicyExplain.Of(PolicyOf(Rule("a", "true", "deny")), Of()), JsonSerializerOptions.Web);

        Assert.Equal("match", json.GetProperty("rules")[0].GetProperty("outcome").GetString());
    }
}
