using System.Diagnostics;
using System.Text.Json;
using Approvals.Bench.Results;
using Approvals.Policy.Cel;

namespace Approvals.Bench.Policy;

/// <summary>
/// Conditions in CEL: 200 of them against one action, compiling 1,000, and hostile expressions against the cost limit. Each figure stands beside
/// its target, with the ratio.
/// </summary>
internal static class PolicyBench
{
    private const int Rules = 200;
    // A second or so: the runtime compiles the hot path anew while it runs.
    private const int Rounds = 20_000;

    private const string Action = """
        {"type":"data.export",
         "actor":{"kind":"agent","subject":"agent-42","issuer":"https://idp.example","groups":["engineering","data"]},
         "target":{"environment":"production","resource":"db/customers","region":"eu-west-1","classification":"restricted","owners":["alice","bob"]},
         "parameters":{"rows":120000,"columns":["id","email","name","phone"],"destination":"s3://bucket/exports/2026","dryRun":false,"format":"csv"},
         "findings":[{"type":"email","pointer":"/parameters/columns/1","confidence":0.9},{"type":"phone","pointer":"/parameters/columns/3","confidence":0.7}]}
        """;

    private static readonly string[] Conditions =
    [
        "action.type == 'data.export' && action.parameters.rows > 100000",
        "action.target.environment == 'staging' && action.actor.kind == 'agent'",
        "action.type.startsWith('infra.') && action.target.region in ['eu-west-1', 'eu-central-1']",
        "action.findings.exists(f, f.type == 'credential' && f.confidence > 0.5)",
        "has(action.parameters.dryRun) && !action.parameters.dryRun && action.target.classification == 'restricted'",
        "action.actor.groups.exists(g, g == 'admins') || action.target.owners.size() == 0",
        "action.parameters.destination.matches('^s3://[a-z0-9-]+/public/')",
        "now.getHours('Europe/Vienna') < 8 || now.getHours('Europe/Vienna') >= 18",
        "action.parameters.columns.exists(c, c in ['ssn', 'passport']) && action.target.environment != 'test'",
        "action.type == 'secret.rotate' && action.target.resource.contains('kms')",
    ];

    internal static void Run(ResultSheet sheet)
    {
        sheet.Say("policy: conditions and whole policies");
        var environment = new CelEnvironment(new Dictionary<string, CelType> { ["action"] = CelType.JsonObject, ["now"] = CelType.Timestamp });
        var compiling = Stopwatch.StartNew();
        var programs = Enumerable.Range(0, 1000).Select(i => environment.Compile($"{Conditions[i % Conditions.Length]} && {i} >= 0")).ToArray();
        Report(sheet, "compile 1,000 conditions, first time", compiling.Elapsed.TotalMilliseconds, 200, "ms");

        using var document = JsonDocument.Parse(Action);
        var activation = new CelActivation(environment)
        {
            ["action"] = CelValue.FromJson(document.RootElement),
            ["now"] = CelValue.Of(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero)),
        };
        var (best, allocated) = (double.MaxValue, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Rules; i++)
            {
                programs[i].Evaluate(activation);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Report(sheet, $"evaluate {Rules} conditions", best, 50, "us");
        sheet.Add(new Figure("policy", $"allocated by {Rules} conditions", allocated / 1000.0, "KB"));
        foreach (var (name, source) in Hostile())
        {
            // The first run pays for the runtime's own compiling.
            Milliseconds(environment, source);
            Report(sheet, $"stop {name}", Milliseconds(environment, source), 10, "ms");
        }

        BundleBench.Run(sheet);
    }

    private static IEnumerable<(string Name, string Source)> Hostile()
    {
        const string range = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
        yield return ("deep nesting", new string('(', 10_000));
        yield return ("nested loops", string.Concat(Enumerable.Range(0, 8).Select(i => $"{range}.all(v{i}, ")) + "true" + new string(')', 8));
        yield return ("nested maps", string.Concat(Enumerable.Range(0, 8).Select(i => $"{range}.map(v{i}, ")) + "'x'" + new string(')', 8));
        yield return ("catastrophic pattern", $"'{new string('a', 5000)}'.matches('(a*)*(a?){{500}}a{{500}}(x+x+)+y')");
        yield return ("doubling text", "cel.block(['aaaaaaaa', " + string.Join(", ", Enumerable.Range(0, 40).Select(i => $"cel.index({i}) + cel.index({i})")) + "], 1)");
        yield return ("shared structure compared", "cel.block([[1], " + string.Join(", ", Enumerable.Range(0, 60).Select(i => $"[cel.index({i}), cel.index({i})]")) + "], cel.index(60) == cel.index(60))");
    }

    private static double Milliseconds(CelEnvironment environment, string source)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            environment.Compile(source).Evaluate(new CelActivation(environment));
        }
        catch (Exception e) when (e is CelCompileException or CelEvaluationException)
        {
            // Stopped, as it should be.
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Report(ResultSheet sheet, string what, double measured, double target, string unit) =>
        sheet.Add(new Figure("policy", what, measured, unit) { Target = Target.Most(target) });
}
