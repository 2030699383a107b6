using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Approvals.Bench.Results;
using Approvals.Policy;

namespace Approvals.Bench.Policy;

/// <summary>
/// Whole policies: loading 1,000 rules from YAML, and deciding on a realistic action by 200 rules of which only the last matches. What the input
/// costs alone, turning its JSON into values once, is shown beside it.
/// </summary>
internal static class BundleBench
{
    // A second or so: the runtime compiles the hot path anew while it runs.
    private const int Rounds = 20_000;

    private static readonly string[] s_groups = ["ci", "data"];

    internal static void Run(ResultSheet sheet)
    {
        var thousand = Rules(1_000);
        PolicySet.Load(Rules(10), "warm");
        var loading = Stopwatch.StartNew();
        var loaded = PolicySet.Load(thousand, "bench");
        Report(sheet, $"load {loaded.RuleIds.Count:N0} rules ({thousand.Length / 1024} KiB of YAML)", loading.Elapsed.TotalMilliseconds, 200, "ms");

        var input = Input();
        var policy = PolicySet.Load(Rules(199), "bench");
        var (empty, emptyBytes) = Measure(PolicySet.Load("version: 1\nrules: []", "bench"), input);
        var (whole, wholeBytes) = Measure(policy, input);
        Report(sheet, $"decide by {policy.RuleIds.Count} rules", whole, 50, "us");
        sheet.Add(new Figure("policy", "of this, turning the input's JSON into values", empty, "us"));
        sheet.Add(new Figure("policy", "allocated for the input", emptyBytes / 1000.0, "KB"));
        sheet.Add(new Figure("policy", "allocated by the rules and the decision", (wholeBytes - emptyBytes) / 1000.0, "KB"));
    }

    private static (double Microseconds, long Bytes) Measure(PolicySet policy, PolicyInput input)
    {
        var (best, bytes) = (double.MaxValue, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            policy.Evaluate(input);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (best, bytes);
    }

    private static string Rules(int count)
    {
        var yaml = new StringBuilder("version: 1\nlists: {production: [prod, production], secrets: [SECRET, JWT]}\nrules:\n");
        for (var i = 0; i < count; i++)
        {
            var when = (i % 5) switch
            {
                0 => $"action.type == \"team{i}.deploy\" && action.target.?environment.orValue(\"\") in lists.production",
                1 => $"action.type.startsWith(\"svc{i}.\") && principal.actor.kind == \"service\"",
                2 => $"findings.exists(f, f.type == \"T{i}\") && action.type == \"data.export\"",
                3 => $"action.type in [\"a{i}\", \"b{i}\"] || principal.actor.groups.exists(g, g == \"g{i}\")",
                _ => $"action.parameters.?rows.orValue(0) > {1_000_000 + i} && context.?ci.orValue(\"\") == \"x\"",
            };
            var verdict = i % 7 == 0 ? "deny" : i % 3 == 0 ? "review" : "allow";
            yaml.Append(CultureInfo.InvariantCulture, $"  - id: r{i}\n    when: '{when}'\n    verdict: {verdict}\n    reason: Rule {i} decides.\n    risk: 40\n");
            yaml.Append(verdict == "review" ? "    review: {groups: [g], timeout: 4h}\n" : "");
        }

        return yaml.Append("  - {id: last, when: action.type == \"data.export\", verdict: review, review: {groups: [data-owners], timeout: 8h}}\n").ToString();
    }

    private static PolicyInput Input()
    {
        static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);
        var preview = Enumerable.Range(0, 5).Select(i => new { customer_id = $"C-10048{i}", name = "<PERSON_1>", email = $"<EMAIL_{i}>", phone = $"<PHONE_{i}>", iban = $"<IBAN_{i}>" });
        return new PolicyInput(
            Json(new
            {
                type = "data.export",
                target = new { system = "snowflake://acme-prod/ANALYTICS", destination = "s3://northwind-partner-inbound/acme/2026-11/", region = "eu-central-1" },
                parameters = new { query = "SELECT customer_id, email, phone, iban, last_order_at FROM crm.customers WHERE segment = 'churn-risk'", rowEstimate = 48210, format = "parquet", preview },
                audience = (string?)null,
                justification = "Monthly partner feed, contract 4711.",
            }),
            Json(new
            {
                actor = new { kind = "service", issuer = "approvals", subject = "warehouse-export", displayName = "warehouse export", groups = s_groups },
                onBehalfOf = (object?)null,
                owners = new[] { new { kind = "human", issuer = "approvals", subject = "tomas", displayName = "Tomás Vega", groups = s_groups } },
            }),
            Json(new { ci = "gitlab", pipeline = "https://gitlab.example/warehouse/-/pipelines/55120" }),
            Json(Enumerable.Range(0, 15).Select(i => new { type = i % 3 == 0 ? "EMAIL" : "IBAN", rule = "iban", pointer = $"/parameters/preview/{i / 3}/iban", confidence = 0.95, @operator = "pseudonym" })),
            new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    }

    private static void Report(ResultSheet sheet, string what, double measured, double target, string unit) =>
        sheet.Add(new Figure("policy", what, measured, unit) { Target = Target.Most(target) });
}
