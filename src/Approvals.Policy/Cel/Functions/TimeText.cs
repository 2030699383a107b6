using System.Globalization;

namespace Approvals.Policy.Cel.Functions;

/// <summary>Timestamps (RFC 3339) and durations (<c>1h30m</c>, <c>-1.5s</c>) as text, to the nanosecond.</summary>
internal static class TimeText
{
    private const int MaxLength = 64;

    internal static bool TryParseTimestamp(string text, out CelValue value)
    {
        value = default;
        var s = text.AsSpan();
        if (s.Length is < 20 or > MaxLength || s[4] != '-' || s[7] != '-' || s[10] is not ('T' or 't') || s[13] != ':' || s[16] != ':'
            || !TryDigits(s[..4], out var year) || !TryDigits(s[5..7], out var month) || !TryDigits(s[8..10], out var day)
            || !TryDigits(s[11..13], out var hour) || !TryDigits(s[14..16], out var minute) || !TryDigits(s[17..19], out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        s = s[19..];
        if (!TryReadFraction(ref s, out var nanos))
        {
            return false;
        }

        var offset = 0;
        if (s is not ("Z" or "z") && !TryParseOffset(s, requireSign: true, out offset))
        {
            return false;
        }

        var seconds = ((new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks)
            / TimeSpan.TicksPerSecond) - offset;
        if (seconds is < CelValue.MinTimestampSeconds or > CelValue.MaxTimestampSeconds)
        {
            return false;
        }

        value = CelValue.TimestampUnchecked(seconds, nanos);
        return true;
    }

    /// <summary>An offset from UTC such as <c>+02:00</c>, in seconds; the sign may be left out where it is not required.</summary>
    internal static bool TryParseOffset(ReadOnlySpan<char> text, bool requireSign, out int seconds)
    {
        seconds = 0;
        var negative = text.StartsWith("-");
        if (negative || text.StartsWith("+"))
        {
            text = text[1..];
        }
        else if (requireSign)
        {
            return false;
        }

        if (text.Length != 5 || text[2] != ':' || !TryDigits(text[..2], out var hours) || !TryDigits(text[3..], out var minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = ((hours * 60) + minutes) * (negative ? -60 : 60);
        return true;
    }

    private static bool TryReadFraction(ref ReadOnlySpan<char> text, out int nanos)
    {
        nanos = 0;
        if (text.IsEmpty || text[0] != '.')
        {
            return true;
        }

        var digits = text[1..];
        var length = digits.IndexOfAnyExceptInRange('0', '9');
        if (length is < 1)
        {
            return false;
        }

        // Digits beyond nanoseconds are cut off, as in the reference implementation.
        for (var i = 0; i < 9; i++)
        {
            nanos = (nanos * 10) + (i < length ? digits[i] - '0' : 0);
        }

        text = digits[length..];
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    internal static string Timestamp(in CelValue value)
    {
        var time = new DateTime(DateTime.UnixEpoch.Ticks + (value.TimestampSeconds * TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        return time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(value.TimestampNanos) + "Z";
    }

    /// <summary>Seconds with as many digits as there are, and <c>s</c>.</summary>
    internal static string Duration(long nanos)
    {
        var (seconds, rest) = Int128.DivRem(Int128.Abs(nanos), 1_000_000_000);
        return (nanos < 0 ? "-" : "") + ((ulong)seconds).ToString(CultureInfo.InvariantCulture) + Fraction((int)rest) + "s";
    }

    private static string Fraction(int nanos) =>
        nanos == 0 ? "" : "." + nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');

    /// <summary>A sign and one or more decimal numbers with a unit: h, m, s, ms, us (µs), ns. Zero needs no unit.</summary>
    internal static bool TryParseDuration(string text, out long nanos)
    {
        nanos = 0;
        var s = text.AsSpan();
        if (s.Length > MaxLength)
        {
            return false;
        }

        var negative = s.StartsWith("-");
        s = negative || s.StartsWith("+") ? s[1..] : s;
        if (s is "0")
        {
            return true;
        }

        if (s.IsEmpty)
        {
            return false;
        }

        var total = Int128.Zero;
        while (!s.IsEmpty)
        {
            if (!TryReadTerm(ref s, out var term))
            {
                return false;
            }

            total += term;
            if (total > (Int128)long.MaxValue + 1)
            {
                return false;
            }
        }

        total = negative ? -total : total;
        if (total > long.MaxValue)
        {
            return false;
        }

        nanos = (long)total;
        return true;
    }

    private static bool TryReadTerm(ref ReadOnlySpan<char> text, out Int128 nanos)
    {
        nanos = 0;
        var whole = Int128.Zero;
        var at = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            whole = (whole * 10) + (text[at] - '0');
            if (whole > long.MaxValue)
            {
                return false;
            }
        }

        var digits = at;
        var fraction = 0L;
        var scale = 1L;
        if (at < text.Length && text[at] == '.')
        {
            for (at++; at < text.Length && char.IsAsciiDigit(text[at]); at++, digits++)
            {
                // No unit resolves more digits than these.
                if (scale < 1_000_000_000_000_000)
                {
                    fraction = (fraction * 10) + (text[at] - '0');
                    scale *= 10;
                }
            }
        }

        if (digits == 0)
        {
            return false;
        }

        var unitLength = 0;
        while (at + unitLength < text.Length && !char.IsAsciiDigit(text[at + unitLength]) && text[at + unitLength] != '.')
        {
            unitLength++;
        }

        long unit = text.Slice(at, unitLength) switch
        {
            "h" => 3_600_000_000_000,
            "m" => 60_000_000_000,
            "s" => 1_000_000_000,
            "ms" => 1_000_000,
            "us" or "µs" or "μs" => 1_000,
            "ns" => 1,
            _ => 0,
        };
        text = text[(at + unitLength)..];
        nanos = (whole * unit) + ((Int128)fraction * unit / scale);
        return unit != 0;
    }
}
