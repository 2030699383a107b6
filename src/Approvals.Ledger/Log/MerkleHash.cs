using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Approvals.Ledger.Json;

namespace Approvals.Ledger.Log;

/// <summary>A SHA-256 Merkle tree hash: 32 bytes by value.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct MerkleHash : IEquatable<MerkleHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>A hash from exactly 32 bytes. Code: <c>hash_malformed</c>.</summary>
    public MerkleHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new LedgerFormatException("hash_malformed", $"A hash must have {Size} bytes.");
        this = MemoryMarshal.Read<MerkleHash>(bytes);
    }

    /// <summary>The bytes, in order.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<MerkleHash>(in this));

    /// <summary>Standard base64, padded, as checkpoints and proofs write it.</summary>
    public static bool TryParse(string base64, out MerkleHash hash)
    {
        hash = default;
        if (!StrictBase64.TryDecode(base64, out byte[]? bytes) || bytes.Length != Size) return false;
        hash = new MerkleHash(bytes);
        return true;
    }

    /// <summary>Standard base64, padded.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes);

    public bool Equals(MerkleHash other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object? obj) => obj is MerkleHash other && Equals(other);

    public override int GetHashCode() => _a.GetHashCode();

    public static bool operator ==(MerkleHash left, MerkleHash right) => left.Equals(right);

    public static bool operator !=(MerkleHash left, MerkleHash right) => !left.Equals(right);
}
