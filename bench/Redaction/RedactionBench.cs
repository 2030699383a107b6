using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Approvals.Redaction;

namespace Approvals.Bench.Redaction;

/// <summary>
/// Throughput of redaction in processor time on one core: dense JSON action documents, logs, inputs made to be slow, and the same logs
/// through sequential regular expressions as other scanners run them.
/// </summary>
internal static class RedactionBench
{
    public static async Task RunAsync(TextWriter output)
    {
        var documents = Enumerable.Range(0, 300).Select(i => Encoding.UTF8.GetBytes(RedactionSamples.Document(i))).ToArray();
        var log = Encoding.UTF8.GetBytes(RedactionSamples.Log(40_000));
        var redactor = Redactor.Default;
        await Report(output, "dense JSON documents", documents.Sum(d => (long)d.Length), () =>
        {
            foreach (var document in documents) redactor.RedactJson(document);
        });
        var fast = await Report(output, "ordinary logs", log.Length, () => redactor.RedactUtf8(log));
        var patterns = RedactionSamples.SequentialPatterns.Select(p => new Regex(p, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)).ToArray();
        var text = Encoding.UTF8.GetString(log)[..1_000_000];
        var slow = await Report(output, $"the same logs, {patterns.Length} sequential regular expressions", text.Length, () =>
        {
            foreach (var pattern in patterns) _ = pattern.Count(text);
        });
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"ratio to sequential expressions: {fast / slow:F1}"));
        foreach (var (name, input) in RedactionSamples.Hostile())
            await Report(output, $"hostile: {name}", Encoding.UTF8.GetByteCount(input), () => redactor.RedactText(input));
    }

    private static async Task<double> Report(TextWriter output, string name, long bytes, Action run)
    {
        run();
        run();
        var best = double.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            run();
            process.Refresh();
            best = Math.Min(best, Math.Max(1e-4, (process.TotalProcessorTime - before).TotalSeconds));
        }
        var speed = bytes / 1e6 / best;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name}: {speed:F1} MB/s"));
        return speed;
    }
}
