using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>General check digit schemes. Separators in the value are skipped.</summary>
internal static class CheckDigits
{
    /// <summary>ISO/IEC 7812-1 annex B (Luhn).</summary>
    public static bool Luhn(ReadOnlySpan<byte> value)
    {
        int sum = 0, digits = 0;
        for (var i = value.Length - 1; i >= 0; i--)
        {
            if (!ByteClass.IsDigit(value[i])) continue;
            var d = value[i] - '0';
            if ((digits++ & 1) == 1 && (d *= 2) > 9) d -= 9;
            sum += d;
        }
        return digits > 1 && sum % 10 == 0;
    }

    /// <summary>A payment card: issuer range (ISO/IEC 7812), length for that issuer, Luhn, and not one digit repeated.</summary>
    public static bool Card(ReadOnlySpan<byte> value)
    {
        Span<byte> digits = stackalloc byte[20];
        var n = Digits(value, digits);
        if (n is < 12 or > 19) return false;
        digits = digits[..n];
        var same = true;
        for (var i = 1; i < n; i++) same &= digits[i] == digits[0];
        return !same && CardIssuer(digits) && Luhn(value);
    }

    /// <summary>Copies the digits (0 to 9 as numbers); returns how many there are, or 255 when they do not fit.</summary>
    public static int Digits(ReadOnlySpan<byte> value, Span<byte> digits)
    {
        var n = 0;
        foreach (var b in value)
        {
            if (!ByteClass.IsDigit(b)) continue;
            if (n == digits.Length) return 255;
            digits[n++] = (byte)(b - '0');
        }
        return n;
    }

    private static bool CardIssuer(ReadOnlySpan<byte> d)
    {
        var two = d[0] * 10 + d[1];
        var four = two * 100 + d[2] * 10 + d[3];
        var n = d.Length;
        return d[0] switch
        {
            4 => n is 13 or 16 or 19,
            5 => two is >= 51 and <= 55 ? n == 16 : n is >= 12 and <= 19 && (two is 50 or >= 56),
            3 => two is 34 or 37 ? n == 15 : two is 30 or 36 or 38 or 39 ? n is >= 14 and <= 19 : two == 35 && n is >= 16 and <= 19,
            2 => four is >= 2221 and <= 2720 ? n == 16 : (four is 2131 or 2014 or 2149 && n == 15) || (four is >= 2200 and <= 2204 && n is >= 16 and <= 19),
            1 => four == 1800 && n == 15,
            6 => n is >= 12 and <= 19,
            8 => two == 81 && n is >= 16 and <= 19,
            9 => four is 9792 && n == 16,
            _ => false,
        };
    }
}
