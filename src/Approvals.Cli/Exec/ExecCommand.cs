using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Approvals.Cli.Actions;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Exec;

/// <summary><c>approvals exec … -- CMD ARGS</c></summary>
internal static class ExecCommand
{
    internal static Command Create()
    {
        var connection = new GateConnection();
        var type = new Option<string>("--type") { Description = "The action's type, e.g. infra.terraform.apply.", Required = true };
        var target = new Option<string>("--target") { Description = "What it runs on: text, or a JSON object.", Required = true };
        var parameters = new Option<string?>("--parameters") { Description = "More about it: a JSON object. The command line is added as 'command'." };
        var justification = new Option<string?>("--justification") { Description = "Why." };
        var run = new Argument<string[]>("COMMAND") { Description = "What to run once it is released.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(
            "exec",
            "Run a command only when the gate releases it: submit, wait, redeem, run, report. The command line itself is part of what is approved.\n" +
            "Exits like the command; 1 when the action is refused and the command did not run.\n\n" +
            "Example:\n  approvals exec --type infra.terraform.apply --target '{\"environment\":\"production\"}' -- terraform apply plan.tfplan")
        { type, target, parameters, justification, run };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] line = parsed.GetValue(run)!;
            JsonObject request = Request(parsed.GetValue(type)!, parsed.GetValue(target)!, parsed.GetValue(parameters), parsed.GetValue(justification), line);
            using GateClient gate = connection.Open(parsed);
            JsonElement accepted = await gate.PostAsync("api/actions", request, cancellationToken);
            string id = ActionReport.Text(accepted, "id")!;
            Terminal.Error.Line($"approvals: submitted {id}, waiting for the decision");
            JsonElement decided = await ActionWait.ForDecisionAsync(gate, id, null, cancellationToken);
            if (ActionReport.Status(decided) != "approved")
            {
                Terminal.Error.Line($"approvals: {Terminal.Error.Status(ActionReport.Status(decided))}; the command was not run.");
                return ExitCodes.Refused;
            }

            string token = Executor.TokenOf(await gate.GetAsync($"api/actions/{GateClient.Segment(id)}/release", cancellationToken));
            using JsonDocument own = JsonDocument.Parse(request.ToJsonString());
            // The same key when this is sent again: a lost answer must not cost the release.
            await Executor.RedeemAsync(gate, token, Executor.Binding(own.RootElement, accepted), cancellationToken, "exec-" + id);
            await Executor.ReportAsync(gate, id, "started", null, cancellationToken);
            int exitCode = await RunAsync(line, cancellationToken);
            // Not canceled with the rest: what ran, ran.
            await Executor.ReportAsync(gate, id, exitCode == 0 ? "succeeded" : "failed", null, CancellationToken.None);
            return exitCode;
        });
        return command;
    }

    private static JsonObject Request(string type, string target, string? parameters, string? justification, string[] line)
    {
        var request = new JsonObject
        {
            ["type"] = type,
            ["target"] = target.TrimStart().StartsWith('{') ? Parse(target, "--target") : target,
            ["parameters"] = parameters is null ? new JsonObject() : Parse(parameters, "--parameters"),
        };
        if (justification is not null) request["justification"] = justification;
        JsonObject bound = request["parameters"]!.AsObject();
        if (bound.ContainsKey("command")) throw CommandException.WrongUse("--parameters must not name 'command': the command line goes there.");
        bound["command"] = new JsonArray([.. line.Select(word => JsonValue.Create(word))]);
        return request;
    }

    private static JsonObject Parse(string json, string option)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw CommandException.WrongUse($"{option} must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw CommandException.WrongUse($"{option} is not JSON.", error);
        }
    }

    private static async Task<int> RunAsync(string[] line, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(line[0], line[1..]);
        // The child has no business with the key that asks for releases.
        start.Environment.Remove(GateConnection.KeyVariable);
        try
        {
            using Process process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        catch (Win32Exception error)
        {
            Terminal.Error.Line($"approvals: '{line[0]}' cannot be started: {error.Message}");
            return 127;
        }
    }
}
