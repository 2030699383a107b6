using System.Collections.Concurrent;

namespace Approvals.Policy.Cel.Functions;

/// <summary>Parts of timestamps, in UTC or a time zone (IANA name or offset <c>+02:00</c>), and durations in whole units.</summary>
internal static class TimeFunctions
{
    private static readonly CelError UnknownZone = CelError.Invalid("this is no IANA time zone and no offset such as +02:00");

    // Looking a zone up in the system takes a lock. Only names of zones that exist get in, and no more of them than MaxZones.
    private const int MaxZones = 1000;
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Zones = new(StringComparer.Ordinal);

    internal static readonly Overload[] All =
    [
        .. Part("getFullYear", (t, _) => t.Year),
        .. Part("getMonth", (t, _) => t.Month - 1),
        .. Part("getDayOfYear", (t, _) => t.DayOfYear - 1),
        .. Part("getDayOfMonth", (t, _) => t.Day - 1),
        .. Part("getDate", (t, _) => t.Day),
        .. Part("getDayOfWeek", (t, _) => (int)t.DayOfWeek),
        .. Part("getHours", (t, _) => t.Hour),
        .. Part("getMinutes", (t, _) => t.Minute),
        .. Part("getSeconds", (t, _) => t.Second),
        .. Part("getMilliseconds", (_, nanos) => nanos / 1_000_000),
        new("duration.getHours() -> int", (args, ref _) => CelValue.Of(args[0].DurationNanos / 3_600_000_000_000)),
        new("duration.getMinutes() -> int", (args, ref _) => CelValue.Of(args[0].DurationNanos / 60_000_000_000)),
        new("duration.getSeconds() -> int", (args, ref _) => CelValue.Of(args[0].DurationNanos / 1_000_000_000)),
        // The part below a second, 0..999: unlike the others not the whole duration (language definition, "getMilliseconds").
        new("duration.getMilliseconds() -> int", (args, ref _) => CelValue.Of(args[0].DurationNanos / 1_000_000 % 1000)),
    ];

    private static Overload[] Part(string name, Func<DateTime, int, int> part) =>
    [
        new($"timestamp.{name}() -> int", (args, ref _) => CelValue.Of((long)part(Utc(args[0]), args[0].TimestampNanos))),
        new($"timestamp.{name}(string) -> int", (args, ref _) =>
        {
            if (!TryOffset(args[1].StringValue, Utc(args[0]), out var seconds))
            {
                return CelValue.Of(UnknownZone);
            }

            // The local date at either end may fall outside the calendar.
            var ticks = Utc(args[0]).Ticks + (seconds * TimeSpan.TicksPerSecond);
            return ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks
                ? CelValue.Of((long)part(new DateTime(ticks), args[0].TimestampNanos))
                : CelValue.Of(CelError.Overflow);
        }),
    ];

    private static DateTime Utc(in CelValue timestamp) =>
        new(DateTime.UnixEpoch.Ticks + (timestamp.TimestampSeconds * TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private static bool TryOffset(string zone, DateTime utc, out int seconds)
    {
        if (TimeText.TryParseOffset(zone, requireSign: false, out seconds))
        {
            return true;
        }

        if (!Zones.TryGetValue(zone, out var info))
        {
            // A name that is a path must not reach the file system.
            if (zone.Length is 0 or > 64 || zone.AsSpan().ContainsAny("\\.\0 ") || zone[0] == '/'
                || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out info))
            {
                return false;
            }

            if (Zones.Count < MaxZones)
            {
                Zones.TryAdd(zone, info);
            }
        }

        seconds = (int)info.GetUtcOffset(utc).TotalSeconds;
        return true;
    }
}
