using System.Globalization;
using Approvals.Policy.Rules;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Calendars;

/// <summary>Reads <c>freezes:</c> and <c>calendars:</c>.</summary>
internal sealed class CalendarReader(DiagnosticList diagnostics)
{
    private const int MaximumNames = 100;
    private const int MaximumDates = 1_000;

    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly Dictionary<string, Freeze> _freezes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkCalendar> _calendars = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Freeze> Freezes => _freezes;

    public IReadOnlyDictionary<string, WorkCalendar> Calendars => _calendars;

    public void Read(YamlKeys root)
    {
        foreach (var (name, node) in root.Named("freezes", MaximumNames))
        {
            if (Names.Check(name, "name of a freeze", diagnostics) && YamlKeys.Of(node, "A freeze", diagnostics) is { } keys)
                ReadFreeze(name.Text, keys);
        }
        foreach (var (name, node) in root.Named("calendars", MaximumNames))
        {
            if (Names.Check(name, "calendar name", diagnostics) && YamlKeys.Of(node, "A calendar", diagnostics) is { } keys)
                ReadCalendar(name.Text, keys);
        }
    }

    private void ReadFreeze(string name, YamlKeys keys)
    {
        var zone = Zone(keys);
        var from = Local(keys, "from");
        var until = Local(keys, "until");
        keys.Finish();
        if (zone is null || from is null || until is null)
            return;
        if (from >= until)
            diagnostics.Error(keys.Node, "wrong_time", $"`{name}` ends before it begins.", "Make `until` later than `from`.");
        // A freeze begins at the first of two such times, and ends at the second: rather longer than shorter.
        _freezes[name] = new Freeze(name, Instant(zone, from.Value, latest: false), Instant(zone, until.Value, latest: true));
    }

    private void ReadCalendar(string name, YamlKeys keys)
    {
        var zone = Zone(keys);
        var hours = Hours(keys);
        var holidays = keys.Scalars("holidays", MaximumDates).Select(Date).OfType<DateOnly>().ToHashSet();
        var closed = new List<Freeze>();
        foreach (var freeze in keys.Scalars("closed", MaximumNames))
        {
            if (_freezes.TryGetValue(freeze.Text, out var known))
                closed.Add(known);
            else
                diagnostics.Error(freeze, "unknown_freeze", $"There is no freeze `{freeze.Text}`.", Suggestion.For(freeze.Text, _freezes.Keys) ?? "Define it under `freezes:`.");
        }
        keys.Finish();
        if (zone is not null)
            _calendars[name] = new WorkCalendar(name, zone, hours, holidays, closed);
    }

    private Dictionary<DayOfWeek, IReadOnlyList<(int From, int Until)>> Hours(YamlKeys keys)
    {
        var hours = new Dictionary<DayOfWeek, IReadOnlyList<(int From, int Until)>>();
        if (keys.Require("hours") is not { } node || YamlKeys.Of(node, "`hours`", diagnostics) is not { } days)
            return hours;
        foreach (var (day, _) in days.Node.Entries)
        {
            var spans = days.Scalars(day.Text, 10).Select(Span).OfType<(int From, int Until)>().OrderBy(s => s.From).ToList();
            if (spans.Zip(spans.Skip(1)).Any(p => p.First.Until > p.Second.From))
                diagnostics.Error(day, "wrong_time", $"The hours of `{day.Text}` overlap.", "Write them apart.");
            foreach (var each in Days(day))
            {
                if (!hours.TryAdd(each, spans))
                    diagnostics.Error(day, "duplicate_key", $"The hours of {each} stand here twice.", "Name each day once.");
            }
        }
        if (days.Node.Entries.All(e => e.Value is YamlSequence { Items.Count: 0 }))
            diagnostics.Error(node, "no_open_hours", "Nobody ever works in this calendar.", "Write for example `hours: {mon-fri: \"09:00-17:00\"}`.");
        return hours;
    }

    private IEnumerable<DayOfWeek> Days(YamlScalar scalar)
    {
        var ends = scalar.Text.Split('-');
        var from = Array.IndexOf(s_days, ends[0]);
        var to = Array.IndexOf(s_days, ends[^1]);
        if (ends.Length > 2 || from < 0 || to < 0)
        {
            diagnostics.Error(scalar, "unknown_word", $"`{scalar.Text}` is no day.", "Write mon, tue, wed, thu, fri, sat, sun, or a span: mon-fri.");
            yield break;
        }
        for (var day = from; ; day = (day + 1) % 7)
        {
            yield return (DayOfWeek)day;
            if (day == to)
                yield break;
        }
    }

    private (int From, int Until)? Span(YamlScalar scalar)
    {
        var ends = scalar.Text.Split('-');
        if (ends.Length == 2 && Minutes(ends[0]) is { } from && Minutes(ends[1]) is { } until && from < until)
            return (from, until);
        diagnostics.Error(scalar, "wrong_time", $"`{scalar.Text}` is no span of hours.", "Write for example \"09:00-17:00\"; the latest end is 24:00.");
        return null;
    }

    private static int? Minutes(string text) =>
        text == "24:00" ? 1_440
        : TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? (time.Hour * 60) + time.Minute
        : null;

    private DateOnly? Date(YamlScalar scalar)
    {
        if (DateOnly.TryParseExact(scalar.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        diagnostics.Error(scalar, "wrong_time", $"`{scalar.Text}` is no date.", "Write for example 2026-12-25.");
        return null;
    }

    private static DateTime? Local(YamlKeys keys, string key)
    {
        if (keys.Scalar(key, required: true) is not { } scalar)
            return null;
        if (DateTime.TryParseExact(scalar.Text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            && local.Year is > 1900 and < 9000)
            return local;
        keys.Diagnostics.Error(scalar, "wrong_time", $"`{scalar.Text}` is no local time.", "Write for example 2026-12-18T18:00, without an offset: the zone stands beside it.");
        return null;
    }

    private TimeZoneInfo? Zone(YamlKeys keys)
    {
        if (keys.Scalar("zone", required: true) is not { } scalar)
            return null;
        // TimeZoneInfo reads files by this name: nothing but an IANA name goes there.
        if (scalar.Text.Length is > 0 and <= 60 && scalar.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
            && TimeZoneInfo.TryFindSystemTimeZoneById(scalar.Text, out var zone))
            return zone;
        diagnostics.Error(scalar, "unknown_zone", $"`{scalar.Text}` is no time zone known here.", "Write an IANA name such as Europe/Berlin or UTC; the system needs its time zone data (Debian: tzdata).");
        return null;
    }

    private static DateTimeOffset Instant(TimeZoneInfo zone, DateTime local, bool latest)
    {
        var offset = zone.IsAmbiguousTime(local) ? latest ? zone.GetAmbiguousTimeOffsets(local).Min() : zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
