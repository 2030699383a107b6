using System.Globalization;

namespace Approvals.Bench.Results;

/// <summary>Gathers what a run measures and says how far it is: progress on standard error, so that standard output holds the table alone.</summary>
public sealed class ResultSheet(TextWriter progress)
{
    private readonly Lock _gate = new();
    private readonly List<Figure> _figures = [];
    private readonly List<Plot> _plots = [];

    public IReadOnlyList<Figure> Figures
    {
        get
        {
            lock (_gate) return [.. _figures];
        }
    }

    public IReadOnlyList<Plot> Plots
    {
        get
        {
            lock (_gate) return [.. _plots];
        }
    }

    /// <summary>What came out as no number (nothing was done in the time) is said and left out: JSON has no form for it, and a whole run would be lost.</summary>
    public void Add(Figure figure)
    {
        if (!double.IsFinite(figure.Value))
        {
            Say($"  {figure.Area}: {figure.Name} could not be measured");
            return;
        }

        lock (_gate) _figures.Add(figure);
        Say($"  {figure.Area}: {figure.Name} {Numbers.Show(figure.Value)} {figure.Unit}");
    }

    /// <inheritdoc cref="Add(Figure)"/>
    public void Add(Plot plot)
    {
        Plot drawn = plot with
        {
            Lines = [.. plot.Lines.Select(line => line with { Points = [.. line.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))] })],
        };
        lock (_gate) _plots.Add(drawn);
    }

    public double? Find(string area, string name)
    {
        lock (_gate) return _figures.Find(figure => figure.Area == area && figure.Name == name)?.Value;
    }

    public void Say(string line)
    {
        lock (_gate) progress.WriteLine(line);
    }
}

/// <summary>How numbers are written for people.</summary>
public static class Numbers
{
    public static string Show(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("N1", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("N2", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("N3", CultureInfo.InvariantCulture),
    };

    public static string Share(double? share) => share is { } part ? part.ToString("P0", CultureInfo.InvariantCulture) : "";

    /// <summary>The value below which a share of sorted values lies; 0 of none.</summary>
    public static double Percentile(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * share)];
}
