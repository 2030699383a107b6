using System.Text;

namespace Approvals.Ledger.Json;

/// <summary>
/// Formats doubles as ECMAScript's <c>Number::toString</c> does (ECMA-262 §6.1.6.1.20), as RFC 8785 §3.2.2.3 asks.
/// The digits are .NET's shortest round-trip digits, but at some powers of two, where .NET's do not round-trip; else only the layout differs.
/// </summary>
internal static class EcmaScriptNumber
{
    /// <summary>Sign, 17 digits, point, up to six leading zeros or an exponent: never longer than this.</summary>
    public const int MaxLength = 32;

    /// <summary>Writes a finite double; returns the number of bytes written.</summary>
    public static int Format(double value, Span<byte> destination)
    {
        if (value == 0)
        {
            destination[0] = (byte)'0'; // minus zero too
            return 1;
        }
        Span<byte> text = stackalloc byte[MaxLength];
        int length = ShortestDigits(double.Abs(value), text);

        Span<byte> digits = stackalloc byte[MaxLength];
        int pointPosition = SplitDigits(text[..length], digits, out int count);

        int position = 0;
        if (value < 0) destination[position++] = (byte)'-';
        return position + Layout(digits[..count], pointPosition, destination[position..]);
    }

    private static int ShortestDigits(double value, Span<byte> text)
    {
        value.TryFormat(text, out int length, "R");
        if (!double.IsPow2(value) || double.Parse(text[..length]) == value) return length;
        // Below a power of two doubles lie twice as dense as above, and .NET's formatter may overstep: 2^-958 becomes a number that is
        // read back as its neighbour. Then the shortest digits are the nearest of that many, or the next ones up.
        for (int precision = 14; ; precision++)
        {
            value.TryFormat(text, out length, $"E{precision}");
            if (double.Parse(text[..length]) == value) return length;
            Increment(text[..(text.IndexOf((byte)'E'))]);
            if (double.Parse(text[..length]) == value) return length;
        }
    }

    /// <summary>Adds one in the last place of d.ddd; a carry out of the first digit cannot be, as the number would have been shorter.</summary>
    private static void Increment(Span<byte> digits)
    {
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            if (digits[i] == '.') continue;
            if (digits[i]++ < '9') return;
            digits[i] = (byte)'0';
        }
    }

    /// <summary>Significant digits without leading or trailing zeros; returns n, such that value = 0.digits × 10^n.</summary>
    private static int SplitDigits(ReadOnlySpan<byte> text, Span<byte> digits, out int count)
    {
        int exponent = 0;
        int mark = text.IndexOf((byte)'E');
        if (mark >= 0)
        {
            exponent = int.Parse(Encoding.ASCII.GetString(text[(mark + 1)..]));
            text = text[..mark];
        }
        int point = text.IndexOf((byte)'.');
        int n = (point < 0 ? text.Length : point) + exponent;
        count = 0;
        foreach (byte c in text)
        {
            if (c == '.') continue;
            if (count == 0 && c == '0') { n--; continue; }
            digits[count++] = c;
        }
        while (count > 1 && digits[count - 1] == '0') count--;
        return n;
    }

    /// <summary>The layout rules of Number::toString, steps 6 to 12; k and n are the names used there.</summary>
    private static int Layout(ReadOnlySpan<byte> digits, int n, Span<byte> destination)
    {
        int k = digits.Length;
        if (k <= n && n <= 21)
        {
            digits.CopyTo(destination);
            destination[k..n].Fill((byte)'0');
            return n;
        }
        if (0 < n && n <= 21)
        {
            digits[..n].CopyTo(destination);
            destination[n] = (byte)'.';
            digits[n..].CopyTo(destination[(n + 1)..]);
            return k + 1;
        }
        if (-6 < n && n <= 0)
        {
            "0."u8.CopyTo(destination);
            destination[2..(2 - n)].Fill((byte)'0');
            digits.CopyTo(destination[(2 - n)..]);
            return 2 - n + k;
        }
        int position = 0;
        destination[position++] = digits[0];
        if (k > 1)
        {
            destination[position++] = (byte)'.';
            digits[1..].CopyTo(destination[position..]);
            position += k - 1;
        }
        int e = n - 1;
        destination[position++] = (byte)'e';
        destination[position++] = e < 0 ? (byte)'-' : (byte)'+';
        int.Abs(e).TryFormat(destination[position..], out int written);
        return position + written;
    }
}
