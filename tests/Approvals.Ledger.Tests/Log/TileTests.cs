using Approvals.Ledger.Log;
using FsCheck;
using FsCheck.Fluent;

namespace Approvals.Ledger.Tests.Log;

public class TileTests
{
    [Theory]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(1, 0, 17, "tile/1/000.p/17")]
    [InlineData(0, 273, 112, "tile/0/273.p/112")]
    [InlineData(-1, 999, 256, "tile/entries/999")]
    [InlineData(-1, 1000, 1, "tile/entries/x001/000.p/1")]
    public void Path_is_that_of_the_specification(int level, long index, int width, string path)
    {
        var tile = new TileId(level, index, width);
        Assert.Equal(path, tile.Path);
        Assert.True(TileId.TryParse(path, out TileId read));
        Assert.Equal(tile, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tile/0")]
    [InlineData("tile/0/")]
    [InlineData("tile/8/000")]
    [InlineData("tile/00/000")]
    [InlineData("tile/-1/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/0000")]
    [InlineData("tile/0/x000/000")]
    [InlineData("tile/0/000/000")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/+01")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p/")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/../000")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/0/000/")]
    [InlineData("tile/entries/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/data/000")]
    public void Every_other_path_is_refused(string path) => Assert.False(TileId.TryParse(path, out _));

    [Fact]
    public void Every_tile_survives_its_path() =>
        Prop.ForAll(Arb.From(Gen.Choose(-1, 7).Zip(Gen.OneOf(Gen.Choose(0, 2000).Select(i => (long)i), ArbMap.Default.GeneratorFor<long>().Select(i => i & long.MaxValue >> 8))).Zip(Gen.Choose(1, 256))), x =>
        {
            var tile = new TileId(x.Item1.Item1, x.Item1.Item2, x.Item2);
            return TileId.TryParse(tile.Path, out TileId read) && read == tile;
        }).QuickCheckThrowOnFailure();

    /// <summary>The example of C2SP tlog-tiles: a tree of 70,000 entries.</summary>
    [Fact]
    public void Partial_tiles_of_the_specifications_example_are_the_ones_it_names() =>
        Assert.Equal(["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"], TreeEdge.PartialTiles(70_000).Select(t => t.Path));

    [Fact]
    public void Tree_of_256_has_a_full_tile_and_one_hash_above_it()
    {
        LogAppend append = TreeEdge.Empty.Append(new MerkleHash[256]);
        Assert.Equal(["tile/0/000", "tile/1/000.p/1"], append.Tiles.Select(t => t.Tile.Path));
        Assert.Equal(append.Edge.Root.Bytes.ToArray(), append.Tiles[1].Bytes.ToArray());
    }

    [Fact]
    public async Task Tree_of_several_levels_proves_and_reloads()
    {
        const int size = 70_000;
        var leaves = new MerkleHash[size];
        for (int i = 0; i < size; i++) leaves[i] = MerkleTree.HashLeaf(BitConverter.GetBytes(i));
        LogAppend append = TreeEdge.Empty.Append(leaves);
        Dictionary<TileId, ReadOnlyMemory<byte>> tiles = append.Tiles.ToDictionary(t => t.Tile, t => t.Bytes);
        ValueTask<ReadOnlyMemory<byte>?> Read(TileId tile, CancellationToken _) => new(tiles.TryGetValue(tile, out ReadOnlyMemory<byte> bytes) ? bytes : null);
        Assert.Equal(MerkleTree.Root(leaves), append.Edge.Root);
        Assert.Equal(append.Edge.Root, (await TreeEdge.LoadAsync(size, Read)).Root);
        foreach (int index in (int[])[0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999])
            Assert.True(MerkleTree.VerifyInclusion(leaves[index], index, size, append.Edge.Root, [.. await LogProofs.InclusionAsync(index, size, Read)]));
        foreach (int first in (int[])[1, 256, 65_536, 65_537, 69_999])
            Assert.True(MerkleTree.VerifyConsistency(first, MerkleTree.Root(leaves.AsSpan(0, first)), size, append.Edge.Root, [.. await LogProofs.ConsistencyAsync(first, size, Read)]));
    }

    [Fact]
    public void Entry_of_65535_bytes_fits_and_one_more_does_not()
    {
        byte[] largest = new byte[65_535];
        ReadOnlyMemory<byte> bundle = Assert.Single(EntryBundle.Append(0, default, [largest])).Bytes;
        Assert.Equal(EntryBundle.EncodeEntry(largest), bundle.ToArray());
        Assert.Equal(largest, Assert.Single(EntryBundle.Decode(bundle, 1)).ToArray());
        Assert.Equal("entry_too_large", Assert.Throws<LedgerFormatException>(() => EntryBundle.Append(0, default, [new byte[65_536]])).Code);
        Assert.Equal("entry_too_large", Assert.Throws<LedgerFormatException>(() => TreeEdge.Empty.Append([new byte[65_536]])).Code);
    }

    [Fact]
    public void Bundle_that_is_cut_or_of_another_size_is_refused()
    {
        byte[] bundle = EntryBundle.EncodeEntry("abc"u8);
        Assert.Equal("entry_bundle_malformed", Assert.Throws<LedgerFormatException>(() => EntryBundle.Decode(bundle.AsMemory(0, 4), 1)).Code);
        Assert.Equal("entry_bundle_malformed", Assert.Throws<LedgerFormatException>(() => EntryBundle.Decode(bundle, 2)).Code);
        Assert.Equal("entry_bundle_malformed", Assert.Throws<LedgerFormatException>(() => EntryBundle.Append(2, bundle, [])).Code);
        Assert.Equal("entry_bundle_malformed", Assert.Throws<LedgerFormatException>(() => EntryBundle.Append(256, bundle, [])).Code);
    }
}
