using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary><c>approvals wait ID</c></summary>
internal static class WaitCommand
{
    internal static Command Create()
    {
        var connection = new GateConnection();
        var id = new Argument<string>("ID") { Description = "The action." };
        var timeout = new Option<int?>("--timeout") { Description = "Stop waiting after so many seconds (exit 3); the action goes on.", HelpName = "SECONDS" };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int?>() is < 0) result.AddError("--timeout is a number of seconds, 0 or more.");
        });
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command(
            "wait",
            "Wait until an action is decided: exit 0 when it was approved, 1 when it was denied, expired or canceled.\n\nExample:\n  approvals wait 0198… --timeout 600 && ./export.sh")
        { id, timeout, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            TimeSpan? limit = parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            JsonElement action = await ActionWait.ForDecisionAsync(gate, parsed.GetValue(id)!, limit, cancellationToken);
            if (parsed.GetValue(json)) Terminal.Out.Raw(action.GetRawText());
            else ActionReport.Write(Terminal.Out, action);
            return ActionReport.ExitCodeOf(action);
        });
        return command;
    }
}
