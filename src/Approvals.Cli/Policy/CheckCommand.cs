using System.CommandLine;
using System.Text.Json;
using ExitCodes = Approvals.Cli.Output.ExitCodes;
using Approvals.Policy;
using Approvals.Policy.Lint;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy check FILE…</c>: everything that is wrong with a policy, before anyone relies on it.</summary>
internal static class CheckCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Policy files.", Arity = ArgumentArity.OneOrMore };
        var directory = new Option<string?>("--directory") { Description = "People and their groups (`people:`, as in approvals.yaml), to find plans that nobody can meet." };
        var sarif = new Option<string?>("--sarif") { Description = "Also write the findings to this file in SARIF 2.1.0; `-` writes them to standard output and nothing else." };
        var json = new Option<bool>("--json") { Description = "Write the findings as JSON." };
        var command = new Command("check", "Say what is wrong with a policy. Exits with 1 when there are errors.") { files, directory, sarif, json };
        command.SetAction(parse => PolicyFile.Guard(parse.InvocationConfiguration.Error, () => Run(
            parse.GetRequiredValue(files), parse.GetValue(directory), parse.GetValue(sarif), parse.GetValue(json), parse.InvocationConfiguration.Output)));
        return command;
    }

    private static int Run(string[] files, string? directoryPath, string? sarif, bool json, TextWriter output)
    {
        var directory = directoryPath is null ? null : PeopleDirectory.Read(PolicyFile.ReadText(directoryPath), directoryPath);
        var all = new List<PolicyDiagnostic>();
        var terminal = Terminal.Of(output);
        foreach (var file in files)
        {
            var text = PolicyFile.ReadText(file);
            var policy = PolicyFile.TryLoad(text, file, out var found);
            if (policy is not null)
                found = PolicyLint.Check(policy, directory);
            all.AddRange(found);
            if (!json && sarif != "-")
                Show(terminal, file, text, policy, found);
        }
        if (sarif == "-")
            output.WriteLine(Sarif.Write(all));
        else if (sarif is not null)
            PolicyFile.WriteText(sarif, Sarif.Write(all) + "\n");
        if (json && sarif != "-")
            output.WriteLine(JsonSerializer.Serialize(all, s_json));
        return all.Exists(d => d.Severity == DiagnosticSeverity.Error) ? ExitCodes.Refused : ExitCodes.Done;
    }

    private static void Show(Terminal terminal, string file, string text, PolicySet? policy, IReadOnlyList<PolicyDiagnostic> diagnostics)
    {
        var lines = new Dictionary<string, string[]>(StringComparer.Ordinal) { [file] = text.Split('\n') };
        foreach (var diagnostic in diagnostics)
        {
            // A data file was read before; one that has gone since is shown without its line.
            if (!lines.ContainsKey(diagnostic.Source))
                lines[diagnostic.Source] = PolicyDataFile.Beside(file)(Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFullPath(diagnostic.Source)))?.Split('\n') ?? [];
            DiagnosticView.Show(terminal, diagnostic, lines[diagnostic.Source]);
        }
        var errors = diagnostics.Count(d => d.Severity == DiagnosticSeverity.Error);
        var warnings = diagnostics.Count(d => d.Severity == DiagnosticSeverity.Warning);
        var summary = $"{file}: {errors} errors, {warnings} warnings";
        terminal.Line(policy is not null && errors == 0
            ? $"{terminal.Green("ok")} {summary}, {policy.RuleIds.Count} rules, {terminal.Dim(policy.Digest)}"
            : $"{terminal.Red("refused")} {summary}");
    }
}
