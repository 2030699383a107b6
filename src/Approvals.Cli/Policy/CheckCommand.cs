using System.CommandLine;
using System.Text.Json;
using Approvals.Policy;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy check FILE…</c>: everything that is wrong with a policy, before anyone relies on it.</summary>
internal static class CheckCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Policy files.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Write the findings as JSON." };
        var command = new Command("check", "Say what is wrong with a policy. Exits with 1 when there are errors.") { files, json };
        command.SetAction(parse => Run(parse.GetRequiredValue(files), parse.GetValue(json), parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string[] files, bool json, TextWriter output, TextWriter error)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var terminal = Terminal.Of(output);
        foreach (var file in files)
        {
            string text;
            try
            {
                text = PolicyFile.ReadText(file);
            }
            catch (PolicyFile.UnreadableException e)
            {
                error.WriteLine(e.Message);
                return ExitCodes.Failure;
            }
            var policy = PolicyFile.TryLoad(text, file, out var found);
            diagnostics.AddRange(found);
            if (!json)
                Show(terminal, file, text, policy, found);
        }
        if (json)
            output.WriteLine(JsonSerializer.Serialize(diagnostics, s_json));
        return diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error) ? ExitCodes.Refused : ExitCodes.Done;
    }

    private static void Show(Terminal terminal, string file, string text, PolicySet? policy, IReadOnlyList<PolicyDiagnostic> diagnostics)
    {
        var lines = text.Split('\n');
        foreach (var diagnostic in diagnostics)
            DiagnosticView.Show(terminal, diagnostic, lines);
        var errors = diagnostics.Count(d => d.Severity == DiagnosticSeverity.Error);
        var warnings = diagnostics.Count(d => d.Severity == DiagnosticSeverity.Warning);
        var summary = $"{file}: {errors} errors, {warnings} warnings";
        terminal.Line(policy is not null && errors == 0
            ? $"{terminal.Green("ok")} {summary}, {policy.RuleIds.Count} rules, {terminal.Dim(policy.Digest)}"
            : $"{terminal.Red("refused")} {summary}");
    }
}
