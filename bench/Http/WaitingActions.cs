using System.Buffers.Text;
using System.Diagnostics;
using Approvals.Bench.Command;
using Approvals.Bench.Gate;
using Approvals.Bench.Results;
using Approvals.Embedded.Upkeep;

namespace Approvals.Bench.Http;

/// <summary>
/// What actions cost that wait for their reviewers: memory, disk, the rate of further submissions, the time of a restart, many deadlines at once,
/// and what a purge gives back of those that ended.
/// </summary>
internal static class WaitingActions
{
    private const string Area = HttpBench.Area;

    /// <summary>As many as fall due in the last minute of the target's million.</summary>
    private const int DeadlinesAMinute = 50_000;

    /// <summary>Seconds below which looking at the ledger every 50 ms says nothing about a fifth of them.</summary>
    private const double LeastWindow = 1;

    /// <summary>The gate keeps the newest 500 in memory: they are there before anything is compared.</summary>
    private const int FillUp = 2_000;

    /// <summary>Points of a plot over all submissions; each is the mean of its part.</summary>
    private const int Parts = 100;

    /// <summary>Twice what an action may take: the database, and what a copy of its last pages takes meanwhile.</summary>
    private const double DiskNeeded = 24e3;

    public static async Task<RunningGate> MeasureAsync(ResultSheet sheet, RunningGate gate, int clients, int waiting)
    {
        await Load.RunAsync(gate, clients, running => new SubmittingClient(running), (begun, _) => begun > FillUp, sheet.Say);
        sheet.Say($"http: {waiting:N0} actions that wait for review");
        double disk = gate.DiskBytes;
        LoadResult filling = await Load.RunAsync(gate, clients, running => new SubmittingClient(running), (begun, _) => begun > waiting, sheet.Say);
        Report(sheet, gate, filling, waiting, (gate.DiskBytes - disk) / waiting / 1000);

        foreach (bool kill in new[] { false, true })
        {
            sheet.Say($"http: restart {(kill ? "after SIGKILL" : "after a stop")}");
            gate = await gate.RestartAsync(kill);
            sheet.Add(new Figure(Area, $"waiting: restart until ready, {(kill ? "after SIGKILL" : "after a stop")}", gate.Startup.TotalSeconds, "s") { Target = Target.Most(10) });
        }

        await DeadlinesAsync(sheet, gate, clients, Math.Clamp(waiting / 4, 100, DeadlinesAMinute));
        gate.Dispose();
        await PurgeAsync(sheet, gate.Folder);
        return gate;
    }

    /// <exception cref="WrongUseException">There is not enough.</exception>
    public static void RequireDisk(string folder, int waiting)
    {
        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < waiting * DiskNeeded)
            throw new WrongUseException($"--waiting {waiting} needs up to {waiting * DiskNeeded / 1e9:0.#} GB in {Path.GetTempPath()}, where {free / 1e9:0.#} GB are free: set TMPDIR to a larger disk.");
    }

    private static void Report(ResultSheet sheet, RunningGate gate, LoadResult filling, int waiting, double kilobytes)
    {
        sheet.Add(new Figure(Area, $"waiting: submissions, from 0 to {waiting:N0}", filling.Rate, "/s") { Note = $"{filling.Refused:N0} times told to come again" });
        sheet.Add(new Figure(Area, "waiting: processor time of the gate a submission", filling.GateCpu, "ms"));
        LoadSecond[] whole = [.. filling.Seconds.Skip(1)];
        if (whole.Length >= 4)
        {
            int tenth = Math.Max(1, whole.Length / 10);
            (double first, double last) = (whole.Take(tenth).Average(second => second.Cpu), whole.TakeLast(tenth).Average(second => second.Cpu));
            sheet.Add(new Figure(Area, "waiting: cost of the last tenth of submissions, against the first", last / first, "x") { Target = Target.Most(1.2), Note = "processor time a submission" });
            (first, last) = (whole.Take(tenth).Average(second => second.Rate), whole.TakeLast(tenth).Average(second => second.Rate));
            sheet.Add(new Figure(Area, "waiting: rate of the last tenth of submissions, against the first", last / first, "x") { Target = Target.Least(0.8) });
        }

        sheet.Add(new Figure(Area, $"waiting: memory of the gate with {waiting:N0}", gate.Megabytes, "MB") { Target = Target.Most(600) });
        sheet.Add(new Figure(Area, "waiting: disk an action", kilobytes, "KB") { Target = Target.Most(12) });
        if (whole.Length == 0)
        {
            sheet.Say("    over within two seconds: too soon to compare parts or to draw; take a larger --waiting");
            return;
        }

        LoadSecond[][] parts = [.. whole.Chunk(Math.Max(1, whole.Length / Parts))];
        Draw("waiting-cost", "Processor time of the gate a submission, by actions that wait", "ms", part => part.Average(second => second.Cpu));
        Draw("waiting-time", "Time a submission, by actions that wait", "ms", part => 1000 / part.Average(second => second.Rate));
        Draw("waiting-memory", "Memory of the gate, by actions that wait", "MB", part => part[^1].Megabytes, 600);

        // Wider parts: the WAL comes and goes in steps of 16 MB.
        LoadSecond[] steps = [filling.Seconds[0], .. whole.Chunk(Math.Max(1, whole.Length / (Parts / 5))).Select(part => part[^1])];
        sheet.Add(new Plot("waiting-disk", "Disk an action, by actions that wait", "actions waiting", "KB",
            [new PlotLine("", [.. steps.Zip(steps.Skip(1), (from, to) => new PlotPoint(to.Total, (to.DiskMegabytes - from.DiskMegabytes) * 1000 / Math.Max(1, to.Total - from.Total)))])]) { Target = 12 });

        void Draw(string id, string title, string unit, Func<LoadSecond[], double> value, double? target = null) => sheet.Add(
            new Plot(id, title, "actions waiting", unit, [new PlotLine("", [.. parts.Select(part => new PlotPoint(part[^1].Total, value(part)))])]) { Target = target });
    }

    /// <summary>Forgets the actions that have ended and whose releases have expired: those of the deadlines. Their records stay in the ledger.</summary>
    private static async Task PurgeAsync(ResultSheet sheet, string folder)
    {
        sheet.Say("http: purging what has ended");
        var watch = Stopwatch.StartNew();
        TimeSpan said = TimeSpan.Zero;
        PurgeResult purged = await GatePurge.RunAsync(GateHost.Options(folder), TimeSpan.Zero, progress =>
        {
            if (watch.Elapsed - said < TimeSpan.FromSeconds(5)) return;
            said = watch.Elapsed;
            sheet.Say($"    {said.TotalSeconds:0} s: {progress.Step}");
        });
        sheet.Add(new Figure(Area, $"purge: disk given back an action, its record stays ({purged.Actions:N0} purged, {purged.Kept:N0} kept)", purged.FreedBytes / 1000.0 / Math.Max(1, purged.Actions), "KB"));
        sheet.Add(new Figure(Area, "purge: time", watch.Elapsed.TotalSeconds, "s"));
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
            running => new SubmittingClient(running, () =>
            {
                double due = lead + (window * Interlocked.Increment(ref next) / count);
                return () => due - watch.Elapsed.TotalSeconds;
            }),
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
            Target = window >= LeastWindow ? Target.Most(window * 60 / 50) : null,
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
