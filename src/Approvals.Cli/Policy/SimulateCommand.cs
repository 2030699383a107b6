using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Approvals.Cli.Gate;
using Approvals.Cli.LedgerFiles;
using ExitCodes = Approvals.Cli.Output.ExitCodes;
using Approvals.Policy;
using Approvals.Policy.Simulation;

namespace Approvals.Cli.Policy;

/// <summary><c>approvals policy simulate RECORDS</c>: what would change if past actions came again under another policy.</summary>
internal static class SimulateCommand
{
    private const string DefaultPolicy = "policy.yaml";
    private const int ShownChanges = 40;
    private const int ChartWidth = 40;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly PolicyVerdict[] s_verdicts = [PolicyVerdict.Allow, PolicyVerdict.Review, PolicyVerdict.Deny];

    internal static Command Create()
    {
        var connection = new GateConnection();
        var records = new Argument<string?>("records")
        {
            Description = "A ledger's folder (with tile/entries), or a file of past actions as JSON lines. Default: the ledger of the gate of --url, with an auditor's key.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var policy = new Option<string>("--policy") { Description = "The policy to try.", DefaultValueFactory = _ => DefaultPolicy };
        var since = new Option<string?>("--since") { Description = "Only actions of this last span, e.g. 30d." };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON." };
        var command = new Command(
            "simulate",
            "Replay past actions under a policy and show what would change.\n\n" +
            "Examples:\n  approvals policy simulate --since 30d --policy policy.yaml\n  approvals policy simulate ./exported-ledger --policy policy.yaml")
        { records, policy, since, json };
        connection.AddTo(command);
        command.SetAction((parse, cancellation) => PolicyFile.GuardAsync(parse.InvocationConfiguration.Error, async () =>
        {
            var path = parse.GetRequiredValue(policy);
            var set = PolicyFile.Load(path);
            var from = Since(parse.GetValue(since));
            var past = parse.GetValue(records) is { } file ? PastActions.Read(file, from) : await FromGateAsync(connection.Open(parse), from, cancellation);
            var report = PolicySimulation.Run(set, past);
            var output = parse.InvocationConfiguration.Output;
            if (parse.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(Summary(report), s_json));
            else
                Show(Terminal.Of(output), report);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task<IReadOnlyList<PastAction>> FromGateAsync(GateClient gate, DateTimeOffset since, CancellationToken cancellation)
    {
        using var ledger = new ServedLedger(gate);
        return await PastActions.ReadAsync(ledger, since, cancellation);
    }

    private static DateTimeOffset Since(string? span)
    {
        if (span is null)
            return DateTimeOffset.MinValue;
        var unit = span.Length > 1 ? span[^1] : ' ';
        if (!int.TryParse(span.AsSpan(0, Math.Max(0, span.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > 10_000 || unit is not ('d' or 'h'))
            throw new PolicyFile.UnreadableException($"`{span}` is no span: write for example --since 30d.");
        return TimeProvider.System.GetUtcNow() - (unit == 'd' ? TimeSpan.FromDays(count) : TimeSpan.FromHours(count));
    }

    private static object Summary(SimulationReport report) => new
    {
        actions = report.Actions.Count,
        changed = report.Changed,
        unknown = report.Unknown,
        verdicts = s_verdicts.SelectMany(before => s_verdicts.Select(after => new { before, after, count = report.Count(before, after) })),
        changes = report.Actions.Where(a => a.Changes || a.ChangesRuleOnly).Select(a => new
        {
            a.Action.Id, a.Action.At, type = TypeOf(a), before = new { a.Action.Verdict, a.Action.Rule }, after = new { a.After.Verdict, a.After.Rule, a.After.Reason, a.After.Error },
        }),
    };

    private static void Show(Terminal terminal, SimulationReport report)
    {
        var changes = report.Actions.Where(a => a.Changes).ToList();
        foreach (var change in changes.Take(ShownChanges))
        {
            terminal.Line($"{change.Action.At:yyyy-MM-dd HH:mm}  {TypeOf(change),-28}  {Paint(terminal, change.Action.Verdict)} {terminal.Dim(change.Action.Rule ?? "no rule")} → {Paint(terminal, change.After.Verdict)} {terminal.Bold(change.After.Rule ?? "no rule")}");
        }
        if (changes.Count > ShownChanges)
            terminal.Line(terminal.Dim($"… and {changes.Count - ShownChanges} more; --json has them all"));
        if (changes.Count > 0)
            terminal.Line();

        terminal.Line(terminal.Dim($"{"was \\ would be",-16}{string.Concat(s_verdicts.Select(v => $"{Word(v),10}"))}"));
        foreach (var before in s_verdicts)
        {
            var cells = s_verdicts.Select(after => (after, text: $"{report.Count(before, after),10}"));
            terminal.Line($"{Word(before),-16}{string.Concat(cells.Select(c => c.after == before ? terminal.Dim(c.text) : c.text.Trim() == "0" ? c.text : terminal.Yellow(c.text)))}");
        }
        terminal.Line();
        Chart(terminal, report);
        terminal.Line($"{report.Actions.Count} actions, {terminal.Bold($"{report.Changed} would change")}{(report.Unknown > 0 ? $", {report.Unknown} cannot be told: their records hold no parameters or context" : "")}");
    }

    private static void Chart(Terminal terminal, SimulationReport report)
    {
        var known = report.Actions.Where(a => !a.IsUnknown).ToList();
        if (known.Count == 0)
            return;
        foreach (var verdict in s_verdicts)
        {
            var before = known.Count(a => a.Action.Verdict == verdict);
            var after = known.Count(a => a.After.Verdict == verdict);
            terminal.Line($"{Word(verdict),-8}was      {Bar(before, known.Count)} {before}");
            terminal.Line($"{"",-8}would be {Color(terminal, verdict, Bar(after, known.Count))} {after}");
        }
        terminal.Line();
    }

    private static string Bar(int count, int of) => new('█', count == 0 ? 0 : Math.Max(1, count * ChartWidth / of));

    private static string TypeOf(SimulatedAction action) =>
        action.Action.Input.Action.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "?";

    private static string Word(PolicyVerdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string Paint(Terminal terminal, PolicyVerdict verdict) => Color(terminal, verdict, $"{Word(verdict),-6}");

    private static string Color(Terminal terminal, PolicyVerdict verdict, string text) => verdict switch
    {
        PolicyVerdict.Allow => terminal.Green(text),
        PolicyVerdict.Review => terminal.Yellow(text),
        _ => terminal.Red(text),
    };
}
