namespace Approvals.Cli.Tests;

public sealed class DemoTests
{
    [Theory]
    [InlineData("approved")]
    [InlineData("denied", "--deny")]
    [InlineData("expired", "--expire")]
    public async Task Demo_alone_ends_with_a_verified_decision(string decision, params string[] options)
    {
        using var approvals = new ApprovalsCommand();
        CommandResult result = await approvals.RunAsync(["demo", "--auto", .. options]);
        result.AssertExit(0);
        Assert.Matches($"^verified: [0-9a-f-]{{36}} {decision} ledger index 1$", result.LastLine);
        Assert.DoesNotContain('✗', result.Output);
        Assert.DoesNotContain('\u001b', result.Output); // piped: no colours
        Assert.Empty(Directory.GetFileSystemEntries(approvals.Folder));
    }

    [Fact]
    public async Task Demo_shows_secrets_in_the_request_only()
    {
        using var approvals = new ApprovalsCommand();
        string output = (await approvals.RunAsync(["demo", "--auto"])).Output;
        int seenByReviewer = output.IndexOf("What the reviewer will see", StringComparison.Ordinal);
        Assert.Contains("marta.kowalczyk@posteo.example", output[..seenByReviewer], StringComparison.Ordinal);
        Assert.DoesNotContain("marta.kowalczyk@posteo.example", output[seenByReviewer..], StringComparison.Ordinal);
        Assert.Contains("second time     refused", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo", "--deny")]
    [InlineData("demo", "--auto", "--deny", "--expire")]
    [InlineData("demo", "--unknown")]
    [InlineData("nonsense")]
    [InlineData("submit")]
    [InlineData("vote", "id")]
    [InlineData("vote", "id", "--approve", "--deny")]
    [InlineData("principal", "add", "--kind", "robot", "--subject", "x", "--role", "requester")]
    public async Task Wrong_use_exits_2_and_says_where_help_is(params string[] arguments)
    {
        using var approvals = new ApprovalsCommand();
        CommandResult result = await approvals.RunAsync(arguments);
        result.AssertExit(2);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_commands_and_gives_examples_with_each()
    {
        using var approvals = new ApprovalsCommand();
        Assert.DoesNotContain("Example", (await approvals.RunAsync(["--help"])).Output, StringComparison.Ordinal);
        CommandResult help = await approvals.RunAsync(["ledger", "verify", "--help"]);
        help.AssertExit(0);
        (await approvals.RunAsync(["vote", "--help"])).AssertExit(0);
        Assert.Contains("approvals ledger verify ./exported", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gate_that_is_not_there_exits_3_and_says_what_to_do()
    {
        using var approvals = new ApprovalsCommand();
        approvals.Environment["APPROVALS_KEY"] = "apk_none";
        CommandResult result = await approvals.RunAsync(["show", "x", "--url", "http://127.0.0.1:9"]);
        result.AssertExit(3);
        Assert.Contains("approvals serve", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_never_goes_over_a_network_in_clear_text()
    {
        using var approvals = new ApprovalsCommand();
        approvals.Environment["APPROVALS_KEY"] = "apk_none";
        (await approvals.RunAsync(["show", "x", "--url", "http://gate.example"])).AssertExit(2);
    }
}
