using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;

namespace Approvals.Ledger.Log;

/// <summary>Hashing and proof verification of RFC 6962 §2.1 with SHA-256. Pure; the algorithms are those of RFC 9162 §2.1.3 and §2.1.4.</summary>
public static class MerkleTree
{
    /// <summary>A path in a tree of 2^63 leaves has at most this many hashes; a consistency proof one more.</summary>
    public const int MaxProofLength = 64;

    /// <summary>Root of the tree without leaves: SHA-256 of nothing.</summary>
    public static MerkleHash EmptyRoot { get; } = new(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 || data): the prefix keeps leaves from being taken for nodes.</summary>
    public static MerkleHash HashLeaf(ReadOnlySpan<byte> data)
    {
        const int small = 1024;
        byte[]? rented = data.Length < small ? null : ArrayPool<byte>.Shared.Rent(data.Length + 1);
        Span<byte> input = rented ?? stackalloc byte[small];
        input[0] = 0;
        data.CopyTo(input[1..]);
        Span<byte> hash = stackalloc byte[MerkleHash.Size];
        SHA256.HashData(input[..(data.Length + 1)], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return new MerkleHash(hash);
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static MerkleHash HashNode(in MerkleHash left, in MerkleHash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * MerkleHash.Size)];
        input[0] = 1;
        left.Bytes.CopyTo(input[1..]);
        right.Bytes.CopyTo(input[(1 + MerkleHash.Size)..]);
        Span<byte> hash = stackalloc byte[MerkleHash.Size];
        SHA256.HashData(input, hash);
        return new MerkleHash(hash);
    }

    /// <summary>MTH of the leaves, RFC 6962 §2.1. For small trees and tests; a log grows by <see cref="TreeEdge"/>.</summary>
    public static MerkleHash Root(ReadOnlySpan<MerkleHash> leaves)
    {
        if (leaves.IsEmpty) return EmptyRoot;
        if (leaves.Length == 1) return leaves[0];
        int split = 1 << BitOperations.Log2((uint)leaves.Length - 1);
        return HashNode(Root(leaves[..split]), Root(leaves[split..]));
    }

    /// <summary>RFC 9162 §2.1.3.2: whether the leaf is at this index of the tree with this size and root.</summary>
    public static bool VerifyInclusion(in MerkleHash leaf, long index, long size, in MerkleHash root, ReadOnlySpan<MerkleHash> proof)
    {
        if (index < 0 || index >= size || proof.Length > MaxProofLength) return false;
        long fn = index, sn = size - 1;
        MerkleHash r = leaf;
        foreach (ref readonly MerkleHash p in proof)
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                r = HashNode(p, r);
                if ((fn & 1) == 0)
                {
                    int shift = BitOperations.TrailingZeroCount(fn); // fn == sn > 0 here
                    fn >>= shift;
                    sn >>= shift;
                }
            }
            else
            {
                r = HashNode(r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && r == root;
    }

    /// <summary>
    /// RFC 9162 §2.1.4.2: whether the second tree is the first one with leaves appended. Equal sizes need equal roots and an empty proof;
    /// every tree is consistent with the empty one, again with an empty proof.
    /// </summary>
    public static bool VerifyConsistency(long firstSize, in MerkleHash firstRoot, long secondSize, in MerkleHash secondRoot, ReadOnlySpan<MerkleHash> proof)
    {
        if (firstSize < 0 || firstSize > secondSize || proof.Length > MaxProofLength + 1) return false;
        if (firstSize == secondSize) return proof.IsEmpty && firstRoot == secondRoot && (firstSize > 0 || firstRoot == EmptyRoot);
        if (firstSize == 0) return proof.IsEmpty && firstRoot == EmptyRoot;

        long fn = firstSize - 1, sn = secondSize - 1;
        int shift = BitOperations.TrailingZeroCount(~fn); // skip the levels where the first tree is a left child all the way
        fn >>= shift;
        sn >>= shift;
        // A first tree that is a perfect subtree is itself the first node of the proof.
        bool perfect = BitOperations.IsPow2(firstSize);
        if (!perfect && proof.IsEmpty) return false;
        MerkleHash fr = perfect ? firstRoot : proof[0], sr = fr;
        foreach (ref readonly MerkleHash c in perfect ? proof : proof[1..])
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                fr = HashNode(c, fr);
                sr = HashNode(c, sr);
                if ((fn & 1) == 0 && fn != 0)
                {
                    shift = BitOperations.TrailingZeroCount(fn);
                    fn >>= shift;
                    sn >>= shift;
                }
            }
            else
            {
                sr = HashNode(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && fr == firstRoot && sr == secondRoot;
    }
}
