using System.Collections.Concurrent;
using System.Diagnostics;
using Approvals.Durable;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Bench;

/// <summary>One measured figure of the engine.</summary>
/// <param name="ShareOfLimit">Of the machine's own limit, measured in the same run; <see langword="null"/> where there is none.</param>
public sealed record EngineFigure(string Name, double Value, string Unit, double? ShareOfLimit = null);

/// <summary>
/// The engine alone, full sync: orchestrations of six activities with custom statuses, latency when idle, and what instances that only wait
/// cost. The limit that durable rows are compared with is the same database with nothing but the rows: 512 inserted in one commit, again and again.
/// </summary>
public static class EngineBench
{
    private const int RowsPerOrchestration = 7;

    /// <param name="duration">Of each throughput measurement.</param>
    /// <param name="waiting">How many instances are left waiting for the memory and restart figures.</param>
    public static async Task<IReadOnlyList<EngineFigure>> RunAsync(
        TextWriter output, TimeSpan duration, int waiting, CancellationToken cancellationToken = default)
    {
        string folder = Directory.CreateTempSubdirectory("engine-bench-").FullName;
        try
        {
            var figures = new List<EngineFigure>();
            double bare = await BareRowsAsync(Path.Combine(folder, "bare"), duration, cancellationToken);
            Report("bare durable rows, 512 a commit", bare, "rows/s");
            await using (var host = new Host(Path.Combine(folder, "run")))
            {
                await host.ThroughputAsync(64, duration / 2, cancellationToken); // Warms up.
                foreach (int clients in new[] { 64, 512 })
                {
                    (double rate, double[] latency) = await host.ThroughputAsync(clients, duration, cancellationToken);
                    Report($"six-activity orchestrations, {clients} clients", rate, "/s");
                    Report($"durable rows of these, {clients} clients", rate * RowsPerOrchestration, "rows/s", rate * RowsPerOrchestration / bare);
                    Report($"latency p50, {clients} clients", Percentile(latency, 0.50), "ms");
                    Report($"latency p99, {clients} clients", Percentile(latency, 0.99), "ms");
                }

                double[] idle = await host.IdleAsync(200, cancellationToken);
                Report("idle, six activities one after another, p50", Percentile(idle, 0.50), "ms");
                Report("idle, six activities one after another, p99", Percentile(idle, 0.99), "ms");
            }

            await WaitingAsync(Path.Combine(folder, "waiting"), waiting, Report, cancellationToken);
            return figures;

            void Report(string name, double value, string unit, double? share = null)
            {
                figures.Add(new EngineFigure(name, value, unit, share));
                output.WriteLine($"{name,-48} {value,12:N2} {unit}{(share is { } part ? $"  ({part:P0} of the bare rate)" : "")}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Percentile(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * share)];

    private static async Task<double> BareRowsAsync(string folder, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var database = new Database(folder, NullLogger<Database>.Instance);
        database.AddSchema("bare", "CREATE TABLE row(position INTEGER PRIMARY KEY, instance INTEGER, record BLOB); CREATE INDEX row_instance ON row(instance)");
        database.Open();
        byte[] record = new byte[300];
        long rows = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration)
        {
            await database.WriteAsync(
                db =>
                {
                    for (int i = 0; i < 512; i++)
                        db.Execute("INSERT INTO row(instance, record) VALUES (?1, ?2)", i, record);
                },
                cancellationToken);
            rows += 512;
        }

        return rows / watch.Elapsed.TotalSeconds;
    }

    private static async Task WaitingAsync(
        string folder, int count, Action<string, double, string, double?> report, CancellationToken cancellationToken)
    {
        await using (var host = new Host(folder))
        {
            int next = 0;
            long half = 0;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(
                async () =>
                {
                    for (int i = Interlocked.Increment(ref next); i <= count; i = Interlocked.Increment(ref next))
                    {
                        await host.StartAsync("waits", $"w{i:00000000}", cancellationToken);
                        if (i == count / 2)
                            half = watch.ElapsedMilliseconds;
                    }
                },
                cancellationToken)));
            report($"starts of waiting instances, first {count / 2}", count / 2 / (half / 1000.0), "/s", null);
            report($"starts of waiting instances, last {count / 2}", count / 2 / ((watch.ElapsedMilliseconds - half) / 1000.0), "/s", null);
            using Process process = Process.GetCurrentProcess();
            report($"memory of the process, {count} waiting", process.WorkingSet64 / 1048576.0, "MB", null);
        }

        report("disk a waiting instance", Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length) / (double)count, "bytes", null);
        var restart = Stopwatch.StartNew();
        await using var again = new Host(folder);
        report("restart until ready", restart.Elapsed.TotalMilliseconds, "ms", null);
    }

    /// <summary>A made-up document of the size that a real action's steps pass on.</summary>
    private sealed record Document(int Step, string Text);

    private sealed class Host : IAsyncDisposable
    {
        private static readonly Document Input = new(0, new string('x', 200));
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = new(StringComparer.Ordinal);
        private readonly Database _database;
        private readonly EngineHost _engine;
        private long _ids;

        public Host(string folder)
        {
            _database = new Database(folder, NullLogger<Database>.Instance);
            _engine = new EngineHost(_database, new EngineOptions(), TimeProvider.System, NullLogger<EngineHost>.Instance)
                .Add(ActivityDefinition.Create<Document, Document>("step", (_, document, _) => Task.FromResult(document with { Step = document.Step + 1 })))
                .Add(ActivityDefinition.Create<int, bool>("end", (context, _, _) =>
                {
                    if (_ends.TryRemove(context.InstanceId, out TaskCompletionSource? end))
                        end.TrySetResult();
                    return Task.FromResult(true);
                }))
                .Add(OrchestrationDefinition.Create<Document, int>("six", 1, async (context, document) =>
                {
                    for (int i = 0; i < 5; i++)
                    {
                        context.SetStatus(new { step = i, state = "working" });
                        document = await context.CallActivityAsync<Document>("step", document, new RetryPolicy(5, TimeSpan.FromSeconds(1)));
                    }

                    await context.CallActivityAsync<bool>("end", 0);
                    return document.Step;
                }))
                .Add(OrchestrationDefinition.Create<Document, int>("waits", 1, async (context, document) =>
                {
                    document = await context.CallActivityAsync<Document>("step", document);
                    context.SetStatus(new { state = "waiting" });
                    Task deadline = context.CreateTimerAsync(context.Now.AddDays(1));
                    await Task.WhenAny(deadline, context.WaitForEventAsync<int>("vote"));
                    return document.Step;
                }));
            _database.Open();
            _engine.StartAsync().GetAwaiter().GetResult(); // Completes at once; a constructor cannot await.
        }

        public async Task StartAsync(string orchestration, string id, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    await _engine.Client.StartAsync(orchestration, id, Input, cancellationToken);
                    return;
                }
                catch (EngineBusyException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
                }
            }
        }

        public async Task<(double Rate, double[] Latency)> ThroughputAsync(int clients, TimeSpan duration, CancellationToken cancellationToken)
        {
            var latency = new ConcurrentBag<double>();
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(
                async () =>
                {
                    while (watch.Elapsed < duration)
                        latency.Add(await OneAsync(cancellationToken));
                },
                cancellationToken)));
            return (latency.Count / watch.Elapsed.TotalSeconds, [.. latency.Order()]);
        }

        public async Task<double[]> IdleAsync(int count, CancellationToken cancellationToken)
        {
            var latency = new List<double>();
            for (int i = 0; i < count; i++)
            {
                latency.Add(await OneAsync(cancellationToken));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            }

            return [.. latency.Order()];
        }

        public async ValueTask DisposeAsync()
        {
            await _engine.DisposeAsync();
            _database.Dispose();
        }

        private async Task<double> OneAsync(CancellationToken cancellationToken)
        {
            long begin = Stopwatch.GetTimestamp();
            string id = $"six-{Interlocked.Increment(ref _ids):00000000}";
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ends[id] = end;
            await StartAsync("six", id, cancellationToken);
            await end.Task;
            return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
    }
}
