using System.Buffers.Text;
using System.Diagnostics;
using Approvals.Bench.Gate;
using Approvals.Bench.Results;

namespace Approvals.Bench.Http;

/// <summary>What actions cost that wait for their reviewers: memory, disk, the rate of further submissions, the time of a restart, and many deadlines at once.</summary>
internal static class WaitingActions
{
    private const string Area = HttpBench.Area;

    /// <summary>As many as fall due in the last minute of the target's million.</summary>
    private const int DeadlinesAMinute = 50_000;

    public static async Task<RunningGate> MeasureAsync(ResultSheet sheet, RunningGate gate, int clients, int waiting)
    {
        sheet.Say($"http: {waiting:N0} actions that wait for review");
        double disk = gate.DiskBytes;
        LoadResult filling = await Load.RunAsync(gate, clients, running => new SubmittingClient(running), (begun, _) => begun > waiting, sheet.Say);
        sheet.Add(new Figure(Area, $"waiting: submissions, from 0 to {waiting:N0}", filling.Rate, "/s"));
        sheet.Add(new Figure(Area, "waiting: processor time of the gate a submission", filling.GateCpu, "ms"));
        LoadSecond[] whole = [.. filling.Seconds.Skip(1)];
        int tenth = Math.Max(1, whole.Length / 10);
        if (whole.Length >= 4)
        {
            double first = whole.Take(tenth).Average(second => second.Cpu);
            double last = whole.TakeLast(tenth).Average(second => second.Cpu);
            sheet.Add(new Figure(Area, "waiting: cost of the last tenth of submissions, against the first", last / first, "x")
            {
                Target = Target.Most(1.2),
                Note = "processor time a submission",
            });
        }

        sheet.Add(new Figure(Area, $"waiting: memory of the gate with {waiting:N0}", gate.Megabytes, "MB") { Target = Target.Most(600) });
        sheet.Add(new Figure(Area, "waiting: disk an action", (gate.DiskBytes - disk) / waiting / 1000, "KB") { Target = Target.Most(12) });
        sheet.Add(new Plot("waiting-cost", "Processor time of the gate a submission, by actions that wait", "actions waiting", "ms",
            [new PlotLine("submission", [.. whole.Select(second => new PlotPoint(second.Total, second.Cpu))])]));
        sheet.Add(new Plot("waiting-memory", "Memory of the gate, by actions that wait", "actions waiting", "MB",
            [new PlotLine("resident", [.. whole.Select(second => new PlotPoint(second.Total, second.Megabytes))])]) { Target = 600 });
        sheet.Add(new Plot("waiting-disk", "Disk, by actions that wait", "actions waiting", "MB",
            [new PlotLine("data folder", [.. whole.Select(second => new PlotPoint(second.Total, second.DiskMegabytes))])]));

        foreach (bool kill in new[] { false, true })
        {
            gate = await gate.RestartAsync(kill);
            sheet.Add(new Figure(Area, $"waiting: restart until ready, {(kill ? "after SIGKILL" : "after a stop")}", gate.Startup.TotalSeconds, "s") { Target = Target.Most(10) });
        }

        await DeadlinesAsync(sheet, gate, clients, Math.Clamp(waiting / 4, 100, DeadlinesAMinute));
        return gate;
    }

    /// <summary>
    /// Submits actions whose deadlines fall due at the rate of 50,000 in 50 seconds, and watches the ledger grow by their records: an entry
    /// there is decided, signed and logged.
    /// </summary>
    private static async Task DeadlinesAsync(ResultSheet sheet, RunningGate gate, int clients, int count)
    {
        double window = 50.0 * count / DeadlinesAMinute;
        double lead = (count / 400.0) + 5; // Time enough to submit them all before the first falls due.
        sheet.Say($"http: {count:N0} deadlines within {window:0.0} s");
        var watch = Stopwatch.StartNew();
        int next = 0;
        await Load.RunAsync(
            gate,
            clients,
            running => new SubmittingClient(running, () => lead + (window * Interlocked.Increment(ref next) / count) - watch.Elapsed.TotalSeconds),
            (begun, _) => begun > count,
            sheet.Say);
        using var wire = new Wire(gate.Url);
        long before = LedgerSize(wire);
        if (watch.Elapsed.TotalSeconds > lead) throw new InvalidOperationException("The machine was too slow to submit the actions before they fell due.");
        var grown = new List<PlotPoint>();
        long size = before;
        while (size < before + count && watch.Elapsed.TotalSeconds < lead + window + 120)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            size = LedgerSize(wire);
            if (watch.Elapsed.TotalSeconds >= lead) grown.Add(new PlotPoint(watch.Elapsed.TotalSeconds - lead, size - before));
        }

        double took = watch.Elapsed.TotalSeconds - lead;
        sheet.Add(new Figure(Area, $"deadlines: {count:N0} due within {window:0.#} s, all in the ledger after", took, "s")
        {
            Target = Target.Most(window * 60 / 50),
            Note = size < before + count ? $"{before + count - size} were missing when the wait was given up" : null,
        });
        sheet.Add(new Plot("deadlines", $"{count:N0} deadlines: records in the ledger", "seconds since the first fell due", "records", [new PlotLine("decided, signed, logged", grown)]));
    }

    /// <summary>The second line of a checkpoint is the size of the log.</summary>
    private static long LedgerSize(Wire wire)
    {
        if (wire.Send(Requests.Get("/ledger/checkpoint", null)) != 200) throw new InvalidOperationException("The ledger shows no checkpoint.");
        ReadOnlySpan<byte> body = wire.Body;
        return Utf8Parser.TryParse(body[(body.IndexOf((byte)'\n') + 1)..], out long size, out _) ? size : throw new InvalidOperationException("The checkpoint has no size.");
    }
}
