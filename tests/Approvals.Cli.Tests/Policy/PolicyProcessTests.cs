namespace Approvals.Cli.Tests.Policy;

/// <summary>The commands as a process: what a shell and a conformance runner see of them.</summary>
public sealed class PolicyProcessTests
{
    [Fact]
    public async Task Eval_answers_every_line_in_order_whatever_is_wrong_with_one()
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(["policy", "eval", "--jsonl"], """
            {"id":"a","expr":"x + 1","bindings":{"x":{"int":"41"}}}
            {"id":"b","expr":"y","bindings":{"com.y":{"bytes":"w78="}},"container":"com"}
            {"id":"c","expr":"1 +"}
            not json
            {"id":"d","expr":"absent || true","disableCheck":true}

            """);

        result.AssertExit(0);
        string[] lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal("""{"id":"a","value":{"int":"42"}}""", lines[0]);
        Assert.Equal("""{"id":"b","value":{"bytes":"w78="}}""", lines[1]);
        Assert.StartsWith("""{"id":"c","error":""", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"error\"", lines[3], StringComparison.Ordinal);
        Assert.Equal("""{"id":"d","value":{"bool":true}}""", lines[4]);
    }

    [Theory]
    [InlineData("policy")]
    [InlineData("policy", "bogus")]
    [InlineData("policy", "check")]
    [InlineData("policy", "check", "absent.yaml")]
    [InlineData("policy", "eval")]
    [InlineData("policy", "eval", "1 +")]
    [InlineData("policy", "eval", "--jsonl", "--nope")]
    [InlineData("policy", "simulate", "--since", "soon")]
    public async Task Wrong_use_exits_with_2_and_says_why(params string[] arguments)
    {
        using var approvals = new ApprovalsCommand();

        CommandResult result = await approvals.RunAsync(arguments);

        result.AssertExit(2);
        Assert.Empty(result.Output);
        Assert.NotEmpty(result.Error);
    }
}
