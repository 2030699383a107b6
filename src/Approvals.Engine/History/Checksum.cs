using System.Numerics;
using System.Runtime.InteropServices;

namespace Approvals.Engine;

/// <summary>CRC-32C (RFC 3720, appendix B.4): finds damaged rows; it does not protect against intent.</summary>
internal static class Checksum
{
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Add(uint.MaxValue, bytes);

    /// <summary>Binds the bytes to an instance, so that a row of another one does not fit.</summary>
    public static uint Compute(long instance, ReadOnlySpan<byte> bytes) =>
        ~Add(BitOperations.Crc32C(uint.MaxValue, (ulong)instance), bytes);

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (ulong eight in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? eight : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(eight));
        foreach (byte one in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}
