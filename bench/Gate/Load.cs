using System.Diagnostics;
using Approvals.Bench.Results;

namespace Approvals.Bench.Gate;

/// <summary>What became of a load.</summary>
/// <param name="Latency">Of each action in milliseconds, sorted.</param>
/// <param name="GateCpu">Processor milliseconds of the gate an action.</param>
/// <param name="ClientCpu">Processor milliseconds of the clients an action.</param>
/// <param name="Seconds">One sample a second: what was done since the one before, and what it took.</param>
internal sealed record LoadResult(
    int Count, double Elapsed, double[] Latency, int Refused, double GateCpu, double ClientCpu, IReadOnlyList<LoadSecond> Seconds)
{
    public double Rate => Count / Elapsed;

    public double P50 => Numbers.Percentile(Latency, 0.50);

    public double P99 => Numbers.Percentile(Latency, 0.99);
}

/// <param name="At">Seconds since the load began.</param>
/// <param name="Total">Actions done by the whole load so far.</param>
/// <param name="Cpu">Processor milliseconds of the gate an action.</param>
internal readonly record struct LoadSecond(
    double At, long Total, double Rate, double Cpu, double P99, double Megabytes, int Handles, double WalMegabytes, double DiskMegabytes);

/// <summary>Puts a load on a gate: so many clients, each on a thread of its own, each beginning its next action when the last is done.</summary>
internal static class Load
{
    /// <summary>While a gate is full its clients pause this long, as <c>Retry-After</c> asks in whole seconds.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private static readonly ManualResetEventSlim s_never = new(false);

    /// <param name="until">When to stop: given the actions begun so far, those that the gate refused not among them, and the time.</param>
    /// <param name="say">Told now and then how far it is.</param>
    public static async Task<LoadResult> RunAsync(
        RunningGate gate, int clients, Func<RunningGate, LoadClient> make, Func<long, TimeSpan, bool> until, Action<string> say)
    {
        var done = new Tally(clients);
        var watch = Stopwatch.StartNew();
        TimeSpan gateBefore = gate.Cpu;
        TimeSpan ownBefore = OwnCpu();
        Task[] running = [.. Enumerable.Range(0, clients).Select(client => Task.Factory.StartNew(
            () => Work(gate, make, until, watch, done, client), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task all = Task.WhenAll(running);
        var seconds = new List<LoadSecond>();
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
            if (all.IsCompleted) break;
            seconds.Add(Sample(gate, done, watch.Elapsed, seconds.Count > 0 ? seconds[^1] : default));
            if (seconds.Count % (seconds.Count < 120 ? 5 : 30) == 0) say($"    {seconds[^1].At:0} s: {seconds[^1].Total:N0} actions, {seconds[^1].Rate:N0}/s, gate {seconds[^1].Cpu:0.00} ms of processor an action");
        }

        await all;
        double elapsed = watch.Elapsed.TotalSeconds;
        int count = (int)Math.Max(1, done.Count);
        return new LoadResult(
            (int)done.Count,
            elapsed,
            done.Latencies(),
            done.Refused,
            (gate.Cpu - gateBefore).TotalMilliseconds / count,
            (OwnCpu() - ownBefore).TotalMilliseconds / count,
            seconds);
    }

    public static Task<LoadResult> RunAsync(RunningGate gate, int clients, Func<RunningGate, LoadClient> make, TimeSpan duration, Action<string> say) =>
        RunAsync(gate, clients, make, (_, elapsed) => elapsed >= duration, say);

    private static void Work(
        RunningGate gate, Func<RunningGate, LoadClient> make, Func<long, TimeSpan, bool> until, Stopwatch watch, Tally done, int client)
    {
        using LoadClient one = make(gate);
        while (!until(done.Begin(), watch.Elapsed))
        {
            if (one.Step() is { } took) done.Add(client, took.TotalMilliseconds);
            else
            {
                done.Withdraw();
                s_never.Wait(s_pause);
            }
        }

        done.Withdraw(); // the one that was not begun: whoever was refused meanwhile has it
        done.Refuse(one.Refused);
    }

    private static LoadSecond Sample(RunningGate gate, Tally done, TimeSpan at, LoadSecond before)
    {
        long total = done.Count;
        double cpu = gate.Cpu.TotalMilliseconds;
        double seconds = at.TotalSeconds - before.At;
        double spent = done.SpentSince(cpu);
        return new LoadSecond(
            at.TotalSeconds,
            total,
            (total - before.Total) / seconds,
            spent / Math.Max(1, total - before.Total),
            done.RecentP99(),
            gate.Megabytes,
            gate.Handles,
            gate.WalBytes / 1e6,
            gate.DiskBytes / 1e6);
    }

    private static TimeSpan OwnCpu()
    {
        using Process own = Process.GetCurrentProcess();
        return own.TotalProcessorTime;
    }

    /// <summary>What all clients have done. Each client writes its own list; only the sampler looks at all of them.</summary>
    private sealed class Tally(int clients)
    {
        private readonly List<double>[] _latency = [.. Enumerable.Range(0, clients).Select(_ => new List<double>())];
        private readonly int[] _seen = new int[clients];
        private long _begun;
        private long _count;
        private int _refused;
        private double _cpuBefore = double.NaN;

        public long Count => Interlocked.Read(ref _count);

        public int Refused => Volatile.Read(ref _refused);

        public long Begin() => Interlocked.Increment(ref _begun);

        public void Withdraw() => Interlocked.Decrement(ref _begun);

        public void Add(int client, double milliseconds)
        {
            lock (_latency[client]) _latency[client].Add(milliseconds);
            Interlocked.Increment(ref _count);
        }

        public void Refuse(int count) => Interlocked.Add(ref _refused, count);

        public double SpentSince(double cpu)
        {
            double spent = double.IsNaN(_cpuBefore) ? 0 : cpu - _cpuBefore;
            _cpuBefore = cpu;
            return spent;
        }

        public double RecentP99()
        {
            var recent = new List<double>();
            for (int client = 0; client < _latency.Length; client++)
            {
                lock (_latency[client])
                {
                    recent.AddRange(_latency[client].Skip(_seen[client]));
                    _seen[client] = _latency[client].Count;
                }
            }

            return Numbers.Percentile([.. recent.Order()], 0.99);
        }

        public double[] Latencies() => [.. _latency.SelectMany(list => list).Order()];
    }
}
