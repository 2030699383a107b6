using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Approvals.Cli.Output;
using Approvals.Embedded.Configuration;
using Approvals.Embedded.Hosting;
using Approvals.Embedded.Upkeep;
using Approvals.Ledger.Log;

namespace Approvals.Cli.Upkeep;

/// <summary><c>approvals backup|restore|purge</c>: on the data folder itself, on the machine where it is.</summary>
internal static class UpkeepCommands
{
    private static Option<string> Data { get; } =
        new("--data") { Description = "The gate's data folder.", HelpName = "FOLDER", DefaultValueFactory = _ => "approvals-data" };

    private static Option<bool> Json { get; } = new("--json") { Description = "Print the result as JSON." };

    internal static Command Backup()
    {
        var target = new Argument<string>("TARGET") { Description = "The folder to make." };
        var command = new Command(
            "backup",
            "Copy a gate's data, as of one moment and verified, while the gate runs or not. A backup holds the signing key: keep it as you keep the data folder. It holds no payload, sealed or not.\n\n" +
            "Example:\n  approvals backup /backup/approvals-2026-11-21")
        { target, Data, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(target)!;
            BackupManifest made = await GateBackup.CreateAsync(parsed.GetValue(Data)!, folder, TimeProvider.System, new SlowProgress().Report, cancellationToken);
            Terminal.Error.EndProgress();
            if (parsed.GetValue(Json)) Write(new { target = Path.GetFullPath(folder), made.CreatedAt, made.LedgerSize, bytes = made.Files.Sum(file => file.Size), made.Checkpoint });
            else Terminal.Out.Line($"{Terminal.Out.Green("verified")}: {folder}, {Bytes(made.Files.Sum(file => file.Size))}, ledger of {made.LedgerSize:N0} entries");
            return ExitCodes.Done;
        });
        return command;
    }

    internal static Command Restore()
    {
        var backup = new Argument<string>("BACKUP") { Description = "A folder from 'approvals backup'." };
        var command = new Command(
            "restore",
            "Put a backup into a data folder that is empty. What was decided before is not released any more, because nobody knows whether it was redeemed since the backup; ledger entries made since are lost.\n\n" +
            "Example:\n  approvals restore /backup/approvals-2026-11-21 --data approvals-data")
        { backup, Data, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(Data)!;
            BackupManifest restored = await GateBackup.RestoreAsync(parsed.GetValue(backup)!, folder, TimeProvider.System, new SlowProgress().Report, cancellationToken);
            Terminal.Error.EndProgress();
            if (parsed.GetValue(Json))
            {
                Write(new { data = Path.GetFullPath(folder), restored.CreatedAt, restored.LedgerSize, restored.Checkpoint });
                return ExitCodes.Done;
            }

            Terminal.Out.Line($"{Terminal.Out.Green("restored")}: {folder} as of {restored.CreatedAt:u}, ledger of {restored.LedgerSize:N0} entries");
            Terminal.Error.Line($"Auditors who kept a checkpoint of {Checkpoint.Parse(SignedNote.Parse(restored.Checkpoint)).Origin} past {restored.LedgerSize:N0} will see that entries are gone: tell them.");
            Terminal.Error.Line("Releases decided before now must be asked for again.");
            return ExitCodes.Done;
        });
        return command;
    }

    internal static Command Purge()
    {
        var config = new Option<string>("--config") { Description = "The gate's configuration.", HelpName = "FILE", DefaultValueFactory = _ => "approvals.yaml" };
        var age = new Option<string>("--older-than") { Description = "How long ago the action ended, e.g. 90d, 12h.", HelpName = "AGE", Required = true };
        var command = new Command(
            "purge",
            "Forget actions that ended long ago and give their space back: histories, documents and views. Records stay in the ledger for good. Stop the gate first.\n\n" +
            "Example:\n  approvals purge --older-than 90d")
        { age, Data, config, Json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TimeSpan olderThan = ParseAge(parsed.GetValue(age)!);
            if (!Directory.Exists(parsed.GetValue(Data)!)) throw CommandException.WrongUse($"There is no folder '{parsed.GetValue(Data)}'; name the gate's data folder with --data.");
            var options = new EmbeddedHostOptions(parsed.GetValue(Data)!, ConfigurationReader.ReadFile(parsed.GetValue(config)!));
            PurgeResult result = await GatePurge.RunAsync(options, olderThan, new SlowProgress().Report, cancellationToken);
            Terminal.Error.EndProgress();
            if (parsed.GetValue(Json)) Write(result);
            else Terminal.Out.Line($"{Terminal.Out.Green("purged")}: {result.Actions:N0} actions, {Bytes(result.FreedBytes)} given back");
            return ExitCodes.Done;
        });
        return command;
    }

    private static TimeSpan ParseAge(string text)
    {
        if (text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number <= 100_000)
        {
            switch (text[^1])
            {
                case 'd': return TimeSpan.FromDays(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'm': return TimeSpan.FromMinutes(number);
            }
        }

        throw CommandException.WrongUse($"'{text}' is no age: write a number and d, h or m, e.g. 90d.");
    }

    private static void Write<T>(T result) => Terminal.Out.Raw(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));

    private static string Bytes(long count) => count switch
    {
        < 1 << 20 => $"{count / 1024.0:0.#} KiB",
        < 1 << 30 => $"{count / (1024.0 * 1024):0.#} MiB",
        _ => $"{count / (1024.0 * 1024 * 1024):0.##} GiB",
    };

    /// <summary>Shows where a command is once it has run for two seconds, a few times a second.</summary>
    private sealed class SlowProgress
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

        private readonly long start = TimeProvider.System.GetTimestamp();
        private TimeSpan next = Patience;

        public void Report(UpkeepProgress progress)
        {
            TimeSpan now = TimeProvider.System.GetElapsedTime(start);
            if (now < next) return;
            next = now + Pause;
            Terminal.Error.Progress(progress.Share is { } share ? $"{progress.Step}: {share:P0} …" : $"{progress.Step} …");
        }
    }
}
