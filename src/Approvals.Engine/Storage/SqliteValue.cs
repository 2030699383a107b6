namespace Approvals.Engine;

/// <summary>A value to bind: converts from what SQLite stores, without boxing.</summary>
public readonly struct SqliteValue
{
    private SqliteValue(ValueKind kind, long number = 0, string? text = null, ReadOnlyMemory<byte> blob = default) =>
        (Kind, Number, Text, Blob) = (kind, number, text, blob);

    internal enum ValueKind : byte
    {
        Null,
        Integer,
        Real,
        Text,
        Blob,
    }

    internal ValueKind Kind { get; }

    internal long Number { get; }

    internal string? Text { get; }

    internal ReadOnlyMemory<byte> Blob { get; }

    public static SqliteValue Null => default;

    public static implicit operator SqliteValue(long value) => new(ValueKind.Integer, value);

    public static implicit operator SqliteValue(int value) => new(ValueKind.Integer, value);

    public static implicit operator SqliteValue(bool value) => new(ValueKind.Integer, value ? 1 : 0);

    public static implicit operator SqliteValue(long? value) => value is { } number ? new(ValueKind.Integer, number) : default;

    public static implicit operator SqliteValue(double value) => new(ValueKind.Real, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator SqliteValue(string? value) => value is null ? default : new(ValueKind.Text, text: value);

    public static implicit operator SqliteValue(byte[]? value) => value is null ? default : new(ValueKind.Blob, blob: value);

    public static implicit operator SqliteValue(ReadOnlyMemory<byte> value) => new(ValueKind.Blob, blob: value);
}
