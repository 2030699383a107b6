using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Actions;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;

namespace Approvals.Cli.Notifications;

/// <summary><c>approvals notifications list|replay</c></summary>
internal static class NotificationsCommand
{
    internal static Command Create() => new("notifications", "What could not be delivered to people, chats and webhooks.") { List(), Replay() };

    private static Command List()
    {
        var connection = new GateConnection();
        var json = new Option<bool>("--json") { Description = "Print the gate's answer as it is." };
        var command = new Command("list", "List what waits for its next attempt and what was given up. Needs an admin's or an auditor's key.") { json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            string? cursor = null;
            int listed = 0;
            do
            {
                JsonElement page = await gate.GetAsync("api/notifications" + (cursor is null ? "" : "?cursor=" + Uri.EscapeDataString(cursor)), cancellationToken);
                if (parsed.GetValue(json)) Terminal.Out.Raw(page.GetRawText());
                foreach (JsonElement notice in page.GetProperty("notifications").EnumerateArray())
                {
                    listed++;
                    if (!parsed.GetValue(json)) Write(notice);
                }

                cursor = ActionReport.Text(page, "nextCursor");
            }
            while (cursor is not null);

            if (listed == 0 && !parsed.GetValue(json)) Terminal.Out.Line("Everything that was to be told has been delivered.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Replay()
    {
        var connection = new GateConnection();
        var outbox = new Argument<string>("OUTBOX") { Description = "From 'notifications list'." };
        var command = new Command("replay", "Try at once what one outbox could not deliver. Needs an admin's key.") { outbox };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using GateClient gate = connection.Open(parsed);
            await gate.PostNothingAsync($"api/notifications/{GateClient.Segment(parsed.GetValue(outbox)!)}/replay", cancellationToken);
            Terminal.Out.Line("asked for; 'approvals notifications list' shows what became of it");
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(JsonElement notice)
    {
        bool isDead = ActionReport.Text(notice, "state") == "dead";
        string state = isDead ? Terminal.Out.Red("given up") : "retrying";
        Terminal.Out.Line($"{ActionReport.Text(notice, "outboxId")}");
        Terminal.Out.Line(
            $"  {state}  {ActionReport.Text(notice, "channel")} {ActionReport.Text(notice, "kind")}, {notice.GetProperty("attempts")} attempts, {ActionReport.Text(notice, "code")}, "
            + $"{(isDead ? "since" : "next at")} {ActionReport.Text(notice, "at")}");
    }
}
