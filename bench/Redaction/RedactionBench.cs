using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Approvals.Bench.Machine;
using Approvals.Bench.Results;
using Approvals.Redaction;

namespace Approvals.Bench.Redaction;

/// <summary>
/// Throughput of redaction in processor time on one core: dense JSON action documents, logs, inputs made to be slow, and the same logs
/// through sequential regular expressions as other scanners run them.
/// </summary>
internal static class RedactionBench
{
    public static void Run(ResultSheet sheet)
    {
        sheet.Say("redaction: throughput in processor time on one core");
        var documents = Enumerable.Range(0, 300).Select(i => Encoding.UTF8.GetBytes(RedactionSamples.Document(i))).ToArray();
        var log = Encoding.UTF8.GetBytes(RedactionSamples.Log(40_000));
        var redactor = Redactor.Default;
        Report(sheet, "dense JSON documents", 60, documents.Sum(d => (long)d.Length), () =>
        {
            foreach (var document in documents) redactor.RedactJson(document);
        });
        var fast = Report(sheet, "ordinary logs", 150, log.Length, () => redactor.RedactUtf8(log));
        var access = Encoding.UTF8.GetBytes(RedactionSamples.AccessLog(20_000));
        Report(sheet, "access logs, an address masked in every line", null, access.Length, () => redactor.RedactUtf8(access));
        var patterns = RedactionSamples.SequentialPatterns.Select(p => new Regex(p, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)).ToArray();
        var text = Encoding.UTF8.GetString(log)[..200_000];
        var slow = Report(sheet, $"the same logs, {patterns.Length} sequential regular expressions", null, text.Length, () =>
        {
            foreach (var pattern in patterns) _ = pattern.Count(text);
        });
        sheet.Add(new Figure("redaction", "ordinary logs against sequential expressions", fast / slow, "x"));
        Gitleaks(sheet, log);
        foreach (var (name, input) in RedactionSamples.Hostile())
            Report(sheet, $"hostile: {name}", null, Encoding.UTF8.GetByteCount(input), () => redactor.RedactText(input));
    }

    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(1.2), WarmAll = TimeSpan.FromSeconds(6);

    private static double Report(ResultSheet sheet, string name, double? target, long bytes, Action run)
    {
        // Long enough for the runtime to have compiled what is hot with all optimizations.
        var warm = Stopwatch.StartNew();
        do run(); while (warm.Elapsed < (target is null ? Warm : WarmAll));
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
        sheet.Add(new Figure("redaction", name, speed, "MB/s")
        {
            Target = target is { } least ? Target.Least(least) : null,
            Limit = sheet.Find(MachineLimits.Area, MachineLimits.Utf8Scan) is { } scan ? new Limit(scan, MachineLimits.Utf8Scan) : null,
        });
        return speed;
    }

    /// <summary>gitleaks itself over the same log, where it is installed: wall time on all cores, its own start included.</summary>
    private static void Gitleaks(ResultSheet sheet, byte[] log)
    {
        try
        {
            using var gitleaks = Process.Start(new ProcessStartInfo("gitleaks", ["detect", "--pipe", "--no-banner", "--exit-code", "0"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var time = Stopwatch.StartNew();
            gitleaks.StandardInput.BaseStream.Write(log);
            gitleaks.StandardInput.Close();
            gitleaks.WaitForExit();
            sheet.Add(new Figure("redaction", "the same logs, gitleaks", log.Length / 1e6 / time.Elapsed.TotalSeconds, "MB/s"));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            sheet.Say("gitleaks is not installed here: no figure for it");
        }
    }
}
