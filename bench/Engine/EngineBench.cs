using System.Collections.Concurrent;
using System.Diagnostics;
using Approvals.Bench.Machine;
using Approvals.Bench.Results;
using Approvals.Durable;
using Approvals.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Approvals.Bench;

/// <summary>
/// The engine alone, full sync: orchestrations of six activities with custom statuses, latency when idle, and what instances that only wait
/// cost. The limit that durable rows are compared with is the same database with nothing but the rows: 4,096 inserted in one commit,
/// as many as the engine takes, again and again.
/// </summary>
internal static class EngineBench
{
    private const int RowsPerOrchestration = 7;

    /// <param name="duration">Of each throughput measurement.</param>
    /// <param name="waiting">How many instances are left waiting for the memory and restart figures.</param>
    public static async Task RunAsync(ResultSheet sheet, string folder, TimeSpan duration, int waiting, CancellationToken cancellationToken = default)
    {
        sheet.Say("engine: orchestrations of six activities");
        Limit? rows = sheet.Find(MachineLimits.Area, MachineLimits.GroupRows) is { } bare ? new Limit(bare, MachineLimits.GroupRows) : null;
        await using (var host = new Host(Path.Combine(folder, "run")))
        {
            await host.ThroughputAsync(64, duration / 2, cancellationToken); // Warms up.
            foreach (int clients in new[] { 64, 512 })
            {
                (double rate, double[] latency) = await host.ThroughputAsync(clients, duration, cancellationToken);
                Report($"six-activity orchestrations, {clients} clients", rate, "/s", null);
                Report($"durable rows of these, {clients} clients", rate * RowsPerOrchestration, "/s", rows);
                Report($"latency p50, {clients} clients", Numbers.Percentile(latency, 0.50), "ms", null);
                Report($"latency p99, {clients} clients", Numbers.Percentile(latency, 0.99), "ms", null);
            }

            double[] idle = await host.IdleAsync(200, cancellationToken);
            Report("idle, six activities one after another, p50", Numbers.Percentile(idle, 0.50), "ms", null);
            Report("idle, six activities one after another, p99", Numbers.Percentile(idle, 0.99), "ms", null);
        }

        await WaitingAsync(Path.Combine(folder, "waiting"), waiting, Report, cancellationToken);

        void Report(string name, double value, string unit, Limit? limit) => sheet.Add(new Figure("engine", name, value, unit) { Limit = limit });
    }

    private static async Task WaitingAsync(
        string folder, int count, Action<string, double, string, Limit?> report, CancellationToken cancellationToken)
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
