namespace Approvals.Bench.Results;

/// <summary>One measured figure.</summary>
/// <param name="Area"><c>machine</c>, <c>http</c>, <c>engine</c>, <c>ledger</c>, <c>policy</c>, <c>redaction</c>, <c>soak</c>.</param>
public sealed record Figure(string Area, string Name, double Value, string Unit)
{
    /// <summary>What the project set itself, where it did.</summary>
    public Target? Target { get; init; }

    /// <summary>What this machine could do at most, measured in the same run.</summary>
    public Limit? Limit { get; init; }

    /// <summary>What one must know to read it right.</summary>
    public string? Note { get; init; }

    /// <summary>Of the machine's limit: 1 is all of it.</summary>
    public double? ShareOfLimit => Limit is { } limit ? (limit.IsCeiling ? Value / limit.Value : limit.Value / Value) : null;
}

/// <param name="AtLeast">Whether more is better.</param>
public sealed record Target(double Value, bool AtLeast)
{
    public static Target Least(double value) => new(value, true);

    public static Target Most(double value) => new(value, false);

    public bool IsMet(double value) => AtLeast ? value >= Value : value <= Value;
}

/// <param name="Name">What limits.</param>
/// <param name="IsCeiling">Whether figures stay below it (rates) or above it (times).</param>
public sealed record Limit(double Value, string Name, bool IsCeiling = true);

/// <summary>Something measured over time or size, to be drawn.</summary>
/// <param name="Id">Its file name.</param>
public sealed record Plot(string Id, string Title, string XAxis, string YAxis, IReadOnlyList<PlotLine> Lines)
{
    public double? Target { get; init; }
}

public sealed record PlotLine(string Name, IReadOnlyList<PlotPoint> Points);

public readonly record struct PlotPoint(double X, double Y);

/// <summary>Where and when a run was.</summary>
public sealed record RunFacts(
    DateTimeOffset At, string Processor, int Cores, double MemoryGigabytes, string System, string Runtime, string Arguments, double Seconds, double OtherLoad);

/// <summary>A whole run: what the JSON file holds.</summary>
public sealed record RunResults(RunFacts Facts, IReadOnlyList<Figure> Figures, IReadOnlyList<Plot> Plots);
