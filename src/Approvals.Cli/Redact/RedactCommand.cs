using System.CommandLine;

namespace Approvals.Cli.Redact;

/// <summary><c>approvals redact</c>: masks secrets and personal data in files or standard input.</summary>
internal static class RedactCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Arity = ArgumentArity.ZeroOrMore, Description = "Files to redact; - or none for standard input." };
        var jsonLines = new Option<bool>("--jsonl") { Description = "Read lines {\"id\",\"text\"} and write lines {\"id\",\"text\"} with the text redacted." };
        var findings = new Option<bool>("--findings") { Description = "Write what was found: with --jsonl in each line, else as JSON lines on standard error." };
        var command = new Command("redact", "Mask secrets and personal data in text and JSON.") { files, jsonLines, findings };
        command.SetAction(async (parsed, cancellation) =>
        {
            var names = parsed.GetValue(files) is { Length: > 0 } given ? given : ["-"];
            foreach (var name in names)
            {
                await using var input = name == "-" ? Console.OpenStandardInput() : File.OpenRead(name);
                await using var output = Console.OpenStandardOutput();
                var code = parsed.GetValue(jsonLines)
                    ? await TextLines.RunAsync(input, output, parsed.GetValue(findings), cancellation)
                    : await WholeText.RunAsync(input, output, cancellation);
                if (code != 0) return code;
            }
            return 0;
        });
        return command;
    }
}
