using System.Globalization;
using System.Numerics;
using System.Text;

namespace Approvals.Policy.Cel.Functions;

/// <summary>Doubles as text, by the rules of the reference implementation: shortest round-trip digits, and exact rounding half to even.</summary>
internal static class DoubleText
{
    /// <summary>Most digits after the point that formatting takes.</summary>
    internal const int MaxPrecision = 1000;

    internal static bool TryParse(string text, out double value)
    {
        // In any case, as the reference implementation's parser takes them.
        if (text.Length is >= 3 and <= 9)
        {
            switch (text.ToUpperInvariant())
            {
                case "NAN":
                    value = double.NaN;
                    return true;
                case "INFINITY" or "+INFINITY" or "INF" or "+INF":
                    value = double.PositiveInfinity;
                    return true;
                case "-INFINITY" or "-INF":
                    value = double.NegativeInfinity;
                    return true;
            }
        }

        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;
        return text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.')
            && double.TryParse(text, style, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    /// <summary>As <c>%g</c> with the fewest digits that read back: an exponent below 1e-4 and from 1e+06.</summary>
    internal static string Shortest(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        var (negative, digits, exponent) = Digits(value);
        return exponent is < -4 or >= 6 ? Scientific(negative, digits, exponent) : Plain(negative, digits, exponent);
    }

    /// <summary>All digits, no exponent, and NaN, Infinity, -Infinity.</summary>
    internal static string Decimal(double value)
    {
        if (!double.IsFinite(value))
        {
            return Special(value);
        }

        var (negative, digits, exponent) = Digits(value);
        return Plain(negative, digits, exponent);
    }

    internal static string Special(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    /// <summary>A fixed number of digits after the point; exact, rounded half to even.</summary>
    internal static string Fixed(double value, int precision)
    {
        var (negative, scaled) = Scale(value, precision);
        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        var point = digits.Length - precision;
        return (negative ? "-" : "") + digits[..point] + (precision > 0 ? "." + digits[point..] : "");
    }

    /// <summary>One digit, the point, a fixed number of digits, exponent of at least two digits.</summary>
    internal static string Scientific(double value, int precision)
    {
        if (value == 0)
        {
            return (double.IsNegative(value) ? "-" : "") + "0" + (precision > 0 ? "." + new string('0', precision) : "") + "e+00";
        }

        var exponent = Digits(value).Exponent;
        var (negative, scaled) = Scale(value, precision - exponent);
        var digits = scaled.ToString(CultureInfo.InvariantCulture);
        if (digits.Length > precision + 1)
        {
            exponent++;
            digits = digits[..^1];
        }

        return Scientific(negative, digits, exponent);
    }

    private static string Scientific(bool negative, string digits, int exponent) =>
        (negative ? "-" : "") + digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "")
        + (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    private static string Plain(bool negative, string digits, int exponent)
    {
        var text = new StringBuilder(negative ? "-" : "");
        if (exponent < 0)
        {
            return text.Append("0.").Append('0', -exponent - 1).Append(digits).ToString();
        }

        if (digits.Length <= exponent + 1)
        {
            return text.Append(digits).Append('0', exponent + 1 - digits.Length).ToString();
        }

        return text.Append(digits.AsSpan(0, exponent + 1)).Append('.').Append(digits.AsSpan(exponent + 1)).ToString();
    }

    /// <summary>The shortest digits d.ddd and the exponent of the first.</summary>
    private static (bool Negative, string Digits, int Exponent) Digits(double value)
    {
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = text.IndexOf('E');
        var exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var point = mantissa.IndexOf('.');
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        digits = digits.Trim('0');
        return digits.Length == 0 ? (double.IsNegative(value), "0", 0) : (double.IsNegative(value), digits, exponent - leading);
    }

    /// <summary>|value| * 10^power as an integer, exact and then rounded half to even.</summary>
    private static (bool Negative, BigInteger Scaled) Scale(double value, int power)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52);
        var exponent = Math.Max(biased, 1) - 1075;
        BigInteger numerator = mantissa;
        var denominator = BigInteger.One;
        if (power >= 0)
        {
            numerator *= BigInteger.Pow(10, power);
        }
        else
        {
            denominator *= BigInteger.Pow(10, -power);
        }

        if (exponent >= 0)
        {
            numerator <<= exponent;
        }
        else
        {
            denominator <<= -exponent;
        }

        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var half = (rest * 2).CompareTo(denominator);
        return (bits < 0, half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient);
    }
}
