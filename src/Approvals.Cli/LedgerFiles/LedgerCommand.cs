using System.CommandLine;
using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.Output;
using Approvals.Ledger;
using Approvals.Ledger.Log;
using Approvals.Ledger.Tokens;
using Approvals.Ledger.Verification;

namespace Approvals.Cli.LedgerFiles;

/// <summary><c>approvals ledger verify|export</c></summary>
internal static class LedgerCommand
{
    internal static Command Create() => new("ledger", "Verify or export the ledger.") { Verify(), Export() };

    private static Command Verify()
    {
        var connection = new GateConnection();
        var source = new Argument<string?>("SOURCE")
        {
            Description = "A folder from 'ledger export', a file with one record or release as the gate serves it, or a gate's URL. Default: the gate of --url.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var keys = new Option<string?>("--jwks") { Description = "The keys you trust. Default: those that the source names itself.", HelpName = "FILE" };
        var origin = new Option<string?>("--origin") { Description = "The ledger's name as you know it. Default: the one that its checkpoint claims." };
        var earlier = new Option<string[]>("--earlier")
        {
            Description = "A checkpoint that you kept; the ledger must contain it. May be repeated.",
            HelpName = "FILE",
            DefaultValueFactory = _ => [],
        };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command(
            "verify",
            "Verify a ledger without trusting whoever serves it: every signature, every hash, every entry, and what must hold between them. Exit 0 when all of it holds, 1 when not.\n\n" +
            "Examples:\n  approvals ledger verify\n  approvals ledger verify ./exported --jwks jwks.json --earlier last-month.checkpoint\n  approvals show 0198… --record > record.json && approvals ledger verify record.json --jwks jwks.json")
        { source, keys, origin, earlier, json };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? where = parsed.GetValue(source);
            if (where is not null && File.Exists(where))
                return await VerifyRecordAsync(where, parsed.GetValue(keys), parsed.GetValue(origin), parsed.GetValue(json), cancellationToken);

            using LedgerSource ledger = Open(where, connection, parsed);
            string checkpoint = await ledger.ReadCheckpointAsync(cancellationToken);
            byte[] trusted = parsed.GetValue(keys) is { } file ? await ReadAsync(file, cancellationToken) : await ledger.ReadKeysAsync(cancellationToken);
            var verifier = new LedgerVerifier(LedgerTrust.Keys(trusted), parsed.GetValue(origin) ?? LedgerTrust.OriginOf(checkpoint));
            var kept = new List<string>();
            foreach (string note in parsed.GetValue(earlier)!) kept.Add(System.Text.Encoding.UTF8.GetString(await ReadAsync(note, cancellationToken)));
            LogVerification result = await VerifyAsync(ledger, verifier, checkpoint, kept, cancellationToken);
            if (parsed.GetValue(json)) WriteJson(result.IsVerified, result.Failures, result.Checkpoint, result.Records);
            else Write(result, parsed.GetValue(keys) is null);
            return result.IsVerified ? ExitCodes.Done : ExitCodes.Refused;
        });
        return command;
    }

    private static async Task<LogVerification> VerifyAsync(
        LedgerSource ledger, LedgerVerifier verifier, string checkpoint, List<string> kept, CancellationToken cancellationToken)
    {
        long bundles = 0;
        long start = TimeProvider.System.GetTimestamp();
        LogVerification result = await LogVerifier.VerifyAsync(
            verifier,
            checkpoint,
            async (tile, token) =>
            {
                if (tile.IsEntries && ++bundles % 16 == 0 && TimeProvider.System.GetElapsedTime(start).TotalSeconds > 2)
                    Terminal.Error.Progress($"verified {bundles * TileId.FullWidth:N0} entries …");
                return await ledger.ReadTileAsync(tile, token);
            },
            kept,
            cancellationToken);
        Terminal.Error.EndProgress();
        return result;
    }

    private static async Task<int> VerifyRecordAsync(string file, string? keys, string? origin, bool json, CancellationToken cancellationToken)
    {
        if (keys is null) throw CommandException.WrongUse("Name the keys you trust with --jwks: a record says who signed it, not whether to believe them.");
        RecordEvidence evidence = RecordEvidence.Parse(await ReadAsync(file, cancellationToken));
        var verifier = new LedgerVerifier(LedgerTrust.Keys(await ReadAsync(keys, cancellationToken)), origin ?? LedgerTrust.OriginOf(evidence.Checkpoint));
        RecordVerification result = verifier.VerifyRecord(evidence);
        if (json)
        {
            WriteJson(result.IsVerified, result.Failures, result.Checkpoint, new Dictionary<string, long>(StringComparer.Ordinal));
        }
        else
        {
            if (result is { IsVerified: true, Decision: { } decision })
                Terminal.Out.Line($"{Terminal.Out.Green("verified")}: {decision.ActionId} {decision.Decision.Outcome} ledger index {evidence.Index}");
            else if (result.IsVerified)
                Terminal.Out.Line($"{Terminal.Out.Green("verified")}: {result.Record!.Statement.ActionId} {result.Record.Statement.PredicateType} ledger index {evidence.Index}");
            WriteFailures(result.Failures);
        }

        return result.IsVerified ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static Command Export()
    {
        var connection = new GateConnection();
        var folder = new Argument<string>("FOLDER") { Description = "Where to write; full tiles that are there already are not fetched again." };
        var command = new Command(
            "export",
            "Copy a gate's ledger into files: checkpoint, keys, tiles and entries. Needs an auditor's key.\n\nExample:\n  approvals ledger export ./ledger && approvals ledger verify ./ledger")
        { folder };
        connection.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var source = new ServedLedger(connection.Open(parsed));
            string target = parsed.GetValue(folder)!;
            long files = await LedgerExport.RunAsync(source, target, cancellationToken);
            Terminal.Out.Line($"wrote {files} file(s) to {target}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static LedgerSource Open(string? where, GateConnection connection, ParseResult parsed)
    {
        if (where is null) return new ServedLedger(connection.Open(parsed));
        if (Directory.Exists(where)) return new ExportedLedger(where);
        if (Uri.TryCreate(where, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https") return new ServedLedger(connection.Open(parsed, url));
        throw CommandException.WrongUse($"'{where}' is neither a folder, nor a file, nor a URL.");
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.WrongUse($"'{file}' cannot be read: {error.Message}", error);
        }
    }

    private static void Write(LogVerification result, bool keysFromSource)
    {
        if (result is { IsVerified: true, Checkpoint: { } checkpoint })
        {
            string records = string.Join(", ", result.Records.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} {Kind(pair.Key)}"));
            Terminal.Out.Line($"{Terminal.Out.Green("verified")}: {checkpoint.Origin}, {checkpoint.Size} entries{(records.Length > 0 ? $" ({records})" : "")}, root {checkpoint.Root}");
            if (keysFromSource) Terminal.Error.Line(Terminal.Error.Dim("The keys came with the ledger; compare them with ones you trust (--jwks)."));
        }

        WriteFailures(result.Failures);
    }

    private static void WriteFailures(IReadOnlyList<VerificationFailure> failures)
    {
        foreach (VerificationFailure failure in failures) Terminal.Out.Line($"{Terminal.Out.Red("not verified")}: {failure.Message} [{failure.Code}]");
    }

    private static void WriteJson(bool verified, IReadOnlyList<VerificationFailure> failures, Checkpoint? checkpoint, IReadOnlyDictionary<string, long> records) =>
        Terminal.Out.Raw(JsonSerializer.Serialize(
            new { verified, origin = checkpoint?.Origin, size = checkpoint?.Size, root = checkpoint?.Root.ToString(), records, failures }, JsonSerializerOptions.Web));

    /// <summary><c>https://approvals.dev/decision/v1</c> → <c>decision</c>.</summary>
    private static string Kind(string predicateType) => predicateType.Split('/') is [.., var kind, _] ? kind + "(s)" : predicateType;
}
