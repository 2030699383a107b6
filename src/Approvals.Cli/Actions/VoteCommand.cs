using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary><c>approvals vote ID --approve|--deny</c></summary>
internal static class VoteCommand
{
    internal static Command Create()
    {
        var connection = new GateConnection();
        var id = new Argument<string>("ID") { Description = "The action." };
        var approve = new Option<bool>("--approve") { Description = "Vote for it." };
        var deny = new Option<bool>("--deny") { Description = "Vote against it." };
        var justification = new Option<string>("--justification") { Description = "Why; stands in the record.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var digest = new Option<string?>("--view-digest")
        {
            Description = "The digest of the view that you looked at (show --json). Without it the view is shown and you are asked.",
            HelpName = "DIGEST",
        };
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command(
            "vote",
            "Vote on an action with your personal API key.\n\nExamples:\n  approvals vote 0198… --approve --justification \"agreed in CHG-204\"\n  approvals vote 0198… --deny --view-digest sha256:…")
        { id, approve, deny, justification, digest, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(approve) == result.GetValue(deny)) result.AddError("Say either --approve or --deny.");
        });
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            string segment = GateClient.Segment(parsed.GetValue(id)!);
            string verdict = parsed.GetValue(approve) ? "approve" : "deny";
            string seen = parsed.GetValue(digest) ?? await ShowAndAskAsync(gate, segment, verdict, cancellationToken);
            JsonElement answer = await gate.PostAsync(
                $"api/actions/{segment}/votes", new { verdict, justification = parsed.GetValue(justification), viewDigest = seen }, cancellationToken);
            if (parsed.GetValue(json)) Terminal.Out.Raw(answer.GetRawText());
            else Terminal.Out.Line($"{Terminal.Out.Green("counted")}: {verdict}. The action is {Terminal.Out.Status(ActionReport.Status(answer))}.");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A vote is on what was shown (promise 10): so show it, and let a person answer.</summary>
    private static async Task<string> ShowAndAskAsync(GateClient gate, string segment, string verdict, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected) throw CommandException.WrongUse("Name the view you looked at with --view-digest: nobody is here to look at it now.");
        JsonElement view = await gate.GetAsync($"api/actions/{segment}/view", cancellationToken);
        ViewReport.Write(Terminal.Error, view);
        await Console.Error.WriteAsync($"\nYour vote: {verdict}. Cast it? [y/N] ");
        string? answer = await Task.Run(Console.ReadLine, cancellationToken);
        if (answer?.Trim().ToLowerInvariant() is not ("y" or "yes")) throw CommandException.Refused("Not voted.");
        return ActionReport.Text(view, "digest") ?? throw CommandException.Failed("The gate's answer holds no view digest.");
    }
}
