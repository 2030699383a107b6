using System.CommandLine;
using System.Text;
using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary><c>approvals redact</c>: masks secrets and personal data in files or standard input.</summary>
internal static class RedactCommand
{
    public const int Found = 1;
    public const int WrongUse = 2;
    public const int Failed = 3;

    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Arity = ArgumentArity.ZeroOrMore, Description = "Files to redact (text, logs, CSV, JSON, JSON lines); - or none for standard input." };
        var jsonLines = new Option<bool>("--jsonl") { Description = "Read lines {\"id\",\"text\"} and write them with the text redacted." };
        var findings = new Option<bool>("--findings") { Description = "Also write what was found: with --jsonl inside each line, else as JSON lines on standard error." };
        var report = new Option<string?>("--report") { Description = "Write an HTML report of what was found (never the values) to this file." };
        var failOn = new Option<string[]>("--fail-on") { AllowMultipleArgumentsPerToken = true, Description = "Exit with code 1 when something of this kind is found: secret, any, or a type such as EMAIL." };
        var config = new Option<string?>("--config") { Description = "YAML file with operators, allow-list and own rules." };
        var command = new Command("redact", "Mask secrets and personal data in text and JSON.") { files, jsonLines, findings, report, failOn, config };
        command.SetAction(async (parsed, cancellation) =>
        {
            RedactionOptions? options = null;
            try
            {
                if (parsed.GetValue(config) is { } path) options = RedactConfig.Load(path);
                var names = parsed.GetValue(files) is { Length: > 0 } given ? given : ["-"];
                var run = new RedactRun(options, parsed.GetValue(jsonLines), parsed.GetValue(findings), parsed.GetValue(failOn) ?? []);
                // Asked for before hours of work: a report that cannot be written is an error now.
                await using var page = parsed.GetValue(report) is { } target ? CreateReport(target) : null;
                await using var output = Console.OpenStandardOutput();
                foreach (var name in names) await run.FileAsync(name, output, cancellation);
                await output.FlushAsync(cancellation);
                if (page is not null) await page.WriteAsync(Encoding.UTF8.GetBytes(RedactReport.Html(run.Tally)), cancellation);
                await run.SummaryAsync();
                return run.Refused ? Found : 0;
            }
            catch (RedactionException error)
            {
                await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
                return error.Code is "invalid_rule" or "invalid_options" ? WrongUse : Failed;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"cannot_read: {error.Message} Nothing unredacted was written.");
                return Failed;
            }
        });
        return command;
    }

    private static FileStream CreateReport(string path)
    {
        try
        {
            return File.Create(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RedactionException("cannot_write", $"The report: {error.Message} Nothing was redacted.", error);
        }
    }
}
