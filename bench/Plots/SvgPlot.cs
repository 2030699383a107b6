using System.Globalization;
using System.Security;
using System.Text;
using Approvals.Bench.Results;

namespace Approvals.Bench.Plots;

/// <summary>Draws a plot as a small SVG that is readable on light and on dark ground (it follows <c>prefers-color-scheme</c>).</summary>
internal static class SvgPlot
{
    private const int Width = 720;
    private const int Height = 340;
    private const int Left = 72;
    private const int Right = 20;
    private const int Top = 44;
    private const int Bottom = 62;

    /// <summary>More points than pixels only make the file larger.</summary>
    private const int MaxPoints = 240;

    // Distinguishable without colour too: each line has its own dash pattern (Okabe and Ito's palette, made for colour blindness).
    private static readonly (string Colour, string Dash)[] s_styles = [("#0072B2", ""), ("#D55E00", "6 3"), ("#009E73", "2 3"), ("#CC79A7", "9 3 2 3")];

    /// <summary>Draws each plot into a file of its id's name.</summary>
    public static void WriteAll(string folder, IReadOnlyList<Plot> plots)
    {
        Directory.CreateDirectory(folder);
        foreach (Plot plot in plots) File.WriteAllText(Path.Combine(folder, plot.Id + ".svg"), Draw(plot));
    }

    public static string Draw(Plot plot)
    {
        double maxX = Ceiling(plot.Lines.SelectMany(line => line.Points).Select(point => point.X).DefaultIfEmpty(1).Max());
        double maxY = Ceiling(plot.Lines.SelectMany(line => line.Points).Select(point => point.Y).Append(plot.Target ?? 0).Max() * 1.05);
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Text(plot.Title)}\">\n"));
        svg.Append("""
            <style>
            text{font:12px system-ui,sans-serif;fill:#24292f}.t{font-size:14px;font-weight:600}.g{stroke:#d0d7de}.a{stroke:#57606a}.k{stroke:#cf222e;stroke-dasharray:3 4}
            path{fill:none;stroke-width:1.8;stroke-linejoin:round}rect{fill:#fff}
            @media(prefers-color-scheme:dark){text{fill:#e6edf3}.g{stroke:#30363d}.a{stroke:#8b949e}.k{stroke:#ff7b72}rect{fill:#0d1117}}
            </style>

            """);
        svg.Append(Invariant($"<rect width=\"{Width}\" height=\"{Height}\"/>\n<text class=\"t\" x=\"{Left}\" y=\"22\">{Text(plot.Title)}</text>\n"));
        Grid(svg, plot, maxX, maxY);
        for (int i = 0; i < plot.Lines.Count; i++) Line(svg, plot.Lines[i], i, maxX, maxY);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Grid(StringBuilder svg, Plot plot, double maxX, double maxY)
    {
        for (int i = 0; i <= 5; i++)
        {
            double y = Y(maxY * i / 5, maxY);
            double x = X(maxX * i / 5, maxX);
            svg.Append(Invariant($"<line class=\"{(i == 0 ? "a" : "g")}\" x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\"/>"));
            svg.Append(Invariant($"<text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Tick(maxY * i / 5)}</text>"));
            svg.Append(Invariant($"<text x=\"{x:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Tick(maxX * i / 5)}</text>\n"));
        }

        svg.Append(Invariant($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - Bottom + 36}\" text-anchor=\"middle\">{Text(plot.XAxis)}</text>\n"));
        svg.Append(Invariant($"<text x=\"16\" y=\"{(Top + Height - Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {(Top + Height - Bottom) / 2})\">{Text(plot.YAxis)}</text>\n"));
        if (plot.Target is not { } target) return;
        svg.Append(Invariant($"<line class=\"k\" x1=\"{Left}\" y1=\"{Y(target, maxY):0.#}\" x2=\"{Width - Right}\" y2=\"{Y(target, maxY):0.#}\"/>"));
        svg.Append(Invariant($"<text x=\"{Width - Right}\" y=\"{Y(target, maxY) - 4:0.#}\" text-anchor=\"end\">target {Tick(target)}</text>\n"));
    }

    private static void Line(StringBuilder svg, PlotLine line, int index, double maxX, double maxY)
    {
        (string colour, string dash) = s_styles[index % s_styles.Length];
        svg.Append(Invariant($"<path stroke=\"{colour}\"{(dash.Length > 0 ? $" stroke-dasharray=\"{dash}\"" : "")} d=\""));
        IReadOnlyList<PlotPoint> points = Thin(line.Points);
        for (int i = 0; i < points.Count; i++) svg.Append(Invariant($"{(i == 0 ? "M" : "L")}{X(points[i].X, maxX):0.#} {Y(points[i].Y, maxY):0.#}"));
        svg.Append("\"/>\n");
        if (line.Name.Length == 0) return; // the title says what it is
        int x = Left + (index * (Width - Left - Right) / s_styles.Length);
        svg.Append(Invariant($"<path stroke=\"{colour}\"{(dash.Length > 0 ? $" stroke-dasharray=\"{dash}\"" : "")} d=\"M{x} {Height - 12}h22\"/>"));
        svg.Append(Invariant($"<text x=\"{x + 28}\" y=\"{Height - 8}\">{Text(line.Name)}</text>\n"));
    }

    /// <summary>Means of neighbours where there are more points than can be seen.</summary>
    private static IReadOnlyList<PlotPoint> Thin(IReadOnlyList<PlotPoint> points)
    {
        if (points.Count <= MaxPoints) return points;
        int size = (points.Count + MaxPoints - 1) / MaxPoints;
        return [.. points.Chunk(size).Select(chunk => new PlotPoint(chunk.Average(point => point.X), chunk.Average(point => point.Y)))];
    }

    private static double X(double value, double max) => Left + (value / max * (Width - Left - Right));

    private static double Y(double value, double max) => Height - Bottom - (value / max * (Height - Top - Bottom));

    /// <summary>The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 times a power of ten: ticks at fifths are then short numbers.</summary>
    private static double Ceiling(double value)
    {
        if (value <= 0) return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
        return steps.First(step => step * power >= value * 0.999999) * power;
    }

    private static string Tick(double value) => value switch
    {
        >= 1_000_000 => Invariant($"{value / 1_000_000:0.##}M"),
        >= 10_000 => Invariant($"{value / 1_000:0.##}k"),
        _ => Invariant($"{value:0.###}"),
    };

    private static string Text(string text) => SecurityElement.Escape(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
