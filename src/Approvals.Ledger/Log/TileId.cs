using System.Globalization;
using System.Text;

namespace Approvals.Ledger.Log;

/// <summary>
/// Names one static resource of the log (C2SP tlog-tiles): a tile of up to 256 hashes at a level, or a bundle of up to 256 entries.
/// What a name holds never changes; a partial tile of another width is another name.
/// </summary>
/// <param name="Level">0 for leaf hashes, up to 7 in a log of less than 2^63 entries; <see cref="EntriesLevel"/> for entry bundles.</param>
/// <param name="Index">Index within the level.</param>
/// <param name="Width">1 to 255 for a partial tile, 256 for a full one.</param>
public readonly record struct TileId(int Level, long Index, int Width)
{
    /// <summary>The level that stands for entry bundles.</summary>
    public const int EntriesLevel = -1;

    /// <summary>Hashes or entries in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>Highest hash level that a tree of at most 2^63-1 leaves reaches.</summary>
    public const int MaxLevel = 7;

    public bool IsEntries => Level == EntriesLevel;

    /// <summary>The tile of that level and index as it is in a tree of that size; width 0 when the tree does not reach it.</summary>
    public static TileId InTree(int level, long index, long size)
    {
        long hashes = size >> (8 * int.Max(level, 0));
        return new TileId(level, index, (int)long.Clamp(hashes - (index * FullWidth), 0, FullWidth));
    }

    /// <summary>The rightmost tile of the level when it is partial; width 0 when the level ends in a full tile or has none.</summary>
    public static TileId RightEdge(int level, long size) => InTree(level, (size >> (8 * level)) / FullWidth, size);

    /// <summary>Path below the log's prefix: <c>tile/0/x001/x234/067</c>, <c>tile/entries/000.p/5</c>.</summary>
    public string Path
    {
        get
        {
            var path = new StringBuilder("tile/").Append(IsEntries ? "entries" : Level.ToString(CultureInfo.InvariantCulture));
            string digits = Index.ToString(CultureInfo.InvariantCulture);
            digits = digits.PadLeft((digits.Length + 2) / 3 * 3, '0');
            for (int i = 0; i < digits.Length; i += 3) path.Append(i + 3 < digits.Length ? "/x" : "/").Append(digits, i, 3);
            return (Width < FullWidth ? path.Append(".p/").Append(Width) : path).ToString();
        }
    }

    /// <summary>Reads a path of exactly the form that <see cref="Path"/> writes; false for every other text.</summary>
    public static bool TryParse(string path, out TileId tile)
    {
        tile = default;
        const int longest = 48;
        if (path.Length > longest || !path.StartsWith("tile/", StringComparison.Ordinal)) return false;
        string[] parts = path["tile/".Length..].Split('/');
        int level;
        if (parts[0] == "entries") level = EntriesLevel;
        else if (parts[0] is [>= '0' and <= (char)('0' + MaxLevel) and var digit]) level = digit - '0';
        else return false;

        int width = FullWidth;
        int end = parts.Length;
        if (end > 2 && parts[end - 2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[end - 1], NumberStyles.None, CultureInfo.InvariantCulture, out width)) return false;
            parts[end - 2] = parts[end - 2][..^2];
            end--;
        }
        long index = 0;
        for (int i = 1; i < end; i++)
        {
            string group = i < end - 1 ? parts[i].StartsWith('x') ? parts[i][1..] : "" : parts[i];
            if (group.Length != 3 || !int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || index > (long.MaxValue - value) / 1000) return false;
            index = (index * 1000) + value;
        }
        tile = new TileId(level, index, width);
        // One resource has one path: leading zeros, width 0 or 256 and stray groups all fail here.
        if (end > 1 && width is > 0 and <= FullWidth && tile.Path == path) return true;
        tile = default;
        return false;
    }
}

/// <summary>
/// Reads a tile or entry bundle: its bytes, or null when the log has none of that name. Where a partial tile is gone because the full one
/// exists, the full one's bytes may be returned; readers use the prefix they asked for.
/// </summary>
public delegate ValueTask<ReadOnlyMemory<byte>?> ReadTile(TileId tile, CancellationToken cancellationToken);

/// <summary>A tile or entry bundle to be written.</summary>
public readonly record struct TileWrite(TileId Tile, ReadOnlyMemory<byte> Bytes);
