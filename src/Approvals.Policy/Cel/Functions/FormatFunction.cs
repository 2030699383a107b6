using System.Globalization;
using System.Text;
using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Functions;

/// <summary>
/// <c>string.format(list)</c> of the strings extension: %s %d %f %e %b %o %x %X and %%, with a precision (<c>%.3f</c>) for f and e.
/// </summary>
internal static class FormatFunction
{
    private const int DefaultPrecision = 6;

    // Exact digits of a double take integers of a thousand bits and more.
    private const int FloatCost = 50;

    private static readonly CelError BadClause = CelError.Invalid("a formatting clause must be one of %s %d %f %e %b %o %x %X %%");
    private static readonly CelError BadArgument = CelError.Invalid("an argument is of a type that its formatting clause does not take");
    private static readonly CelError MissingArgument = CelError.Invalid("there are more formatting clauses than arguments");

    internal static CelValue Format(string format, CelValue[] args, ref CostMeter meter)
    {
        meter.ChargeText(format.Length);
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            at++;
            if (at < format.Length && format[at] == '%')
            {
                result.Append('%');
                continue;
            }

            if (!TryPrecision(format, ref at, out var precision))
            {
                return CelValue.Of(BadClause);
            }

            if (next == args.Length)
            {
                return CelValue.Of(MissingArgument);
            }

            var clause = format[at];
            meter.Charge(clause is 'f' or 'e' ? FloatCost + (precision ?? 0) : 1);
            if (!"sdfebXxo".Contains(clause))
            {
                return CelValue.Of(BadClause);
            }

            var before = result.Length;
            if (!TryAppend(result, clause, precision ?? DefaultPrecision, args[next++], ref meter))
            {
                return CelValue.Of(BadArgument);
            }

            meter.ChargeText(result.Length - before);
        }

        return CelValue.Of(result.ToString());
    }

    private static bool TryPrecision(string format, ref int at, out int? precision)
    {
        precision = null;
        if (at < format.Length && format[at] == '.')
        {
            var start = ++at;
            while (at < format.Length && char.IsAsciiDigit(format[at]))
            {
                at++;
            }

            if (!int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                || value > DoubleText.MaxPrecision)
            {
                return false;
            }

            precision = value;
        }

        return at < format.Length;
    }

    private static bool TryAppend(StringBuilder result, char clause, int precision, in CelValue value, ref CostMeter meter)
    {
        switch (clause)
        {
            case 's':
                return TryAppendText(result, value, ref meter);
            case 'd' when value.Kind == CelKind.Double:
                result.Append(DoubleText.Decimal(value.DoubleValue));
                return true;
            case 'd' when value.Kind == CelKind.Int:
                result.Append(value.IntValue);
                return true;
            case 'd' when value.Kind == CelKind.Uint:
                result.Append(value.UintValue);
                return true;
            case 'f' or 'e' when CelEquality.IsNumber(value):
                var number = value.Kind switch
                {
                    CelKind.Int => value.IntValue,
                    CelKind.Uint => value.UintValue,
                    _ => value.DoubleValue,
                };
                result.Append(!double.IsFinite(number) ? DoubleText.Special(number)
                    : clause == 'f' ? DoubleText.Fixed(number, precision)
                    : DoubleText.Scientific(number, precision));
                return true;
            case 'b' when value.Kind == CelKind.Bool:
                result.Append(value.BoolValue ? '1' : '0');
                return true;
            case 'b' or 'o' or 'x' or 'X' when value.Kind is CelKind.Int or CelKind.Uint:
                AppendRadix(result, clause, value);
                return true;
            case 'x' or 'X' when value.Kind is CelKind.String or CelKind.Bytes:
                var bytes = value.Kind == CelKind.Bytes ? value.BytesValue : Encoding.UTF8.GetBytes(value.StringValue);
                result.Append(clause == 'x' ? Convert.ToHexStringLower(bytes) : Convert.ToHexString(bytes));
                return true;
            default:
                return false;
        }
    }

    private static void AppendRadix(StringBuilder result, char clause, in CelValue value)
    {
        // Negative numbers keep their sign: -0x1f, not two's complement.
        var negative = value.Kind == CelKind.Int && value.IntValue < 0;
        var magnitude = negative ? unchecked((ulong)-value.IntValue) : value.UintValue;
        result.Append(negative ? "-" : "");
        result.Append(clause switch
        {
            'b' => magnitude.ToString("b", CultureInfo.InvariantCulture),
            'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
            _ => Octal(magnitude),
        });
    }

    private static string Octal(ulong value)
    {
        Span<char> digits = stackalloc char[22];
        var start = digits.Length;
        do
        {
            digits[--start] = (char)('0' + (value & 7));
            value >>= 3;
        }
        while (value != 0);

        return digits[start..].ToString();
    }

    private static bool TryAppendText(StringBuilder result, in CelValue value, ref CostMeter meter)
    {
        meter.Charge(1);
        switch (value.Kind)
        {
            case CelKind.Null:
                result.Append("null");
                return true;
            case CelKind.Bool:
                result.Append(value.BoolValue ? "true" : "false");
                return true;
            case CelKind.Int:
                result.Append(value.IntValue);
                return true;
            case CelKind.Uint:
                result.Append(value.UintValue);
                return true;
            case CelKind.Double:
                result.Append(DoubleText.Decimal(value.DoubleValue));
                return true;
            case CelKind.String:
                meter.ChargeText(value.StringValue.Length);
                result.Append(value.StringValue);
                return true;
            case CelKind.Bytes:
                meter.ChargeText(value.BytesValue.Length);
                result.Append(Encoding.UTF8.GetString(value.BytesValue));
                return true;
            case CelKind.Timestamp:
                result.Append(TimeText.Timestamp(value));
                return true;
            case CelKind.Duration:
                result.Append(TimeText.Duration(value.DurationNanos));
                return true;
            case CelKind.Type:
                result.Append(value.TypeValue.Name);
                return true;
            case CelKind.List:
                return TryAppendList(result, value.ListValue, ref meter);
            case CelKind.Map:
                return TryAppendMap(result, value.MapValue, ref meter);
            default:
                return false;
        }
    }

    private static bool TryAppendList(StringBuilder result, CelValue[] list, ref CostMeter meter)
    {
        meter.EnterAggregate(list.Length);
        result.Append('[');
        for (var i = 0; i < list.Length; i++)
        {
            result.Append(i > 0 ? ", " : "");
            if (!TryAppendText(result, list[i], ref meter))
            {
                return false;
            }
        }

        result.Append(']');
        return true;
    }

    private static bool TryAppendMap(StringBuilder result, CelMap map, ref CostMeter meter)
    {
        meter.EnterAggregate(map.Count);
        var entries = new (string Key, string Value)[map.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var key = new StringBuilder();
            var value = new StringBuilder();
            if (!TryAppendText(key, map.KeyArray[i], ref meter) || !TryAppendText(value, map.ValueArray[i], ref meter))
            {
                return false;
            }

            meter.ChargeText(value.Length);
            entries[i] = (key.ToString(), value.ToString());
        }

        // Ordered by the text of the key, so that the result is one and the same.
        Array.Sort(entries, (a, b) => CelEquality.CompareStrings(a.Key, b.Key));
        result.Append('{').AppendJoin(", ", entries.Select(e => $"{e.Key}: {e.Value}")).Append('}');
        return true;
    }
}
