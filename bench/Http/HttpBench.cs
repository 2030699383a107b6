using Approvals.Bench.Gate;
using Approvals.Bench.Machine;
using Approvals.Bench.Results;

namespace Approvals.Bench.Http;

/// <summary>
/// The whole path over real HTTP against the embedded host in a process of its own, full sync: submit, seal, redact, policy, sign, append to
/// the ledger under a signed checkpoint, release token. Clients and gate share the machine.
/// </summary>
internal static class HttpBench
{
    public const string Area = "http";

    private const int Behind = 4;
    private const int IdleVotes = 150;

    /// <summary>The runtime compiles what is hot anew while it runs: so many actions, or so long on a machine that is slow.</summary>
    private const int WarmUpActions = 6_000;

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_warmUpAtMost = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(ResultSheet sheet, string folder, TimeSpan duration, int clients, int waiting)
    {
        RunningGate gate = await RunningGate.StartAsync(Path.Combine(folder, "gate"));
        try
        {
            sheet.Say($"http: warming up at {gate.Url}");
            await Load.RunAsync(gate, clients, running => new AllowedClient(running), (begun, elapsed) => begun > WarmUpActions || elapsed > s_warmUpAtMost, sheet.Say);
            await Load.RunAsync(gate, clients, running => new ReviewedClient(running, Behind), (begun, elapsed) => begun > WarmUpActions / 2 || elapsed > s_warmUpAtMost, sheet.Say);

            sheet.Say($"http: actions that policy allows, {clients} clients, {duration.TotalSeconds:0} s");
            double before = gate.DiskBytes;
            LoadResult allowed = await Load.RunAsync(gate, clients, running => new AllowedClient(running), duration, sheet.Say);
            Report(sheet, "allowed", allowed, clients, 1_500, Requests: 3, Signatures: 2, gate.DiskBytes - before);
            sheet.Add(new Figure(Area, "allowed: time until the token, p99", allowed.P99, "ms") { Target = Target.Most(150) });

            sheet.Say($"http: actions with one vote, {clients} clients, {duration.TotalSeconds:0} s");
            before = gate.DiskBytes;
            LoadResult reviewed = await Load.RunAsync(gate, clients, running => new ReviewedClient(running, Behind), duration, sheet.Say);
            Report(sheet, "with one vote", reviewed, clients, 1_000, Requests: 4, Signatures: 2, gate.DiskBytes - before);
            sheet.Add(new Figure(Area, "with one vote: vote until the token, p99", reviewed.P99, "ms"));
            Draw(sheet, allowed, reviewed);

            sheet.Say("http: an idle machine, one vote at a time");
            LoadResult idle = await Load.RunAsync(gate, 1, running => new PacedClient(new ReviewedClient(running, 1), running, s_rest), (begun, _) => begun > IdleVotes, sheet.Say);
            sheet.Add(new Figure(Area, "idle: vote until the token, p50", idle.P50, "ms") { Target = Target.Most(10) });
            sheet.Add(new Figure(Area, "idle: vote until the token, p99", idle.P99, "ms") { Target = Target.Most(25) });
            gate = await WaitingActions.MeasureAsync(sheet, gate, clients, waiting);
        }
        finally
        {
            gate.Dispose();
        }
    }

    private static void Report(ResultSheet sheet, string what, LoadResult result, int clients, double target, int Requests, int Signatures, double disk)
    {
        sheet.Add(new Figure(Area, $"{what}: complete actions, {clients} clients", result.Rate, "/s")
        {
            Target = Target.Least(target),
            Limit = LimitOf(sheet, Requests, Signatures),
            Note = $"{Requests} requests an action; {result.Refused} refused",
        });
        sheet.Add(new Figure(Area, $"{what}: p50", result.P50, "ms"));
        sheet.Add(new Figure(Area, $"{what}: processor time of the gate an action", result.GateCpu, "ms"));
        sheet.Add(new Figure(Area, $"{what}: processor time of the clients an action", result.ClientCpu, "ms"));
        sheet.Add(new Figure(
            Area, $"{what}: rate if the gate had the processor left by the clients", Environment.ProcessorCount * 1000 / (result.GateCpu + result.ClientCpu), "/s")
        {
            Note = "from processor time, so it holds on a busy machine too",
        });
        sheet.Add(new Figure(Area, $"{what}: disk an action, record included", disk / Math.Max(1, result.Count) / 1000, "KB") { Target = Target.Most(12) });
    }

    /// <summary>What the machine could do if nothing but the unavoidable were done: the requests, the signatures and one durable row a step.</summary>
    private static Limit? LimitOf(ResultSheet sheet, int requests, int signatures)
    {
        if (sheet.Find(MachineLimits.Area, MachineLimits.Posts) is not { } posts
            || sheet.Find(MachineLimits.Area, MachineLimits.Signatures) is not { } signing
            || sheet.Find(MachineLimits.Area, MachineLimits.GroupRows) is not { } rows) return null;
        const int steps = 8; // sealed, started, redacted, judged, signed, appended, released, ended
        double seconds = (requests / posts) + (signatures / (signing * Environment.ProcessorCount)) + (steps / rows);
        return new Limit(1 / seconds, $"{requests} bare POSTs, {signatures} signatures, {steps} durable rows");
    }

    private static void Draw(ResultSheet sheet, LoadResult allowed, LoadResult reviewed)
    {
        sheet.Add(new Plot("http-rate", "Complete actions a second", "seconds", "actions/s",
        [
            new PlotLine("allowed by policy", [.. allowed.Seconds.Select(second => new PlotPoint(second.At, second.Rate))]),
            new PlotLine("with one vote", [.. reviewed.Seconds.Select(second => new PlotPoint(second.At, second.Rate))]),
        ]));
        sheet.Add(new Plot("http-p99", "Time of an action, 99th percentile of each second", "seconds", "ms",
        [
            new PlotLine("submit until the token", [.. allowed.Seconds.Select(second => new PlotPoint(second.At, second.P99))]),
            new PlotLine("vote until the token", [.. reviewed.Seconds.Select(second => new PlotPoint(second.At, second.P99))]),
        ]));
    }
}
