using Approvals.Bench.Gate;
using Approvals.Bench.Http;
using Approvals.Bench.Ledger;
using Approvals.Bench.Machine;
using Approvals.Bench.Plots;
using Approvals.Bench.Policy;
using Approvals.Bench.Redaction;
using Approvals.Bench.Results;
using Approvals.Bench.Soak;

namespace Approvals.Bench.Command;

/// <summary>The command <c>bench</c>.</summary>
internal static class BenchCommand
{
    private const int Done = 0;
    private const int WrongUse = 2;
    private const int Failed = 3;

    private static readonly TimeSpan s_machineTime = TimeSpan.FromSeconds(1.5);

    public static async Task<int> RunAsync(string[] arguments)
    {
        // Not for people: what runs in processes of their own.
        if (arguments is ["gate-host", var folder]) return await GateHost.RunAsync(folder);
        if (arguments is ["bare-host"]) return await BareHost.RunAsync();
        if (arguments.Length > 0 && arguments.Any(argument => argument is "--help" or "-h"))
        {
            await Console.Out.WriteLineAsync(BenchOptions.Help);
            return Done;
        }

        try
        {
            BenchOptions options = BenchOptions.Read(arguments);
            if (options.Area == "report")
            {
                PerformancePage.Write(options.Files.Select(ResultFile.Read).ToArray());
                return Done;
            }

            await MeasureAsync(options, string.Join(' ', arguments));
            return Done;
        }
        catch (Exception error) when (error is WrongUseException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return WrongUse;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"The measurement failed: {error}");
            return Failed;
        }
    }

    private static async Task MeasureAsync(BenchOptions options, string arguments)
    {
        TimeProvider time = TimeProvider.System;
        DateTimeOffset began = time.GetUtcNow();
        double load = await Facts.OtherLoadAsync();
        var sheet = new ResultSheet(Console.Error);
        if (load > 0.5) sheet.Say($"Others keep {load:0.0} processes busy: rates will be too low, processor times an action hold.");
        string folder = Directory.CreateTempSubdirectory("approvals-bench-").FullName;
        try
        {
            if (options.Area is "all" or "http") WaitingActions.RequireDisk(folder, options.Waiting);
            await MachineLimits.MeasureAsync(sheet, Path.Combine(folder, "machine"), s_machineTime, options.Clients);
            foreach (string area in options.Area == "all" ? ["http", "engine", "ledger", "policy", "redaction"] : new[] { options.Area })
                await MeasureAsync(area, options, sheet, Path.Combine(folder, area));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var results = new RunResults(Facts.Of(time, began, load, arguments), sheet.Figures, sheet.Plots);
        ResultTable.Write(Console.Out, results.Figures);
        if (options.Json is { } json) ResultFile.Write(json, results);
        if (options.Svg is { } svg) SvgPlot.WriteAll(svg, results.Plots);
    }

    private static Task MeasureAsync(string area, BenchOptions options, ResultSheet sheet, string folder)
    {
        TimeSpan duration = options.Duration ?? TimeSpan.FromSeconds(20);
        return area switch
        {
            "http" => HttpBench.RunAsync(sheet, folder, duration, options.Clients, options.Waiting),
            "engine" => EngineBench.RunAsync(sheet, folder, duration / 4, options.Waiting),
            "policy" => Task.Run(() => PolicyBench.Run(sheet)),
            "redaction" => Task.Run(() => RedactionBench.Run(sheet)),
            "ledger" => LedgerBench.RunAsync(sheet, folder, duration / 4),
            _ => SoakBench.RunAsync(sheet, folder, options.Duration ?? TimeSpan.FromMinutes(10)),
        };
    }
}
