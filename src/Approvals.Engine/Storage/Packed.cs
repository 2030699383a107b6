using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Approvals.Engine;

/// <summary>
/// How larger values are kept in the database: compressed with Brotli (RFC 7932), because JSON is two thirds repetition and every page that is
/// not written saves more time than compressing takes. Pure; calls may overlap.
/// </summary>
/// <remarks>
/// Form: 0xB1, the length in 4 bytes, little-endian, and the compressed bytes; or the value itself, with 0xB0 before it when it begins with
/// one of these two. JSON and history records never do, so what was stored before there was packing reads as it always did.
/// </remarks>
public static class Packed
{
    /// <summary>Longest value that is unpacked; what claims to be longer is damaged.</summary>
    public const int MaxLength = 16 << 20;

    private const byte Plain = 0xB0;
    private const byte Compressed = 0xB1;
    private const int Header = 5;

    /// <summary>Below this a value fits a page with others anyway.</summary>
    private const int Smallest = 256;

    /// <summary>Takes some 3 µs for each KB of JSON and leaves 42 % of it; the next one takes a third longer and gains 4 %.</summary>
    private const int Quality = 0;
    private const int WindowBits = 16;

    /// <summary>A value as it is stored. Small ones are returned as they are.</summary>
    public static byte[] Pack(byte[] value) => TryCompress(value) ?? (IsMarked(value) ? [Plain, .. value] : value);

    /// <inheritdoc cref="Pack(byte[])"/>
    public static byte[] Pack(ReadOnlySpan<byte> value) => TryCompress(value) ?? (IsMarked(value) ? [Plain, .. value] : value.ToArray());

    /// <summary>The value that was stored.</summary>
    /// <exception cref="DatabaseException"><c>corrupt</c>.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> stored)
    {
        if (!IsMarked(stored)) return stored.ToArray();
        if (stored[0] == Plain) return stored[1..].ToArray();
        int length = stored.Length >= Header ? BinaryPrimitives.ReadInt32LittleEndian(stored[1..]) : -1;
        if (length is < 0 or > MaxLength) throw Damaged();
        byte[] value = new byte[length];
        return BrotliDecoder.TryDecompress(stored[Header..], value, out int written) && written == length ? value : throw Damaged();
    }

    private static byte[]? TryCompress(ReadOnlySpan<byte> value)
    {
        if (value.Length is < Smallest or > MaxLength) return null;
        byte[] packed = ArrayPool<byte>.Shared.Rent(value.Length);
        try
        {
            // No more room than the value itself takes: what does not get smaller is kept as it is.
            if (!BrotliEncoder.TryCompress(value, packed.AsSpan(Header, value.Length - Header), out int written, Quality, WindowBits)) return null;
            packed[0] = Compressed;
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(1), value.Length);
            return packed.AsSpan(0, Header + written).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static bool IsMarked(ReadOnlySpan<byte> value) => value is [Plain or Compressed, ..];

    private static DatabaseException Damaged() => new("corrupt", "A packed value is damaged; stop the host and restore the last backup.");
}
