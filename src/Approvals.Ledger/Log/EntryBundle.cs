using System.Buffers.Binary;

namespace Approvals.Ledger.Log;

/// <summary>Entry bundles of C2SP tlog-tiles: up to 256 entries, each with its length in front as a big-endian uint16. Pure.</summary>
public static class EntryBundle
{
    /// <summary>What a uint16 length can say.</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    /// <summary>One entry as it stands in a bundle: a bundle is the concatenation of these, so hosts may store entries one by one.</summary>
    public static byte[] EncodeEntry(ReadOnlySpan<byte> entry)
    {
        CheckLength(entry.Length);
        byte[] encoded = new byte[2 + entry.Length];
        BinaryPrimitives.WriteUInt16BigEndian(encoded, (ushort)entry.Length);
        entry.CopyTo(encoded.AsSpan(2));
        return encoded;
    }

    /// <summary>The entries of a bundle, first <paramref name="count"/> of them. Code: <c>entry_bundle_malformed</c>.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Decode(ReadOnlyMemory<byte> bundle, int count)
    {
        var entries = new List<ReadOnlyMemory<byte>>(count);
        while (entries.Count < count)
        {
            int length = bundle.Length < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            if (length > bundle.Length - 2) throw new LedgerFormatException("entry_bundle_malformed", "The entry bundle ends before its last entry does.");
            entries.Add(bundle.Slice(2, length));
            bundle = bundle[(2 + length)..];
        }
        return entries;
    }

    /// <summary>
    /// The bundles to write when entries are appended at <paramref name="size"/>: each full one passed on the way and the partial one at the end.
    /// </summary>
    /// <param name="size">Entries in the log before.</param>
    /// <param name="partial">The current partial bundle; empty when <paramref name="size"/> is a multiple of 256.</param>
    /// <param name="entries">The new entries, each at most 65,535 bytes (<c>entry_too_large</c>).</param>
    public static IReadOnlyList<TileWrite> Append(long size, ReadOnlyMemory<byte> partial, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        int width = (int)(size % TileId.FullWidth);
        if (Measure(partial, width) != partial.Length) throw new LedgerFormatException("entry_bundle_malformed", "The partial entry bundle does not belong to this tree size.");
        var writes = new List<TileWrite>();
        int next = 0;
        while (next < entries.Count)
        {
            int take = int.Min(TileId.FullWidth - width, entries.Count - next);
            int length = partial.Length;
            for (int i = next; i < next + take; i++)
            {
                CheckLength(entries[i].Length);
                length += 2 + entries[i].Length;
            }
            byte[] bundle = new byte[length];
            partial.CopyTo(bundle);
            Span<byte> rest = bundle.AsSpan(partial.Length);
            for (int i = next; i < next + take; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)entries[i].Length);
                entries[i].Span.CopyTo(rest[2..]);
                rest = rest[(2 + entries[i].Length)..];
            }
            writes.Add(new TileWrite(new TileId(TileId.EntriesLevel, (size + next) / TileId.FullWidth, width + take), bundle));
            next += take;
            width = 0;
            partial = default;
        }
        return writes;
    }

    /// <summary>Length of the first <paramref name="count"/> entries.</summary>
    private static int Measure(ReadOnlyMemory<byte> bundle, int count)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> entries = Decode(bundle, count);
        return (2 * count) + entries.Sum(e => e.Length);
    }

    private static void CheckLength(int length)
    {
        if (length > MaxEntryBytes) throw new LedgerFormatException("entry_too_large", $"A ledger entry may have at most {MaxEntryBytes} bytes.");
    }
}
