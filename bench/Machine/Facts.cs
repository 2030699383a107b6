using System.Globalization;
using System.Runtime.InteropServices;
using Approvals.Bench.Results;

namespace Approvals.Bench.Machine;

/// <summary>What this machine is.</summary>
internal static class Facts
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Cores that others keep busy, over two seconds, where the system tells: taken before a run. A load average would still hold the run before.
    /// </summary>
    public static async Task<double> OtherLoadAsync()
    {
        const string file = "/proc/stat";
        if (!File.Exists(file)) return 0;
        (long busy, long all) = Jiffies();
        await Task.Delay(s_look, TimeProvider.System);
        (long busyThen, long allThen) = Jiffies();
        return (double)(busyThen - busy) / Math.Max(1, allThen - all) * Environment.ProcessorCount;

        // proc_stat(5): user nice system idle iowait irq softirq steal; guests are within the first two.
        static (long Busy, long All) Jiffies()
        {
            long[] spent = [.. File.ReadLines(file).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
            return (spent.Sum() - spent[3] - spent[4], spent.Sum());
        }
    }

    public static RunFacts Of(TimeProvider time, DateTimeOffset began, double otherLoad, string arguments) => new(
        began,
        Processor(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0, 1),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        arguments,
        Math.Round((time.GetUtcNow() - began).TotalSeconds),
        otherLoad);

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
