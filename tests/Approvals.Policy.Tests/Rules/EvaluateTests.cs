using System.Text.Json;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Rules;

public sealed class EvaluateTests
{
    [Fact]
    public void Policy_without_matching_rule_denies()
    {
        var decision = PolicyOf(Rule("other", "action.type == \"x\"", "allow")).Evaluate(Of());

        Assert.Equal(PolicyVerdict.Deny, decision.Verdict);
        Assert.Null(decision.Rule);
        Assert.Null(decision.Error);
        Assert.NotEqual("", decision.Reason);
    }

    [Fact]
    public void First_matching_rule_decides()
    {
        var policy = PolicyOf(Rule("no", "false", "allow") + Rule("first", "true", "review") + Rule("second", "true", "allow"));

        Assert.Equal("first", policy.Evaluate(Of()).Rule);
    }

    [Theory]
    [InlineData("first-match")]
    [InlineData("highest-severity")]
    public void Deny_wins_wherever_it_stands(string mode)
    {
        var decision = PolicyOf(Rule("a", "true", "allow") + Rule("r", "true", "review") + Rule("d", "true", "deny"), mode).Evaluate(Of());

        Assert.Equal((PolicyVerdict.Deny, "d"), (decision.Verdict, decision.Rule));
    }

    [Theory]
    [InlineData("first-match")]
    [InlineData("highest-severity")]
    public void Error_in_a_condition_denies_and_names_rule_and_error(string mode)
    {
        var decision = PolicyOf(Rule("broken", "action.parameters.missing == 1", "review") + Rule("a", "true", "allow"), mode).Evaluate(Of());

        Assert.Equal((PolicyVerdict.Deny, "broken", "no_such_key"), (decision.Verdict, decision.Rule, decision.Error));
        Assert.Contains("broken", decision.Reason, StringComparison.Ordinal);
        Assert.Null(decision.Plan);
    }

    [Fact]
    public void Deny_that_matches_wins_over_an_error_elsewhere()
    {
        var decision = PolicyOf(Rule("broken", "action.parameters.missing == 1", "deny") + Rule("d", "true", "deny")).Evaluate(Of());

        Assert.Equal(("d", (string?)null), (decision.Rule, decision.Error));
    }

    [Fact]
    public void Highest_severity_adds_risks_and_joins_obligations_and_evidence()
    {
        var policy = PolicyOf(
            Rule("a", "true", "allow", ", risk: 30, evidence: [A, B]")
            + Rule("low", "true", "review", ", risk: 10, obligations: {assurance: idp, ticket: CHG-}, evidence: [B, C]")
            + Rule("high", "true", "review", ", risk: 90, obligations: {justification: 30}"),
            "highest-severity");

        var decision = policy.Evaluate(Of());

        Assert.Equal((PolicyVerdict.Review, "high", 100), (decision.Verdict, decision.Rule, decision.RiskScore));
        Assert.Equal(["A", "B", "C"], decision.Evidence);
        Assert.Equal(new Obligations(Assurance.Idp, 30, "CHG-"), decision.Obligations);
        var stage = Assert.Single(decision.Plan!.Stages);
        Assert.Equal((Assurance.Idp, 30, "CHG-"), (stage.MinimumAssurance, stage.MinimumJustification, stage.TicketPattern));
    }

    [Fact]
    public void Obligations_never_weaken_a_stage()
    {
        var policy = PolicySet.Load("""
            version: 1
            rules:
              - id: r
                when: "true"
                verdict: review
                obligations: {assurance: chat, justification: 5, ticket: "X-"}
                review: {groups: [g], timeout: 1h, assurance: idp+mfa, justification: 50, ticket: "CHG-"}
            """, "p");

        var stage = policy.Evaluate(Of()).Plan!.Stages[0];

        Assert.Equal((Assurance.IdpMfa, 50, "CHG-"), (stage.MinimumAssurance, stage.MinimumJustification, stage.TicketPattern));
    }

    [Fact]
    public void Reason_is_filled_from_the_input_on_one_line()
    {
        var policy = PolicyOf("""
              - id: r
                when: "true"
                verdict: deny
                reason: "{{ action.type }} of {{ action.parameters.rows }} rows, {{ ['a', 'b'] }} {{ {'k': {'n': 1}}['k']['n'] }}: {{ action.justification }}"
            """);

        var decision = policy.Evaluate(Of("""{"type":"data.export","parameters":{"rows":12},"justification":"a\nb\u001b[31m\u202ec"}"""));

        Assert.Equal("data.export of 12 rows, a, b 1: a b [31m c", decision.Reason);
    }

    [Fact]
    public void Reason_is_cut_where_a_requester_makes_it_long()
    {
        var decision = PolicyOf(Rule("r", "true", "deny", ", reason: \"{{ action.justification }}\""))
            .Evaluate(Of($$"""{"type":"x","justification":"{{string.Concat(Enumerable.Repeat("😀", 5_000))}}"}"""));

        Assert.InRange(decision.Reason.Length, 900, 1_001);
        Assert.EndsWith("…", decision.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', JsonSerializer.SerializeToElement(decision.Reason).GetString()!);
    }

    [Fact]
    public void Reason_that_fails_denies_unless_the_rule_denies_anyway()
    {
        const string Reason = ", reason: \"{{ action.parameters.missing }}\"";

        var review = PolicyOf(Rule("r", "true", "review", Reason)).Evaluate(Of());
        var deny = PolicyOf(Rule("d", "true", "deny", Reason)).Evaluate(Of());

        Assert.Equal((PolicyVerdict.Deny, "no_such_key"), (review.Verdict, review.Error));
        Assert.Equal((PolicyVerdict.Deny, "d", (string?)null), (deny.Verdict, deny.Rule, deny.Error));
    }

    [Fact]
    public void Input_that_is_not_what_it_should_be_denies()
    {
        var policy = PolicyOf(Rule("a", "true", "allow"));

        foreach (var wrong in new[] { "null", "[]", "1", "\"x\"" })
        {
            Assert.Equal("invalid_input", policy.Evaluate(Of() with { Action = Json(wrong) }).Error);
            Assert.Equal("invalid_input", policy.Evaluate(Of() with { Principal = Json(wrong) }).Error);
            Assert.Equal("invalid_input", policy.Evaluate(Of() with { Context = Json(wrong) }).Error);
        }
        Assert.Equal("invalid_input", policy.Evaluate(Of() with { Findings = Json("null") }).Error);
        Assert.Equal("invalid_input", policy.Evaluate(Of() with { Findings = Json("[1]") }).Error);
        Assert.Equal("invalid_input", policy.Evaluate(Of() with { Action = default }).Error);
    }

    [Fact]
    public void Input_whose_document_is_disposed_denies()
    {
        var document = JsonDocument.Parse("{}");
        var action = document.RootElement;
        document.Dispose();

        var decision = PolicyOf(Rule("a", "true", "allow")).Evaluate(Of() with { Action = action });

        Assert.Equal((PolicyVerdict.Deny, "evaluation_failed"), (decision.Verdict, decision.Error));
    }

    [Fact]
    public void Rules_see_lists_tables_and_the_time()
    {
        var policy = PolicyOf(
            Rule("r", "action.type in lists.types && tables.owners[action.type].level > 2 && lists.types.size() == 2 && now.getHours() == 10", "allow"),
            rest: "lists: {types: [data.export, 'yes']}\ntables: {owners: {data.export: {level: 3}}}");

        Assert.Equal(PolicyVerdict.Allow, policy.Evaluate(Of()).Verdict);
    }

    [Fact]
    public void Condition_that_costs_too_much_denies()
    {
        var policy = PolicyOf(Rule("slow", "lists.n.all(a, lists.n.all(b, lists.n.all(c, a + b + c >= 0)))", "allow"),
            rest: $"lists: {{n: [{string.Join(", ", Enumerable.Range(0, 400))}]}}");

        var decision = policy.Evaluate(Of());

        Assert.Equal((PolicyVerdict.Deny, "cost_exceeded"), (decision.Verdict, decision.Error));
    }

    [Fact]
    public void Digest_is_over_the_exact_bytes()
    {
        const string Yaml = "version: 1\nrules: []\n";

        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Yaml))), PolicySet.Load(Yaml, "a").Digest);
        Assert.NotEqual(PolicySet.Load(Yaml, "a").Digest, PolicySet.Load(Yaml + "\n", "a").Digest);
        Assert.Equal(PolicySet.Load(Yaml, "a").Digest, PolicySet.Load(Yaml, "b").Evaluate(Of()).PolicyDigest);
    }
}
