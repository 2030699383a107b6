using System.Globalization;
using System.Runtime.InteropServices;
using Approvals.Bench.Results;

namespace Approvals.Bench.Machine;

/// <summary>What this machine is.</summary>
internal static class Facts
{
    /// <summary>Processes that want a core, averaged over the last minute, where the system tells: taken before a run it is what others do.</summary>
    public static double LoadAverage() =>
        File.Exists("/proc/loadavg") && double.TryParse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture, out double load) ? load : 0;

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
