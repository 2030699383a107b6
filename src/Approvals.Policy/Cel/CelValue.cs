using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;

namespace Approvals.Policy.Cel;

/// <summary>What a <see cref="CelValue"/> holds.</summary>
public enum CelKind : byte
{
    /// <summary>No value: a variable that nobody bound. Never the result of an evaluation.</summary>
    Undefined,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Timestamp,
    Duration,
    Type,
    Optional,

    /// <summary>An IP address (network extension).</summary>
    Ip,

    /// <summary>A block of IP addresses (network extension).</summary>
    Cidr,

    /// <summary>Internal to an evaluation, where <c>&amp;&amp;</c> and <c>||</c> may absorb it. Never the result of an evaluation.</summary>
    Error,
}

/// <summary>
/// One immutable CEL value. Scalars, timestamps and durations live inside the struct, so evaluating over them allocates nothing.
/// Equality (<see cref="Equals(CelValue)"/>) is the one of CEL: numbers compare by value across types, NaN equals nothing.
/// </summary>
[DebuggerDisplay("{Kind}")]
public readonly partial struct CelValue : IEquatable<CelValue>
{
    private readonly object? _ref;
    private readonly long _bits;
    private readonly int _nanos;

    private CelValue(CelKind kind, long bits = 0, object? reference = null, int nanos = 0)
    {
        Kind = kind;
        _bits = bits;
        _ref = reference;
        _nanos = nanos;
    }

    public CelKind Kind { get; }

    public static CelValue Null => new(CelKind.Null);

    public static CelValue True => new(CelKind.Bool, 1);

    public static CelValue False => new(CelKind.Bool);

    /// <summary>The earliest and latest second of a timestamp: 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.</summary>
    internal const long MinTimestampSeconds = -62135596800, MaxTimestampSeconds = 253402300799;

    public static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0);

    public static CelValue Of(long value) => new(CelKind.Int, value);

    public static CelValue Of(ulong value) => new(CelKind.Uint, unchecked((long)value));

    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A string. Half of a surrogate pair alone is no Unicode text: callers pass well-formed UTF-16.</summary>
    public static CelValue Of(string value) => new(CelKind.String, 0, value);

    /// <summary>Bytes; the array is kept, not copied, and must not be changed afterwards.</summary>
    public static CelValue Of(byte[] value) => new(CelKind.Bytes, 0, value);

    /// <summary>A list; the array is kept, not copied, and must not be changed afterwards.</summary>
    public static CelValue Of(CelValue[] elements) => new(CelKind.List, 0, elements);

    public static CelValue Of(CelMap map) => new(CelKind.Map, 0, map);

    public static CelValue Of(DateTimeOffset value)
    {
        var ticks = value.UtcTicks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        return rest < 0
            ? TimestampUnchecked(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100)
            : TimestampUnchecked(seconds, (int)rest * 100);
    }

    /// <summary>A duration. CEL durations are whole nanoseconds in 64 bits: about 292 years either way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span does not fit.</exception>
    public static CelValue Of(TimeSpan value)
    {
        if (value.Ticks is > long.MaxValue / 100 or < long.MinValue / 100)
        {
            throw new ArgumentOutOfRangeException(nameof(value), "A CEL duration spans at most about 292 years.");
        }

        return Duration(value.Ticks * 100);
    }

    public static CelValue Of(CelType type) => new(CelKind.Type, 0, type);

    public static CelValue Of(IPAddress address) => Of(Cel.IpAddress.From(address));

    /// <summary>An optional that holds a value.</summary>
    public static CelValue OptionalOf(CelValue value) => new(CelKind.Optional, 1, (object)new StrongBox<CelValue>(value));

    /// <summary>The optional that holds nothing.</summary>
    public static CelValue OptionalNone => new(CelKind.Optional);

    internal static CelValue Of(IpAddress address) => new(CelKind.Ip, 0, address);

    internal static CelValue Of(CidrBlock block) => new(CelKind.Cidr, 0, block);

    internal static CelValue Of(CelError error) => new(CelKind.Error, 0, error);

    internal static CelValue Duration(long nanoseconds) => new(CelKind.Duration, nanoseconds);

    /// <summary>INVARIANT: seconds within the timestamp range, nanos in 0..999,999,999.</summary>
    internal static CelValue TimestampUnchecked(long seconds, int nanos) => new(CelKind.Timestamp, seconds, null, nanos);

    /// <summary>The Boolean inside. Only for <see cref="CelKind.Bool"/>; the same holds for the accessors below and their kinds.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool AsBool() => Kind == CelKind.Bool ? _bits != 0 : throw Mismatch(CelKind.Bool);

    public long AsInt() => Kind == CelKind.Int ? _bits : throw Mismatch(CelKind.Int);

    public ulong AsUint() => Kind == CelKind.Uint ? UintValue : throw Mismatch(CelKind.Uint);

    public double AsDouble() => Kind == CelKind.Double ? DoubleValue : throw Mismatch(CelKind.Double);

    public string AsString() => Kind == CelKind.String ? StringValue : throw Mismatch(CelKind.String);

    public ReadOnlyMemory<byte> AsBytes() => Kind == CelKind.Bytes ? BytesValue : throw Mismatch(CelKind.Bytes);

    public ReadOnlyMemory<CelValue> AsList() => Kind == CelKind.List ? ListValue : throw Mismatch(CelKind.List);

    public CelMap AsMap() => Kind == CelKind.Map ? MapValue : throw Mismatch(CelKind.Map);

    public CelType AsType() => Kind == CelKind.Type ? TypeValue : throw Mismatch(CelKind.Type);

    /// <summary>The timestamp, cut down to 100 ns.</summary>
    public DateTimeOffset AsTimestamp() => Kind == CelKind.Timestamp
        ? new DateTimeOffset(DateTime.UnixEpoch.Ticks + (_bits * TimeSpan.TicksPerSecond) + (_nanos / 100), TimeSpan.Zero)
        : throw Mismatch(CelKind.Timestamp);

    /// <summary>The duration, cut down to 100 ns.</summary>
    public TimeSpan AsDuration() => Kind == CelKind.Duration ? new TimeSpan(_bits / 100) : throw Mismatch(CelKind.Duration);

    /// <summary>Whether an optional holds a value, and which.</summary>
    public bool TryGetOptional(out CelValue value)
    {
        if (Kind != CelKind.Optional)
        {
            throw Mismatch(CelKind.Optional);
        }

        value = _bits != 0 ? OptionalValue : default;
        return _bits != 0;
    }

    // The unchecked side: callers have looked at Kind.
    internal bool IsError => Kind == CelKind.Error;

    internal bool IsTrue => Kind == CelKind.Bool && _bits != 0;

    internal bool BoolValue => _bits != 0;

    internal long IntValue => _bits;

    internal ulong UintValue => unchecked((ulong)_bits);

    internal double DoubleValue => BitConverter.Int64BitsToDouble(_bits);

    internal string StringValue => Unsafe.As<string>(_ref!);

    internal byte[] BytesValue => Unsafe.As<byte[]>(_ref!);

    internal CelValue[] ListValue => Unsafe.As<CelValue[]>(_ref!);

    internal CelMap MapValue => Unsafe.As<CelMap>(_ref!);

    internal CelType TypeValue => Unsafe.As<CelType>(_ref!);

    internal CelError ErrorValue => Unsafe.As<CelError>(_ref!);

    internal IpAddress IpValue => Unsafe.As<IpAddress>(_ref!);

    internal CidrBlock CidrValue => Unsafe.As<CidrBlock>(_ref!);

    internal bool HasOptionalValue => _bits != 0;

    internal CelValue OptionalValue => Unsafe.As<StrongBox<CelValue>>(_ref!).Value;

    /// <summary>Whole nanoseconds of a duration.</summary>
    internal long DurationNanos => _bits;

    internal long TimestampSeconds => _bits;

    internal int TimestampNanos => _nanos;

    /// <summary>The type as <c>type(x)</c> gives it: aggregates without their parameters.</summary>
    public CelType Type => Kind switch
    {
        CelKind.Null => CelType.Null,
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        CelKind.List => RuntimeTypes.List,
        CelKind.Map => RuntimeTypes.Map,
        CelKind.Timestamp => CelType.Timestamp,
        CelKind.Duration => CelType.Duration,
        CelKind.Type => CelType.Type,
        CelKind.Optional => RuntimeTypes.Optional,
        CelKind.Ip => CelType.Ip,
        CelKind.Cidr => CelType.Cidr,
        _ => CelType.Dyn,
    };

    private InvalidOperationException Mismatch(CelKind expected) => new($"The value is of kind {Kind}, not {expected}.");

    public static bool operator ==(CelValue left, CelValue right) => left.Equals(right);

    public static bool operator !=(CelValue left, CelValue right) => !left.Equals(right);
}

/// <summary>Types of aggregates as values: CEL forgets their parameters at run time.</summary>
internal static class RuntimeTypes
{
    internal static readonly CelType List = CelType.List(CelType.Dyn);
    internal static readonly CelType Map = CelType.Map(CelType.Dyn, CelType.Dyn);
    internal static readonly CelType Optional = CelType.Optional(CelType.Dyn);
}
