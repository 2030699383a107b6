using System.Diagnostics;
using Approvals.Bench.Gate;
using Approvals.Bench.Results;

namespace Approvals.Bench.Soak;

/// <summary>
/// A steady load for a long time, half of it allowed by policy and half reviewed. What must not grow is watched and drawn: memory, handles,
/// the WAL and latency. Then a flood: what a gate does with more than it can take.
/// </summary>
internal static class SoakBench
{
    private const string Area = "soak";
    private const int Clients = 32;
    private const int Behind = 2;

    /// <summary>Between two actions of one client: about a third of what the machine could take.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(60);

    private const int FloodClients = 256;

    private static readonly TimeSpan s_flood = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(ResultSheet sheet, string folder, TimeSpan duration)
    {
        using RunningGate gate = await RunningGate.StartAsync(Path.Combine(folder, "gate"));
        sheet.Say($"soak: {Clients} clients for {duration.TotalMinutes:0.#} minutes");
        int made = 0;
        LoadResult result = await Load.RunAsync(
            gate,
            Clients,
            running => new PacedClient(Interlocked.Increment(ref made) % 2 == 0 ? new AllowedClient(running) : new ReviewedClient(running, Behind), running, s_pause),
            duration,
            sheet.Say);
        LoadSecond[] seconds = [.. result.Seconds];
        int tenth = Math.Max(1, seconds.Length / 10);
        LoadSecond[] early = [.. seconds.Skip(tenth).Take(tenth)]; // The first tenth warms up.
        LoadSecond[] late = [.. seconds.TakeLast(tenth)];
        sheet.Add(new Figure(Area, "complete actions", result.Rate, "/s") { Note = $"{result.Count} in all, {result.Refused} refused" });
        sheet.Add(new Figure(Area, "p50", result.P50, "ms"));
        Compare("p99", "ms", second => second.P99, 2);
        Compare("memory", "MB", second => second.Megabytes, 1.25);
        Compare("handles", "", second => second.Handles, 1.1);
        Compare("processor time of the gate an action", "ms", second => second.Cpu, 1.2);
        sheet.Add(new Figure(Area, "largest WAL", seconds.Max(second => second.WalMegabytes), "MB") { Target = Target.Most(64) });
        Draw("memory", "Memory of the gate", "MB", second => second.Megabytes);
        Draw("handles", "Open handles of the gate", "handles", second => second.Handles);
        Draw("wal", "Size of the WAL", "MB", second => second.WalMegabytes);
        Draw("p99", "Time of an action, 99th percentile of each second", "ms", second => second.P99);

        await FloodAsync(sheet, gate);

        void Compare(string what, string unit, Func<LoadSecond, double> value, double most)
        {
            sheet.Add(new Figure(Area, $"{what}, last tenth", late.Average(value), unit));
            sheet.Add(new Figure(Area, $"{what}, last tenth against the second", late.Average(value) / early.Average(value), "x") { Target = Target.Most(most) });
        }

        void Draw(string id, string title, string axis, Func<LoadSecond, double> value) => sheet.Add(new Plot(
            $"soak-{id}", $"Soak: {title}", "minutes", axis, [new PlotLine("", [.. seconds.Select(second => new PlotPoint(second.At / 60, value(second)))])]));
    }

    private static async Task FloodAsync(ResultSheet sheet, RunningGate gate)
    {
        sheet.Say($"soak: a flood from {FloodClients} clients that wait for nothing, {s_flood.TotalSeconds:0} s");
        LoadResult flood = await Load.RunAsync(gate, FloodClients, running => new FloodingClient(running), s_flood, sheet.Say);
        var behind = Stopwatch.StartNew();
        using (var one = new AllowedClient(gate))
        {
            while (one.Step() is null) await Task.Delay(s_pause, TimeProvider.System);
        }

        sheet.Add(new Figure(Area, $"flood: submissions taken, {FloodClients} clients", flood.Rate, "/s") { Note = $"{flood.Refused} times 503 with Retry-After" });
        sheet.Add(new Figure(Area, "flood: p99 of a submission that was taken", flood.P99, "ms"));
        sheet.Add(new Figure(Area, "flood: memory at most", flood.Seconds.Max(second => second.Megabytes), "MB") { Target = Target.Most(600) });
        sheet.Add(new Figure(Area, "flood: until a whole action right behind it is done", behind.Elapsed.TotalSeconds, "s"));
        sheet.Add(new Plot("soak-flood", "Flood: memory of the gate", "seconds", "MB", [new PlotLine("", [.. flood.Seconds.Select(second => new PlotPoint(second.At, second.Megabytes))])]) { Target = 600 });
    }
}
