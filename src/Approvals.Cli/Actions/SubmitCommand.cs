using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Actions;

/// <summary><c>approvals submit FILE|-</c></summary>
internal static class SubmitCommand
{
    /// <summary>What the gate takes at most.</summary>
    private const int MaximumBytes = 1 << 20;

    internal static Command Create()
    {
        var connection = new GateConnection();
        var file = new Argument<string>("FILE") { Description = "The request as JSON; - reads it from standard input." };
        var key = new Option<string?>("--idempotency-key") { Description = "Submitting again with the same key starts nothing new.", HelpName = "KEY" };
        var wait = new Option<bool>("--wait") { Description = "Wait for the decision; exit 0 when approved, 1 otherwise." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print the action's id and nothing else, for scripts." };
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command(
            "submit",
            "Ask for an action.\n\nExamples:\n  approvals submit action.json\n  id=$(approvals submit action.json --quiet) && approvals wait \"$id\" && ./export.sh\n  jq -n '{type: \"data.export\", target: {…}}' | approvals submit - --wait")
        { file, key, wait, quiet, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            byte[] body = await ReadAsync(parsed.GetValue(file)!, cancellationToken);
            using GateClient gate = connection.Open(parsed);
            JsonElement answer = await gate.PostBytesAsync("api/actions", body, cancellationToken, parsed.GetValue(key));
            string id = ActionReport.Text(answer, "id") ?? throw CommandException.Failed("The gate's answer names no action.");
            if (!parsed.GetValue(wait))
            {
                if (parsed.GetValue(json)) Terminal.Out.Raw(answer.GetRawText());
                else if (parsed.GetValue(quiet)) Terminal.Out.Raw(id);
                else Write(answer, id);
                return ExitCodes.Done;
            }

            if (!parsed.GetValue(json)) Terminal.Error.Line($"submitted {id}, waiting for the decision");
            JsonElement decided = await ActionWait.ForDecisionAsync(gate, id, null, cancellationToken);
            if (parsed.GetValue(json)) Terminal.Out.Raw(decided.GetRawText());
            else if (parsed.GetValue(quiet)) Terminal.Out.Raw(id);
            else ActionReport.Write(Terminal.Out, decided);
            return ActionReport.ExitCodeOf(decided);
        });
        return command;
    }

    /// <summary>The bytes as they are: the gate judges them, and says what is wrong where.</summary>
    public static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream input = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var buffer = new MemoryStream();
            byte[] chunk = new byte[64 * 1024];
            for (int read; (read = await input.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                buffer.Write(chunk, 0, read);
                if (buffer.Length > MaximumBytes) throw CommandException.WrongUse($"'{file}' is larger than a request may be ({MaximumBytes} bytes).");
            }

            return buffer.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.WrongUse($"'{file}' cannot be read: {error.Message}", error);
        }
    }

    private static void Write(JsonElement answer, string id)
    {
        Terminal.Out.Line($"{Terminal.Out.Bold(id)}  {Terminal.Out.Status(ActionReport.Status(answer))}");
        Terminal.Out.Line($"  {Terminal.Out.Dim("digest")}  {ActionReport.Text(answer, "actionDigest")}");
        Terminal.Out.Line($"  {Terminal.Out.Dim("next")}    approvals wait {id}");
    }
}
