using System.Buffers.Binary;
using System.Text;
using Approvals.Conformance.Target;

namespace Approvals.Conformance.Judges;

/// <summary>Reads the ledger as C2SP tlog-tiles serves it: hashes and entries, tile by tile.</summary>
internal sealed class LedgerReader(Caller auditor)
{
    private const int TileWidth = 256;

    /// <summary>The leaf hashes of the first so many entries.</summary>
    public async Task<List<byte[]>> LeavesAsync(long size)
    {
        var leaves = new List<byte[]>();
        for (long tile = 0; tile * TileWidth < size; tile++)
            leaves.AddRange((await ReadAsync("0/", tile, size)).Chunk(32).Take((int)Math.Min(TileWidth, size - (tile * TileWidth))));
        return leaves;
    }

    /// <summary>The entries from one index up to a size: the DSSE envelopes.</summary>
    public async Task<List<(long Index, byte[] Entry)>> EntriesAsync(long from, long size)
    {
        var entries = new List<(long, byte[])>();
        for (long tile = from / TileWidth; tile * TileWidth < size; tile++)
        {
            byte[] bundle = await ReadAsync("entries/", tile, size);
            long index = tile * TileWidth;
            for (int at = 0; at < bundle.Length && index < size; index++)
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
                if (index >= from) entries.Add((index, bundle.AsSpan(at + 2, length).ToArray()));
                at += 2 + length;
            }
        }

        return entries;
    }

    /// <summary>"1234067" is written "x001/x234/067".</summary>
    public static string PathOf(long index)
    {
        var path = new StringBuilder((index % 1000).ToString("D3"));
        for (long rest = index / 1000; rest > 0; rest /= 1000) path.Insert(0, $"x{rest % 1000:D3}/");
        return path.ToString();
    }

    private async Task<byte[]> ReadAsync(string kind, long tile, long size)
    {
        long width = Math.Min(TileWidth, size - (tile * TileWidth));
        string path = $"ledger/tile/{kind}{PathOf(tile)}";
        Answer answer = await auditor.GetAsync(width < TileWidth ? $"{path}.p/{width}" : path);

        // A partial tile may be gone once the full one is there.
        if (answer.Status == 404 && width < TileWidth) answer = await auditor.GetAsync(path);
        return answer.Is(200).Body;
    }
}
