using System.Globalization;

namespace Approvals.Web.Pages.Parts;

/// <summary>Times as people read them. Always UTC and said so: the gate does not know where its reader is.</summary>
internal static class TimeWords
{
    public static string Absolute(DateTimeOffset at) => at.UtcDateTime.ToString("ddd d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Machine(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>in 3 hours</c>, <c>12 minutes ago</c>, <c>now</c>.</summary>
    public static string Relative(DateTimeOffset at, DateTimeOffset now)
    {
        TimeSpan distance = (at - now).Duration();
        if (distance < TimeSpan.FromSeconds(45)) return at > now ? "in less than a minute" : "just now";
        string amount = distance switch
        {
            { TotalMinutes: < 120 } => Count((int)Math.Round(distance.TotalMinutes), "minute"),
            { TotalHours: < 48 } => Count((int)Math.Round(distance.TotalHours), "hour"),
            _ => Count((int)Math.Round(distance.TotalDays), "day"),
        };
        return at >= now ? "in " + amount : amount + " ago";
    }

    /// <summary>E.g. <c>42 seconds</c>, <c>7 minutes</c>.</summary>
    public static string Span(int seconds) => seconds switch
    {
        < 120 => Count(seconds, "second"),
        < 7_200 => Count((int)Math.Round(seconds / 60.0), "minute"),
        _ => Count((int)Math.Round(seconds / 3_600.0), "hour"),
    };

    private static string Count(int count, string unit) => count == 1 ? $"1 {unit}" : $"{count.ToString(CultureInfo.InvariantCulture)} {unit}s";
}
