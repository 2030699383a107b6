using System.Text;
using Approvals.Ledger.Log;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Log;

public class TreeTests
{
    /// <summary>Known answers of the Certificate Transparency reference tests: eight leaves and the root of every prefix.</summary>
    private static readonly string[] Leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private static ReadOnlyMemory<byte> Entry(int i) => Encoding.UTF8.GetBytes($"entry {i}");

    private static ReadOnlyMemory<byte>[] Entries(int first, int count) => [.. Enumerable.Range(first, count).Select(Entry)];

    [Fact]
    public void Root_of_the_empty_tree_is_the_hash_of_nothing() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Convert.ToHexStringLower(TreeEdge.Empty.Root.Bytes));

    [Fact]
    public void Roots_of_known_trees_are_the_known_ones()
    {
        TreeEdge edge = TreeEdge.Empty;
        for (int i = 0; i < Leaves.Length; i++)
        {
            edge = edge.Append([Convert.FromHexString(Leaves[i])]).Edge;
            Assert.Equal(Roots[i], Convert.ToHexStringLower(edge.Root.Bytes));
            MerkleHash[] leaves = [.. Leaves.Take(i + 1).Select(l => MerkleTree.HashLeaf(Convert.FromHexString(l)))];
            Assert.Equal(edge.Root, MerkleTree.Root(leaves));
        }
    }

    [Fact]
    public void Every_batching_gives_the_tree_from_scratch() =>
        Prop.ForAll(Arb.From(Gen.NonEmptyListOf(Gen.OneOf(Gen.Choose(0, 5), Gen.Choose(0, 300), Gen.Elements(255, 256, 257, 512)))), batches =>
        {
            var log = new MemoryLog();
            foreach (int batch in batches) log.Append(Entries((int)log.Edge.Size, batch));
            var scratch = new MemoryLog();
            scratch.Append(Entries(0, (int)log.Edge.Size));
            TreeEdge reloaded = TreeEdge.LoadAsync(log.Edge.Size, log.ReadAsync).AsTask().Result;
            return log.Edge.Root == scratch.Edge.Root
                && reloaded.Root == log.Edge.Root
                && reloaded.Append(Entries(7, 3)).Edge.Root == log.Edge.Append(Entries(7, 3)).Edge.Root
                && log.Edge.Root == MerkleTree.Root([.. log.Entries.Select(e => MerkleTree.HashLeaf(e.Span))])
                // Nothing that was written is ever contradicted: full tiles are equal, partial ones are prefixes.
                && scratch.Tiles.All(t => log.Tiles[t.Key].AsSpan().SequenceEqual(t.Value))
                && log.Tiles.All(t => log.Full(t.Key).AsSpan().StartsWith(t.Value));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Remembered_subtrees_give_the_same_proofs_while_the_log_grows() =>
        Prop.ForAll(Gen.Choose(1, 400).ListOf(6).ToArbitrary(), growth =>
        {
            var log = new MemoryLog();
            var known = new SubtreeCache();
            return growth.All(count =>
            {
                log.Append(Entries((int)log.Edge.Size, count));
                long size = log.Edge.Size;
                return new[] { 0, size / 3, size - 1 }.All(index =>
                    LogProofs.InclusionAsync(index, size, log.ReadAsync, known).AsTask().Result.SequenceEqual(
                        LogProofs.InclusionAsync(index, size, log.ReadAsync).AsTask().Result));
            });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Inclusion_proofs_verify_and_any_change_breaks_them() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 1500).SelectMany(size => Gen.Choose(0, size - 1).Zip(Gen.Choose(0, 10_000)).Select(x => (size, index: x.Item1, flip: x.Item2)))), x =>
        {
            var log = new MemoryLog();
            log.Append(Entries(0, x.size));
            MerkleHash leaf = MerkleTree.HashLeaf(Entry(x.index).Span);
            MerkleHash[] proof = [.. LogProofs.InclusionAsync(x.index, x.size, log.ReadAsync).AsTask().Result];
            bool verifies = MerkleTree.VerifyInclusion(leaf, x.index, x.size, log.Edge.Root, proof);
            bool wrongIndex = MerkleTree.VerifyInclusion(leaf, (x.index + 1) % x.size, x.size, log.Edge.Root, proof) && x.size > 1;
            bool wrongLeaf = MerkleTree.VerifyInclusion(Flip(leaf, x.flip), x.index, x.size, log.Edge.Root, proof);
            bool longer = MerkleTree.VerifyInclusion(leaf, x.index, x.size, log.Edge.Root, [.. proof, leaf]);
            bool shorter = proof.Length > 0 && MerkleTree.VerifyInclusion(leaf, x.index, x.size, log.Edge.Root, proof.AsSpan(1));
            bool flipped = false;
            if (proof.Length > 0)
            {
                proof[x.flip % proof.Length] = Flip(proof[x.flip % proof.Length], x.flip);
                flipped = MerkleTree.VerifyInclusion(leaf, x.index, x.size, log.Edge.Root, proof);
            }
            return verifies && !wrongIndex && !wrongLeaf && !longer && !shorter && !flipped;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Consistency_proofs_verify_and_any_change_breaks_them() =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 1500).SelectMany(size => Gen.Choose(0, size).Zip(Gen.Choose(0, 10_000)).Select(x => (second: size, first: x.Item1, flip: x.Item2)))), x =>
        {
            var log = new MemoryLog();
            log.Append(Entries(0, x.first));
            MerkleHash firstRoot = log.Edge.Root;
            log.Append(Entries(x.first, x.second - x.first));
            MerkleHash[] proof = [.. LogProofs.ConsistencyAsync(x.first, x.second, log.ReadAsync).AsTask().Result];
            bool verifies = MerkleTree.VerifyConsistency(x.first, firstRoot, x.second, log.Edge.Root, proof);
            bool wrongFirst = MerkleTree.VerifyConsistency(x.first, Flip(firstRoot, x.flip), x.second, log.Edge.Root, proof);
            bool wrongSecond = x.first > 0 && MerkleTree.VerifyConsistency(x.first, firstRoot, x.second, Flip(log.Edge.Root, x.flip), proof);
            bool longer = MerkleTree.VerifyConsistency(x.first, firstRoot, x.second, log.Edge.Root, [.. proof, firstRoot]);
            bool flipped = false;
            if (proof.Length > 0)
            {
                proof[x.flip % proof.Length] = Flip(proof[x.flip % proof.Length], x.flip);
                flipped = MerkleTree.VerifyConsistency(x.first, firstRoot, x.second, log.Edge.Root, proof);
            }
            return verifies && !wrongFirst && !wrongSecond && !longer && !flipped;
        }).QuickCheckThrowOnFailure();

    private static MerkleHash Flip(MerkleHash hash, int bit)
    {
        byte[] bytes = hash.Bytes.ToArray();
        bytes[bit / 8 % 32] ^= (byte)(1 << (bit % 8));
        return new MerkleHash(bytes);
    }
}
