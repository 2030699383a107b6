using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Approvals.Engine;

/// <summary>
/// How larger values are kept in the database: compressed with Brotli (RFC 7932), because JSON is two thirds repetition and every page that is
/// not written saves more time than compressing takes. Pure; calls may overlap.
/// </summary>
/// <remarks>
/// Form: 0xBD, the CRC-32C of all that follows in 4 bytes, the length in 4 bytes, both little-endian, and the compressed bytes; or the value itself, with
/// 0xB0 before it when it begins with a byte of 0x80 or more. JSON and history records never do, so what was stored before there was packing reads as it
/// always did. 0xBE and a CRC-32C before the value itself is the form of <see cref="PackChecked"/> for what does not get smaller. 0xB1 is the form without a CRC that was written before: Brotli finds few of the bits that flip, and SQLite keeps no page checksums.
/// </remarks>
public static class Packed
{
    /// <summary>Longest value that is unpacked; what claims to be longer is damaged.</summary>
    public const int MaxLength = 16 << 20;

    private const byte Plain = 0xB0;
    private const byte Unchecked = 0xB1;
    private const byte Compressed = 0xBD;
    private const byte Checked = 0xBE;
    private const int CheckedHeader = 5;
    private const int Header = 9;

    /// <summary>Below this a value fits a page with others anyway.</summary>
    private const int Smallest = 256;

    /// <summary>Takes some 3 µs for each KB of JSON and leaves 42 % of it; the next one takes a third longer and gains 4 %.</summary>
    private const int Quality = 0;
    private const int WindowBits = 16;

    /// <summary>A value as it is stored. Small ones are returned as they are.</summary>
    public static byte[] Pack(byte[] value) => TryCompress(value) ?? (IsMarked(value) ? [Plain, .. value] : value);

    /// <inheritdoc cref="Pack(byte[])"/>
    public static byte[] Pack(ReadOnlySpan<byte> value) => TryCompress(value) ?? (IsMarked(value) ? [Plain, .. value] : value.ToArray());

    /// <summary>The same with a checksum, however small: for rows whose every bit counts, as those that say who somebody is.</summary>
    public static byte[] PackChecked(byte[] value)
    {
        if (TryCompress(value) is { } compressed) return compressed;
        byte[] stored = [Checked, 0, 0, 0, 0, .. value];
        BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(1), Checksum.Compute(value));
        return stored;
    }

    /// <summary>The value that was stored.</summary>
    /// <exception cref="DatabaseException"><c>corrupt</c>.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> stored)
    {
        if (!IsMarked(stored)) return stored.ToArray();
        if (stored[0] == Plain) return stored[1..].ToArray();
        if (stored[0] is not (Unchecked or Compressed or Checked)) throw Damaged();
        bool isChecked = stored[0] != Unchecked;
        int header = stored[0] == Compressed ? Header : CheckedHeader;
        if (stored.Length < header) throw Damaged();
        if (isChecked && Checksum.Compute(stored[CheckedHeader..]) != BinaryPrimitives.ReadUInt32LittleEndian(stored[1..])) throw Damaged();
        if (stored[0] == Checked) return stored[CheckedHeader..].ToArray();
        int length = BinaryPrimitives.ReadInt32LittleEndian(stored[(header - 4)..]);
        if (length is < 0 or > MaxLength) throw Damaged();
        byte[] value = new byte[length];
        return BrotliDecoder.TryDecompress(stored[header..], value, out int written) && written == length ? value : throw Damaged();
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
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(Header - 4), value.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(packed.AsSpan(1), Checksum.Compute(packed.AsSpan(CheckedHeader, Header - CheckedHeader + written)));
            return packed.AsSpan(0, Header + written).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static bool IsMarked(ReadOnlySpan<byte> value) => value is [>= 0x80, ..];

    private static DatabaseException Damaged() => new("corrupt", "A packed value is damaged; stop the host and restore the last backup.");
}
