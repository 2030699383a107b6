using System.Runtime.CompilerServices;
using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel;

public readonly partial struct CelValue
{
    /// <summary>Equality of CEL: numbers by value across types, aggregates by element, NaN equal to nothing, unlike types unequal.</summary>
    /// <exception cref="CelEvaluationException">The values nest too deep, or are larger than an evaluation may make them.</exception>
    public bool Equals(CelValue other)
    {
        var meter = new CostMeter(CostMeter.EqualityLimit);
        return CelEquality.AreEqual(this, other, ref meter);
    }

    public override bool Equals(object? obj) => obj is CelValue other && Equals(other);

    /// <summary>Agrees with <see cref="Equals(CelValue)"/>; aggregates hash by kind and size alone.</summary>
    public override int GetHashCode() => Kind switch
    {
        CelKind.String or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Bool => CelEquality.KeyHash(this),
        CelKind.List => HashCode.Combine(Kind, ListValue.Length),
        CelKind.Map => HashCode.Combine(Kind, MapValue.Count),
        CelKind.Timestamp or CelKind.Duration => HashCode.Combine(Kind, _bits, _nanos),
        _ => (int)Kind,
    };
}

/// <summary>Equality and order of the language definition ("Equality", "Ordering", "Numbers").</summary>
internal static class CelEquality
{
    internal static bool AreEqual(in CelValue a, in CelValue b, ref CostMeter meter)
    {
        if (a.Kind != b.Kind)
        {
            return IsNumber(a) && IsNumber(b) && CompareNumbers(a, b) == 0;
        }

        switch (a.Kind)
        {
            case CelKind.Null:
                return true;
            case CelKind.Bool:
            case CelKind.Int:
            case CelKind.Uint:
            case CelKind.Duration:
                return a.IntValue == b.IntValue;
            case CelKind.Double:
                return a.DoubleValue == b.DoubleValue;
            case CelKind.Timestamp:
                return a.TimestampSeconds == b.TimestampSeconds && a.TimestampNanos == b.TimestampNanos;
            case CelKind.String:
                return string.Equals(a.StringValue, b.StringValue, StringComparison.Ordinal);
            case CelKind.Bytes:
                return a.BytesValue.AsSpan().SequenceEqual(b.BytesValue);
            case CelKind.Type:
                return a.TypeValue.Name == b.TypeValue.Name;
            case CelKind.Ip:
                return a.IpValue.Equals(b.IpValue);
            case CelKind.Cidr:
                return a.CidrValue.Equals(b.CidrValue);
            case CelKind.Optional:
                return a.HasOptionalValue == b.HasOptionalValue
                    && (!a.HasOptionalValue || AreEqual(a.OptionalValue, b.OptionalValue, ref meter));
            case CelKind.List:
                return ListsEqual(a.ListValue, b.ListValue, ref meter);
            case CelKind.Map:
                return MapsEqual(a.MapValue, b.MapValue, ref meter);
            default:
                return false;
        }
    }

    private static bool ListsEqual(CelValue[] a, CelValue[] b, ref CostMeter meter)
    {
        if (a.Length != b.Length)
        {
            return false;
        }

        meter.EnterAggregate(a.Length);
        for (var i = 0; i < a.Length; i++)
        {
            if (!AreEqual(a[i], b[i], ref meter))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MapsEqual(CelMap a, CelMap b, ref CostMeter meter)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        meter.EnterAggregate(a.Count);
        for (var i = 0; i < a.Count; i++)
        {
            if (!b.TryGetValue(a.KeyArray[i], out var other) || !AreEqual(a.ValueArray[i], other, ref meter))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsNumber(in CelValue value) => value.Kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    /// <summary>What <see cref="TryCompare"/> gives for a pair without order: one of them is NaN.</summary>
    internal const int Unordered = 2;

    /// <summary>Order of two values; false where CEL defines none. Numbers of different types compare exactly, as if on one number line.</summary>
    internal static bool TryCompare(in CelValue a, in CelValue b, out int order)
    {
        if (a.Kind != b.Kind)
        {
            if (IsNumber(a) && IsNumber(b))
            {
                order = CompareNumbers(a, b);
                return true;
            }

            order = 0;
            return false;
        }

        switch (a.Kind)
        {
            case CelKind.Int or CelKind.Bool or CelKind.Duration:
                order = a.IntValue.CompareTo(b.IntValue);
                return true;
            case CelKind.Uint:
                order = a.UintValue.CompareTo(b.UintValue);
                return true;
            case CelKind.Double:
                order = CompareDoubles(a.DoubleValue, b.DoubleValue);
                return true;
            case CelKind.String:
                order = CompareStrings(a.StringValue, b.StringValue);
                return true;
            case CelKind.Bytes:
                order = a.BytesValue.AsSpan().SequenceCompareTo(b.BytesValue);
                return true;
            case CelKind.Timestamp:
                order = a.TimestampSeconds != b.TimestampSeconds
                    ? a.TimestampSeconds.CompareTo(b.TimestampSeconds)
                    : a.TimestampNanos.CompareTo(b.TimestampNanos);
                return true;
            default:
                order = 0;
                return false;
        }
    }

    internal static int CompareNumbers(in CelValue a, in CelValue b) => (a.Kind, b.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => a.IntValue.CompareTo(b.IntValue),
        (CelKind.Uint, CelKind.Uint) => a.UintValue.CompareTo(b.UintValue),
        (CelKind.Double, CelKind.Double) => CompareDoubles(a.DoubleValue, b.DoubleValue),
        (CelKind.Int, CelKind.Uint) => a.IntValue < 0 ? -1 : ((ulong)a.IntValue).CompareTo(b.UintValue),
        (CelKind.Uint, CelKind.Int) => b.IntValue < 0 ? 1 : a.UintValue.CompareTo((ulong)b.IntValue),
        (CelKind.Int, CelKind.Double) => CompareIntDouble(a.IntValue, b.DoubleValue),
        (CelKind.Double, CelKind.Int) => Reverse(CompareIntDouble(b.IntValue, a.DoubleValue)),
        (CelKind.Uint, CelKind.Double) => CompareUintDouble(a.UintValue, b.DoubleValue),
        _ => Reverse(CompareUintDouble(b.UintValue, a.DoubleValue)),
    };

    private static int Reverse(int order) => order == Unordered ? Unordered : -order;

    private static int CompareDoubles(double a, double b) => a < b ? -1 : a > b ? 1 : a == b ? 0 : Unordered;

    // Not exact beyond 2^53: the reference implementations convert the integer, and so do the conformance tests ("lossy").
    private static int CompareIntDouble(long a, double b)
    {
        if (double.IsNaN(b))
        {
            return Unordered;
        }

        if (b < -9223372036854775808.0)
        {
            return 1;
        }

        return b > 9223372036854775808.0 ? -1 : CompareDoubles(a, b);
    }

    private static int CompareUintDouble(ulong a, double b)
    {
        if (double.IsNaN(b))
        {
            return Unordered;
        }

        if (b < 0)
        {
            return 1;
        }

        return b > 18446744073709551616.0 ? -1 : CompareDoubles(a, b);
    }

    /// <summary>By code point: UTF-16 order differs where a surrogate meets U+E000..U+FFFF.</summary>
    internal static int CompareStrings(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var x = a[common];
        var y = b[common];
        var xs = char.IsSurrogate(x);
        return xs == char.IsSurrogate(y) ? x.CompareTo(y) : xs ? 1 : -1;
    }

    internal static bool KeysEqual(in CelValue a, in CelValue b)
    {
        if (a.Kind == b.Kind)
        {
            return a.Kind switch
            {
                CelKind.String => string.Equals(a.StringValue, b.StringValue, StringComparison.Ordinal),
                CelKind.Int or CelKind.Uint or CelKind.Bool => a.IntValue == b.IntValue,
                _ => false,
            };
        }

        return IsNumber(a) && IsNumber(b) && CompareNumbers(a, b) == 0;
    }

    /// <summary>INVARIANT: keys that are equal hash alike, across number types.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int KeyHash(in CelValue key) => key.Kind switch
    {
        CelKind.String => key.StringValue.GetHashCode(StringComparison.Ordinal),
        CelKind.Int => Mix(key.IntValue),
        CelKind.Uint => Mix(key.UintValue),
        CelKind.Double => Mix(key.DoubleValue),
        _ => (int)key.IntValue,
    };

    // By the seed of this process: nobody can choose keys that collide.
    private static int Mix(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(number + 0.0);
        return HashCode.Combine((int)bits, (int)(bits >> 32));
    }
}
