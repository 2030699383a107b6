using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Actions;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Principals;

/// <summary><c>approvals principal add|list|revoke</c></summary>
internal static class PrincipalCommand
{
    internal static Command Create() => new("principal", "Who may call: API keys of services, agents and people. Needs an admin's key.") { Add(), List(), Revoke() };

    private static Command Add()
    {
        var connection = new GateConnection();
        var kind = new Option<string>("--kind") { Description = "service, agent or human.", Required = true };
        kind.AcceptOnlyFromAmong("service", "agent", "human");
        var subject = new Option<string>("--subject") { Description = "Who it is, for good, e.g. nightly-export.", Required = true };
        var name = new Option<string?>("--name") { Description = "For people to read. Default: the subject." };
        var groups = new Option<string[]>("--group") { Description = "A group it is in; may be repeated.", DefaultValueFactory = _ => [] };
        var roles = new Option<string[]>("--role") { Description = "requester, reviewer, auditor or admin; may be repeated.", Required = true };
        roles.AcceptOnlyFromAmong("requester", "reviewer", "auditor", "admin");
        var owners = new Option<string[]>("--owner") { Description = "Who answers for a service or agent: a person's subject; may be repeated.", DefaultValueFactory = _ => [] };
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command(
            "add", "Make an API key. It is shown once.\n\nExample:\n  approvals principal add --kind service --subject nightly-export --role requester --owner dana@example.com")
        { kind, subject, name, groups, roles, owners, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            JsonElement answer = await gate.PostAsync(
                "api/principals",
                new
                {
                    kind = parsed.GetValue(kind),
                    subject = parsed.GetValue(subject),
                    displayName = parsed.GetValue(name) ?? parsed.GetValue(subject),
                    groups = parsed.GetValue(groups),
                    roles = parsed.GetValue(roles),
                    owners = parsed.GetValue(owners),
                },
                cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Out.Raw(answer.GetRawText());
                return ExitCodes.Done;
            }

            // The key alone on standard output, so that it can go straight into a file.
            Terminal.Error.Line($"The API key of {parsed.GetValue(kind)} {parsed.GetValue(subject)}; it is not shown again:");
            Terminal.Out.Line(ActionReport.Text(answer, "key") ?? throw CommandException.Failed("The gate's answer holds no key."));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List()
    {
        var connection = new GateConnection();
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command("list", "List the API keys, without their secrets.") { json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            JsonElement answer = await gate.GetAsync("api/principals", cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Out.Raw(answer.GetRawText());
                return ExitCodes.Done;
            }

            foreach (JsonElement key in answer.GetProperty("principals").EnumerateArray())
            {
                bool revoked = ActionReport.Text(key, "revokedAt") is not null;
                JsonElement who = key.GetProperty("principal");
                string line = $"{ActionReport.Text(key, "keyId"),-18} {ActionReport.Text(who, "kind"),-8} {ActionReport.Text(who, "subject"),-32} {Join(key, "roles"),-24} {Join(key, "groups")}";
                Terminal.Out.Line(revoked ? Terminal.Out.Dim(line + "  (revoked)") : line.TrimEnd());
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Revoke()
    {
        var connection = new GateConnection();
        var keyId = new Argument<string>("KEY-ID") { Description = "From 'principal list'." };
        var command = new Command("revoke", "End an API key for good.") { keyId };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            await gate.DeleteAsync($"api/principals/{GateClient.Segment(parsed.GetValue(keyId)!)}", cancellationToken);
            Terminal.Out.Line($"revoked {parsed.GetValue(keyId)}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Join(JsonElement key, string name) =>
        key.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? string.Join(",", list.EnumerateArray().Select(item => Terminal.Clean(item.ToString())))
            : "";
}
