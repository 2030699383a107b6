using System.CommandLine;
using System.Security.Cryptography;
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
            return await RunReleasedAsync(gate, request, line, cancellationToken);
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

    private static async Task<int> RunReleasedAsync(GateClient gate, JsonObject request, string[] line, CancellationToken cancellationToken)
    {
        // Its own key: an answer lost on the way must not ask reviewers twice.
        string once = "exec-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        JsonElement accepted = await Patience.WithAsync(() => gate.PostAsync("api/actions", request, cancellationToken, once), cancellationToken);
        string id = ActionReport.Text(accepted, "id") ?? throw CommandException.Failed("The gate's answer names no action.");
        Terminal.Error.Line($"approvals: submitted {id}, waiting for the decision");
        JsonElement decided;
        try
        {
            decided = await ActionWait.ForDecisionAsync(gate, id, null, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await WithdrawAsync(gate, id);
            throw;
        }

        if (ActionReport.Status(decided) != "approved")
        {
            string why = ActionReport.WhyRefused(decided) is { } reason ? $": {reason}" : "";
            Terminal.Error.Line($"approvals: {Terminal.Error.Status(ActionReport.Status(decided))}{why}");
            Terminal.Error.Line("The command was not run.");
            return ExitCodes.Refused;
        }

        string token = Executor.TokenOf(await Patience.WithAsync(() => gate.GetAsync($"api/actions/{GateClient.Segment(id)}/release", cancellationToken), cancellationToken));
        using JsonDocument own = JsonDocument.Parse(request.ToJsonString());
        // The same key when this is sent again: a lost answer must not cost the release.
        JsonObject binding = Executor.Binding(own.RootElement, accepted);
        await Patience.WithAsync(() => Executor.RedeemAsync(gate, token, binding, cancellationToken, "exec-" + id), cancellationToken);
        await Patience.WithAsync(() => Executor.ReportAsync(gate, id, "started", null, cancellationToken), cancellationToken);
        int exitCode = await ChildProcess.RunAsync(line, cancellationToken);
        // Not canceled with the rest: what ran, ran.
        await Patience.WithAsync(() => Executor.ReportAsync(gate, id, exitCode == 0 ? "succeeded" : "failed", null, CancellationToken.None), CancellationToken.None);
        return exitCode;
    }

    /// <summary>Nobody is left to run it: reviewers need not be asked any longer.</summary>
    private static async Task WithdrawAsync(GateClient gate, string id)
    {
        try
        {
            await gate.DeleteAsync($"api/actions/{GateClient.Segment(id)}", CancellationToken.None);
            Terminal.Error.Line($"approvals: canceled {id}; the command was not run.");
        }
        catch (Exception error) when (error is GateException or GateUnreachableException)
        {
            Terminal.Error.Line($"approvals: the command was not run, and {id} could not be canceled: {error.Message}");
        }
    }
}
