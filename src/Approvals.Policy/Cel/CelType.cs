using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Approvals.Policy.Cel;

/// <summary>
/// A CEL type as the checker knows it: a name with parameters (<c>list(int)</c>, <c>map(string, dyn)</c>, <c>optional_type(string)</c>).
/// Immutable; equal by structure.
/// </summary>
/// <remarks>Names are those of the CEL language definition: <c>null_type</c>, <c>google.protobuf.Timestamp</c>, <c>net.IP</c> …</remarks>
public sealed class CelType : IEquatable<CelType>
{
    private readonly CelTypeKind _kind;

    private CelType(CelTypeKind kind, string name, params ReadOnlySpan<CelType> parameters)
    {
        _kind = kind;
        Name = name;
        Parameters = [.. parameters];
    }

    /// <summary>The name without parameters, as the value of <c>type(x)</c> shows it.</summary>
    public string Name { get; }

    /// <summary>Element type of a list or an optional, key and value type of a map; empty for all others.</summary>
    public ImmutableArray<CelType> Parameters { get; }

    internal CelTypeKind Kind => _kind;

    /// <summary>Any type: checked when evaluated, not before.</summary>
    public static CelType Dyn { get; } = new(CelTypeKind.Dyn, "dyn");

    public static CelType Null { get; } = new(CelTypeKind.Null, "null_type");

    public static CelType Bool { get; } = new(CelTypeKind.Bool, "bool");

    /// <summary>Signed 64-bit integer.</summary>
    public static CelType Int { get; } = new(CelTypeKind.Int, "int");

    /// <summary>Unsigned 64-bit integer.</summary>
    public static CelType Uint { get; } = new(CelTypeKind.Uint, "uint");

    public static CelType Double { get; } = new(CelTypeKind.Double, "double");

    public static CelType String { get; } = new(CelTypeKind.String, "string");

    public static CelType Bytes { get; } = new(CelTypeKind.Bytes, "bytes");

    public static CelType Timestamp { get; } = new(CelTypeKind.Timestamp, "google.protobuf.Timestamp");

    public static CelType Duration { get; } = new(CelTypeKind.Duration, "google.protobuf.Duration");

    /// <summary>The type of types. CEL compares type values at run time only, so it carries no parameter here.</summary>
    public static CelType Type { get; } = new(CelTypeKind.Type, "type");

    /// <summary>An IP address (network extension).</summary>
    public static CelType Ip { get; } = new(CelTypeKind.Ip, "net.IP");

    /// <summary>A block of IP addresses (network extension).</summary>
    public static CelType Cidr { get; } = new(CelTypeKind.Cidr, "net.CIDR");

    /// <summary>What JSON objects with unknown members are: <c>map(string, dyn)</c>.</summary>
    public static CelType JsonObject { get; } = Map(String, Dyn);

    public static CelType List(CelType element) => new(CelTypeKind.List, "list", element);

    public static CelType Map(CelType key, CelType value) => new(CelTypeKind.Map, "map", key, value);

    public static CelType Optional(CelType value) => new(CelTypeKind.Optional, "optional_type", value);

    /// <summary>A type variable of a function signature, or one that a single check has yet to solve.</summary>
    internal static CelType Variable(string name) => new(CelTypeKind.Variable, name);

    /// <summary>The type that an identifier in an expression denotes (<c>int</c>, <c>list</c>, <c>google.protobuf.Timestamp</c>), or null.</summary>
    internal static CelType? Simple(string name) => name switch
    {
        "bool" => Bool,
        "int" => Int,
        "uint" => Uint,
        "double" => Double,
        "string" => String,
        "bytes" => Bytes,
        "null_type" => Null,
        "type" => Type,
        "list" => RuntimeTypes.List,
        "map" => RuntimeTypes.Map,
        "optional_type" => RuntimeTypes.Optional,
        "google.protobuf.Timestamp" => Timestamp,
        "google.protobuf.Duration" => Duration,
        "net.IP" => Ip,
        "net.CIDR" => Cidr,
        _ => null,
    };

    public bool Equals(CelType? other) =>
        other is not null && HasStack() && _kind == other._kind && Name == other.Name && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as CelType);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Name);
        foreach (var parameter in Parameters)
        {
            hash.Add(parameter.Name);
        }

        return hash.ToHashCode();
    }

    /// <summary>The type as the language definition writes it: <c>map(string, list(int))</c>.</summary>
    public override string ToString() => Parameters.IsEmpty || !HasStack() ? Name : $"{Name}({string.Join(", ", Parameters)})";

    private static bool HasStack()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return true;
    }
}

internal enum CelTypeKind : byte
{
    Dyn,
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
    Ip,
    Cidr,
    Variable,
}
