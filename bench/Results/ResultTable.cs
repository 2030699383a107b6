namespace Approvals.Bench.Results;

/// <summary>The table at the end of a run.</summary>
internal static class ResultTable
{
    private static readonly string[] s_headings = ["", "result", "unit", "target", "", "share of the machine's limit"];

    public static void Write(TextWriter output, IReadOnlyList<Figure> figures)
    {
        foreach (IGrouping<string, Figure> area in figures.GroupBy(figure => figure.Area))
        {
            string[][] rows = [[area.Key, .. s_headings[1..]], .. area.Select(Row)];
            int[] widths = [.. Enumerable.Range(0, s_headings.Length).Select(column => rows.Max(row => row[column].Length))];
            output.WriteLine();
            foreach (string[] row in rows)
            {
                output.WriteLine(string.Join("  ", row.Select((cell, column) =>
                    column is 1 or 3 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
            }
        }
    }

    private static string[] Row(Figure figure) =>
    [
        "  " + figure.Name,
        Numbers.Show(figure.Value),
        figure.Unit,
        TargetOf(figure),
        figure.Target is { } target ? (target.IsMet(figure.Value) ? "met" : "missed") : "",
        figure.Limit is { } limit ? $"{Numbers.Share(figure.ShareOfLimit)} of {Numbers.Show(limit.Value)} ({limit.Name})" : "",
    ];

    public static string TargetOf(Figure figure) =>
        figure.Target is { } target ? (target.AtLeast ? "≥ " : "≤ ") + Numbers.Show(target.Value) : "";
}
