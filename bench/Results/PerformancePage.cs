using System.Globalization;
using System.Text;
using Approvals.Bench.Plots;

namespace Approvals.Bench.Results;

/// <summary>Writes the results into docs/performance.md, between its two marks, and draws the plots beside it.</summary>
internal static class PerformancePage
{
    private const string Begin = "<!-- results: written by `bench -- report`, do not edit -->";
    private const string End = "<!-- end of results -->";
    private const string Page = "docs/performance.md";
    private const string PlotFolder = "docs/performance";

    /// <param name="runs">Each area is shown as the last run that has it measured it.</param>
    public static void Write(IReadOnlyList<RunResults> runs)
    {
        string root = FindRoot();
        string path = Path.Combine(root, Page);
        string page = File.ReadAllText(path);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin) throw new InvalidDataException($"{Page} has lost the marks between which results stand.");
        File.WriteAllText(path, page[..(begin + Begin.Length)] + "\n\n" + Render(runs) + page[end..]);
        SvgPlot.WriteAll(Path.Combine(root, PlotFolder), [.. Plots(runs)]);
    }

    private static string Render(IReadOnlyList<RunResults> runs)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, (string Area, RunResults Run)> taken in AreasOf(runs).GroupBy(pair => pair.Run.Facts.At.ToString("O", CultureInfo.InvariantCulture)))
        {
            RunFacts facts = taken.First().Run.Facts;
            text.Append(CultureInfo.InvariantCulture, $"Taken {facts.At:yyyy-MM-dd HH:mm} UTC by `bench -- {facts.Arguments}` in {facts.Seconds:N0} s: {facts.Cores} cores of {facts.Processor}, {facts.MemoryGigabytes:0.#} GB, {facts.Runtime}, {facts.System.Trim()}. ");
            text.Append(facts.OtherLoad > 0.5
                ? string.Create(CultureInfo.InvariantCulture, $"**Others kept {facts.OtherLoad:0.0} processes busy before the run: rates are too low and latencies too high, processor times an action hold.**\n\n")
                : "Nothing else ran.\n\n");
            foreach ((string area, RunResults run) in taken) Table(text, area, [.. run.Figures.Where(figure => figure.Area == area)]);
        }

        foreach (Plot plot in Plots(runs)) text.Append(CultureInfo.InvariantCulture, $"![{plot.Title}](performance/{plot.Id}.svg)\n\n");
        return text.ToString();
    }

    private static void Table(StringBuilder text, string area, IReadOnlyList<Figure> figures)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {area}\n\n| what | result | target | of the machine's limit |\n| --- | ---: | ---: | --- |\n");
        foreach (Figure figure in figures)
        {
            string verdict = figure.Target is { } target ? $"{ResultTable.TargetOf(figure)} {(target.IsMet(figure.Value) ? "✓" : "✗")}" : "";
            string share = figure.Limit is { } limit ? $"{Numbers.Share(figure.ShareOfLimit)} of {Numbers.Show(limit.Value)} ({limit.Name})" : "";
            string note = figure.Note is { } said ? $" ({said})" : "";
            text.Append(CultureInfo.InvariantCulture, $"| {figure.Name}{note} | {Numbers.Show(figure.Value)} {figure.Unit} | {verdict} | {share} |\n");
        }

        text.Append('\n');
    }

    private static IEnumerable<(string Area, RunResults Run)> AreasOf(IReadOnlyList<RunResults> runs) => runs
        .SelectMany(run => run.Figures.Select(figure => figure.Area).Distinct().Select(area => (Area: area, Run: run)))
        .GroupBy(pair => pair.Area).Select(group => group.Last());

    private static IEnumerable<Plot> Plots(IReadOnlyList<RunResults> runs) =>
        runs.SelectMany(run => run.Plots).GroupBy(plot => plot.Id).Select(group => group.Last());

    private static string FindRoot()
    {
        for (string? folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, Page))) return folder;
        }

        throw new InvalidDataException($"Run it inside the repository: {Page} was not found.");
    }
}
