using System.Globalization;

namespace Approvals.Policy.Yaml;

/// <summary>Durations as people write them: <c>90s</c>, <c>30m</c>, <c>4h</c>, <c>2d</c>, or larger units before smaller: <c>1d12h</c>.</summary>
internal static class Durations
{
    public static TimeSpan? Read(YamlScalar scalar, string key, TimeSpan maximum, DiagnosticList diagnostics)
    {
        if (!TryParse(scalar.Text, out var value) || value <= TimeSpan.Zero)
            diagnostics.Error(scalar, "wrong_duration", $"`{key}: {scalar.Text}` is not a duration.", "Write a number with d, h, m or s, for example `4h` or `1d12h`.");
        else if (value > maximum)
            diagnostics.Error(scalar, "wrong_duration", $"`{key}: {scalar.Text}` is longer than {Write(maximum)}.", $"Use at most {Write(maximum)}.");
        else
            return value;
        return null;
    }

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var units = "dhms";
        var used = -1;
        var i = 0;
        while (i < text.Length)
        {
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
                i++;
            // Nine digits: enough for thirty years in seconds, and no product below can overflow.
            if (i == start || i - start > 9 || i == text.Length)
                return false;
            var unit = units.IndexOf(text[i++]);
            if (unit <= used)
                return false;
            used = unit;
            var count = long.Parse(text.AsSpan(start, i - start - 1), NumberStyles.None, CultureInfo.InvariantCulture);
            value += TimeSpan.FromSeconds(count * (unit switch { 0 => 86_400L, 1 => 3_600L, 2 => 60L, _ => 1L }));
        }
        return text.Length > 0;
    }

    public static string Write(TimeSpan value)
    {
        var parts = new List<string>();
        if (value.Days > 0) parts.Add($"{value.Days}d");
        if (value.Hours > 0) parts.Add($"{value.Hours}h");
        if (value.Minutes > 0) parts.Add($"{value.Minutes}m");
        if (value.Seconds > 0 || parts.Count == 0) parts.Add($"{value.Seconds}s");
        return string.Concat(parts);
    }
}
