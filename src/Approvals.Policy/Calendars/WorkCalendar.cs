namespace Approvals.Policy.Calendars;

/// <summary>A span of time in which something is frozen.</summary>
internal sealed record Freeze(string Name, DateTimeOffset From, DateTimeOffset Until)
{
    public bool Holds(DateTimeOffset now) => From <= now && now < Until;
}

/// <summary>Working hours in a time zone. Pure: the same arguments and the same time zone data give the same instants.</summary>
/// <param name="Hours">By day of the week, in minutes after midnight, ascending and apart; 1,440 ends a day.</param>
/// <param name="Closed">Freezes in which nobody works.</param>
internal sealed record WorkCalendar(
    string Name,
    TimeZoneInfo Zone,
    IReadOnlyDictionary<DayOfWeek, IReadOnlyList<(int From, int Until)>> Hours,
    IReadOnlySet<DateOnly> Holidays,
    IReadOnlyList<Freeze> Closed)
{
    /// <summary>How far ahead the windows of a plan reach: longer than any review with a deadline in working hours should take.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(60);

    public bool IsOpen(DateTimeOffset now) => Windows(now, TimeSpan.FromDays(1)).Any(w => w.From <= now && now < w.Until);

    /// <summary>The working time of the next <paramref name="span"/>, ascending and apart.</summary>
    public IReadOnlyList<OpenWindow> Windows(DateTimeOffset now, TimeSpan span)
    {
        // A time at the very end of the calendar has no next sixty days; nor has anybody to review then.
        if (now > DateTimeOffset.MaxValue - span - TimeSpan.FromDays(3) || now < DateTimeOffset.MinValue + TimeSpan.FromDays(3))
            return [];
        var end = now + span;
        var windows = new List<OpenWindow>();
        var last = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(end, Zone).DateTime);
        // The day before: its hours may reach over midnight where the zone moved.
        for (var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, Zone).DateTime).AddDays(-1); day <= last; day = day.AddDays(1))
        {
            if (Holidays.Contains(day) || !Hours.TryGetValue(day.DayOfWeek, out var hours))
                continue;
            foreach (var (from, until) in hours)
                Add(windows, Max(now, Instant(day, from, latest: false)), Min(end, Instant(day, until, latest: true)));
        }
        return windows;
    }

    /// <summary>What is left of a span once the freezes are taken out.</summary>
    private void Add(List<OpenWindow> windows, DateTimeOffset from, DateTimeOffset until)
    {
        foreach (var freeze in Closed.OrderBy(f => f.From))
        {
            if (freeze.Until <= from || freeze.From >= until)
                continue;
            if (freeze.From > from)
                windows.Add(new OpenWindow(from, freeze.From));
            from = freeze.Until;
        }
        if (from < until)
            windows.Add(new OpenWindow(from, until));
    }

    /// <summary>
    /// The instant of a local time. One that is skipped when clocks go forward is the instant they do; of one that comes twice when they go
    /// back, the first begins and the second ends.
    /// </summary>
    private DateTimeOffset Instant(DateOnly day, int minutes, bool latest)
    {
        var local = day.ToDateTime(TimeOnly.MinValue).AddMinutes(minutes);
        if (Zone.IsInvalidTime(local))
        {
            // Before the gap the offset is the smaller one; the gap begins at the last valid minute before it.
            while (Zone.IsInvalidTime(local))
                local = local.AddMinutes(-1);
            return new DateTimeOffset(local, Zone.GetUtcOffset(local)).AddMinutes(1).ToUniversalTime();
        }
        var offset = Zone.IsAmbiguousTime(local)
            ? latest ? Zone.GetAmbiguousTimeOffsets(local).Min() : Zone.GetAmbiguousTimeOffsets(local).Max()
            : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b.ToUniversalTime();

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b.ToUniversalTime();
}
