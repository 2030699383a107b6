using System.CommandLine;
using System.Text.Json;
using ExitCodes = Approvals.Cli.Output.ExitCodes;
using Approvals.Policy;
using Approvals.Policy.Testing;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy test FILE…</c>: runs the cases beside a policy, shows what differs and which rules no case decided by.</summary>
internal static class TestCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static Command Create()
    {
        var files = new Argument<string[]>("file") { Description = "Test files (NAME.tests.yaml), or policies that have one beside them.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Write the report as JSON." };
        var command = new Command("test", "Run a policy's test cases. Exits with 1 when one fails.") { files, json };
        command.SetAction(parse => PolicyFile.Guard(parse.InvocationConfiguration.Error, () => Run(
            parse.GetRequiredValue(files), parse.GetValue(json), parse.InvocationConfiguration.Output)));
        return command;
    }

    private static int Run(string[] files, bool json, TextWriter output)
    {
        var passed = true;
        var terminal = Terminal.Of(output);
        foreach (var file in files)
        {
            var tests = TestsOf(file);
            var cases = PolicyTestFile.Read(PolicyFile.ReadText(tests), tests);
            var path = cases.Policy is { } named
                ? Path.Combine(Path.GetDirectoryName(tests) ?? "", named)
                : tests.Replace(".tests.yaml", ".yaml", StringComparison.Ordinal);
            var report = PolicyTestRun.Run(PolicyFile.Load(path), cases.Cases);
            passed &= report.Passed;
            if (json)
                output.WriteLine(JsonSerializer.Serialize(Summary(tests, path, report), s_json));
            else
                Show(terminal, tests, report);
        }
        return passed ? ExitCodes.Done : ExitCodes.Refused;
    }

    private static string TestsOf(string file) =>
        file.EndsWith(".tests.yaml", StringComparison.Ordinal) || !file.EndsWith(".yaml", StringComparison.Ordinal) ? file : file[..^".yaml".Length] + ".tests.yaml";

    private static object Summary(string tests, string policy, PolicyTestReport report) => new
    {
        tests,
        policy,
        passed = report.Passed,
        cases = report.Cases.Select(c => new { c.Case.Name, c.Case.Line, c.Passed, c.Differences, c.Decision }),
        report.Coverage,
    };

    private static void Show(Terminal terminal, string tests, PolicyTestReport report)
    {
        foreach (var result in report.Cases)
        {
            if (result.Passed)
            {
                terminal.Line($"{terminal.Green("pass")} {result.Case.Name}");
                continue;
            }
            terminal.Line($"{terminal.Red("FAIL")} {terminal.Bold(result.Case.Name)} {terminal.Dim($"({tests}:{result.Case.Line})")}");
            foreach (var difference in result.Differences)
            {
                terminal.Line($"       {difference.Path}");
                terminal.Line(terminal.Red($"         - {difference.Expected}") + terminal.Dim("  expected"));
                terminal.Line(terminal.Green($"         + {difference.Actual}") + terminal.Dim("  decided"));
            }
            terminal.Line(terminal.Dim($"       {result.Decision.Rule ?? "no rule"}: {result.Decision.Reason}"));
        }
        var uncovered = report.Coverage.Where(c => c.Decided == 0).ToList();
        var covered = report.Coverage.Count - uncovered.Count;
        foreach (var rule in uncovered)
            terminal.Line($"{terminal.Yellow("gap ")} no case is decided by {terminal.Bold(rule.Rule)}{(rule.Matched > 0 ? $" (it matched in {rule.Matched})" : "")}");
        var failed = report.Cases.Count(c => !c.Passed);
        terminal.Line($"{(failed == 0 ? terminal.Green("ok") : terminal.Red("failed"))} {tests}: {report.Cases.Count - failed} passed, {failed} failed; {covered} of {report.Coverage.Count} rules covered");
    }
}
