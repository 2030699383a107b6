using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel.Evaluation;

/// <summary>The arithmetic operators: exact in 64 bits or an <c>overflow</c> error, never wrapped; both sides of one type.</summary>
internal static class Arithmetic
{
    internal static CelValue Apply(TokenKind op, in CelValue a, in CelValue b, ref CostMeter meter) => (a.Kind, b.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => Int(op, a.IntValue, b.IntValue),
        (CelKind.Uint, CelKind.Uint) => Uint(op, a.UintValue, b.UintValue),
        (CelKind.Double, CelKind.Double) => Double(op, a.DoubleValue, b.DoubleValue),
        _ when op == TokenKind.Plus => Add(a, b, ref meter),
        _ when op == TokenKind.Minus => Subtract(a, b),
        _ => CelValue.Of(CelError.NoSuchOverload),
    };

    private static CelValue Int(TokenKind op, long a, long b)
    {
        long result;
        switch (op)
        {
            case TokenKind.Plus:
                result = unchecked(a + b);
                return ((a ^ result) & (b ^ result)) < 0 ? CelValue.Of(CelError.Overflow) : CelValue.Of(result);
            case TokenKind.Minus:
                result = unchecked(a - b);
                return ((a ^ b) & (a ^ result)) < 0 ? CelValue.Of(CelError.Overflow) : CelValue.Of(result);
            case TokenKind.Star:
                var high = Math.BigMul(a, b, out var low);
                return high == low >> 63 ? CelValue.Of(low) : CelValue.Of(CelError.Overflow);
            case TokenKind.Slash:
                return b == 0 ? CelValue.Of(CelError.DivideByZero)
                    : b == -1 && a == long.MinValue ? CelValue.Of(CelError.Overflow)
                    : CelValue.Of(a / b);
            case TokenKind.Percent:
                return b == 0 ? CelValue.Of(CelError.ModulusByZero)
                    : b == -1 ? (a == long.MinValue ? CelValue.Of(CelError.Overflow) : CelValue.Of(0L))
                    : CelValue.Of(a % b);
            default:
                return CelValue.Of(CelError.NoSuchOverload);
        }
    }

    private static CelValue Uint(TokenKind op, ulong a, ulong b) => op switch
    {
        TokenKind.Plus => unchecked(a + b) < a ? CelValue.Of(CelError.Overflow) : CelValue.Of(a + b),
        TokenKind.Minus => b > a ? CelValue.Of(CelError.Overflow) : CelValue.Of(a - b),
        TokenKind.Star => Math.BigMul(a, b, out var low) == 0 ? CelValue.Of(low) : CelValue.Of(CelError.Overflow),
        TokenKind.Slash => b == 0 ? CelValue.Of(CelError.DivideByZero) : CelValue.Of(a / b),
        TokenKind.Percent => b == 0 ? CelValue.Of(CelError.ModulusByZero) : CelValue.Of(a % b),
        _ => CelValue.Of(CelError.NoSuchOverload),
    };

    private static CelValue Double(TokenKind op, double a, double b) => op switch
    {
        TokenKind.Plus => CelValue.Of(a + b),
        TokenKind.Minus => CelValue.Of(a - b),
        TokenKind.Star => CelValue.Of(a * b),
        TokenKind.Slash => CelValue.Of(a / b),
        _ => CelValue.Of(CelError.NoSuchOverload),
    };

    private static CelValue Add(in CelValue a, in CelValue b, ref CostMeter meter)
    {
        switch (a.Kind, b.Kind)
        {
            case (CelKind.String, CelKind.String):
                meter.ChargeText((long)a.StringValue.Length + b.StringValue.Length);
                return CelValue.Of(string.Concat(a.StringValue, b.StringValue));
            case (CelKind.Bytes, CelKind.Bytes):
                meter.ChargeText((long)a.BytesValue.Length + b.BytesValue.Length);
                return CelValue.Of((byte[])[.. a.BytesValue, .. b.BytesValue]);
            case (CelKind.List, CelKind.List):
                meter.Charge((long)a.ListValue.Length + b.ListValue.Length);
                return CelValue.Of((CelValue[])[.. a.ListValue, .. b.ListValue]);
            case (CelKind.Duration, CelKind.Duration):
                return Duration((Int128)a.DurationNanos + b.DurationNanos);
            case (CelKind.Timestamp, CelKind.Duration):
                return Shift(a, b.DurationNanos);
            case (CelKind.Duration, CelKind.Timestamp):
                return Shift(b, a.DurationNanos);
            default:
                return CelValue.Of(CelError.NoSuchOverload);
        }
    }

    private static CelValue Subtract(in CelValue a, in CelValue b) => (a.Kind, b.Kind) switch
    {
        (CelKind.Duration, CelKind.Duration) => Duration((Int128)a.DurationNanos - b.DurationNanos),
        (CelKind.Timestamp, CelKind.Timestamp) => Duration(Nanos(a) - Nanos(b)),
        (CelKind.Timestamp, CelKind.Duration) => Shift(a, -(Int128)b.DurationNanos),
        _ => CelValue.Of(CelError.NoSuchOverload),
    };

    private static Int128 Nanos(in CelValue timestamp) => ((Int128)timestamp.TimestampSeconds * 1_000_000_000) + timestamp.TimestampNanos;

    private static CelValue Duration(Int128 nanos) => nanos >= long.MinValue && nanos <= long.MaxValue
        ? CelValue.Duration((long)nanos)
        : CelValue.Of(CelError.Overflow);

    private static CelValue Shift(in CelValue timestamp, Int128 by)
    {
        var (seconds, nanos) = Int128.DivRem(Nanos(timestamp) + by, 1_000_000_000);
        if (nanos < 0)
        {
            seconds--;
            nanos += 1_000_000_000;
        }

        return seconds >= CelValue.MinTimestampSeconds && seconds <= CelValue.MaxTimestampSeconds
            ? CelValue.TimestampUnchecked((long)seconds, (int)nanos)
            : CelValue.Of(CelError.Overflow);
    }
}
