using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary><c>approvals show ID</c></summary>
internal static class ShowCommand
{
    internal static Command Create()
    {
        var connection = new GateConnection();
        var id = new Argument<string>("ID") { Description = "The action." };
        var record = new Option<bool>("--record") { Description = "Print the signed decision record (DSSE envelope) instead." };
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command(
            "show", "Show an action: what was asked (masked), what policy and people said.\n\nExamples:\n  approvals show 0198…\n  approvals show 0198… --record > record.json")
        { id, record, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            string segment = GateClient.Segment(parsed.GetValue(id)!);
            if (parsed.GetValue(record))
            {
                Terminal.Out.Raw(System.Text.Encoding.UTF8.GetString(await gate.GetBytesAsync($"api/records/{segment}", cancellationToken)));
                return ExitCodes.Done;
            }

            JsonElement action = await gate.GetAsync($"api/actions/{segment}", cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Out.Raw(action.GetRawText());
                return ExitCodes.Done;
            }

            ActionReport.Write(Terminal.Out, action);
            if (ActionReport.Status(action) is not "pending")
            {
                JsonElement view = await gate.GetAsync($"api/actions/{segment}/view", cancellationToken);
                Terminal.Out.Line();
                ViewReport.Write(Terminal.Out, view);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
