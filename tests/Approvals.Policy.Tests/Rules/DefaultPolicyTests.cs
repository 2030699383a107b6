using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Rules;

public sealed class DefaultPolicyTests
{
    private const string Production = """{"environment":"production"}""";

    private static readonly PolicySet s_policy = PolicySet.Load(PolicySet.DefaultYaml, "default.yaml");

    private static string Findings(params string[] types) => "[" + string.Join(',', types.Select(Finding)) + "]";

    [Theory]
    [InlineData("data.export", "service", "{}", "{}", "EMAIL,SECRET", "review", "data-with-secrets")]
    [InlineData("data.export", "service", "{}", "{}", "EMAIL,IBAN", "review", "data-leaves")]
    [InlineData("data.export", "human", "{}", "{}", "", "review", "data-leaves")]
    [InlineData("llm.prompt.send", "agent", "{}", "{}", "EMAIL,CREDIT_CARD", "review", "data-leaves")]
    [InlineData("secret.rotate", "service", "{}", "{}", "", "allow", "clean-rotation-by-service")]
    [InlineData("secret.rotate", "service", "{}", "{}", "SECRET", "review", "credentials")]
    [InlineData("secret.rotate", "agent", "{}", "{}", "", "review", "credentials")]
    [InlineData("iam.role.assign", "human", "{}", "{}", "EMAIL", "review", "infrastructure")]
    [InlineData("infra.terraform.apply", "service", """{"workspace":"prod-eu"}""", """{"summary":{"destroy":1}}""", "", "review", "infrastructure")]
    [InlineData("infra.terraform.apply", "agent", """{"workspace":"prod-eu"}""", """{"summary":{"destroy":1}}""", "", "deny", "agent-destroys-production")]
    [InlineData("database.migrate", "agent", Production, """{"destructive":true}""", "", "deny", "agent-destroys-production")]
    [InlineData("database.migrate", "agent", Production, """{"destructive":false}""", "", "review", "infrastructure")]
    [InlineData("database.table.drop", "agent", Production, "{}", "", "deny", "agent-destroys-production")]
    [InlineData("agent.tool.call", "agent", "{}", "{}", "JWT", "review", "agent-tool-call")]
    [InlineData("deployment.create", "service", """{"environment":"staging"}""", "{}", "HOST", "allow", "clean-delivery-outside-production")]
    [InlineData("deployment.create", "service", """{"environment":"staging"}""", "{}", "SECRET", "review", "delivery")]
    [InlineData("deployment.create", "agent", """{"environment":"staging"}""", "{}", "", "review", "delivery")]
    [InlineData("deployment.create", "service", "{}", "{}", "", "review", "delivery")]
    [InlineData("deployment.create", "service", Production, "{}", "", "review", "delivery")]
    [InlineData("coffee.brew", "human", "{}", "{}", "", "deny", null)]
    public void Default_policy_decides_the_samples(string type, string actor, string target, string parameters, string findings, string verdict, string? rule)
    {
        var decision = s_policy.Evaluate(Type(type, actor, target, parameters, findings.Length == 0 ? "[]" : Findings(findings.Split(','))));

        Assert.Equal((verdict, rule, (string?)null), (decision.Verdict.ToString().ToLowerInvariant(), decision.Rule, decision.Error));
    }

    [Fact]
    public void Default_policy_asks_security_where_secrets_stand_in_data()
    {
        var decision = s_policy.Evaluate(Type("data.export", findings: Findings("EMAIL", "SECRET", "SECRET")));

        Assert.Equal(["security"], decision.Plan!.Stages[0].Groups);
        Assert.Equal("data.export carries 2 credentials. Should they travel at all?", decision.Reason);
    }

    [Fact]
    public void Default_policy_is_the_published_sample() => Assert.StartsWith("# yaml-language-server: $schema=", PolicySet.DefaultYaml, StringComparison.Ordinal);
}
