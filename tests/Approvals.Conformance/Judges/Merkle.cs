using System.Security.Cryptography;

namespace Approvals.Conformance.Judges;

/// <summary>RFC 6962 Merkle trees, written from the RFC.</summary>
internal static class Merkle
{
    public static byte[] Leaf(ReadOnlySpan<byte> entry) => SHA256.HashData([0, .. entry]);

    /// <summary>The roots of the trees over the first so many leaves, for each of the sizes asked.</summary>
    public static Dictionary<long, byte[]> Roots(IReadOnlyList<byte[]> leaves, IEnumerable<long> sizes)
    {
        var wanted = new HashSet<long>(sizes);
        var roots = new Dictionary<long, byte[]>();
        if (wanted.Contains(0)) roots[0] = SHA256.HashData([]);
        var perfect = new Stack<(byte[] Hash, long Size)>(); // the perfect subtrees of what was read, the smallest on top
        for (int i = 0; i < leaves.Count; i++)
        {
            (byte[] Hash, long Size) node = (leaves[i], 1);
            while (perfect.TryPeek(out (byte[] Hash, long Size) left) && left.Size == node.Size) node = (Node(perfect.Pop().Hash, node.Hash), node.Size * 2);
            perfect.Push(node);
            if (wanted.Contains(i + 1)) roots[i + 1] = perfect.Select(subtree => subtree.Hash).Aggregate((right, left) => Node(left, right));
        }

        return roots;
    }

    /// <summary>RFC 9162 section 2.1.3.2.</summary>
    public static bool IsIncluded(byte[] leaf, long index, Checkpoint checkpoint, IEnumerable<byte[]> proof)
    {
        long fn = index, sn = checkpoint.Size - 1;
        if (fn > sn) return false;
        byte[] hash = leaf;
        foreach (byte[] sibling in proof)
        {
            if (sn == 0) return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                hash = Node(sibling, hash);
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                hash = Node(hash, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && hash.AsSpan().SequenceEqual(checkpoint.Root);
    }

    private static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);
}
