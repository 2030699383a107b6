using System.Globalization;
using System.Text;

namespace Approvals.Policy.Cel.Matching;

/// <summary>Sets of code points by general category, and letters that differ in case only. Made once, when first asked for.</summary>
internal static class UnicodeTables
{
    // Where letters with case live: looking everywhere would take milliseconds.
    private static readonly (int First, int Last)[] CasedBlocks =
    [
        (0x0000, 0x2DFF), (0xA640, 0xABFF), (0xFB00, 0xFFFF), (0x10400, 0x10FFF), (0x11880, 0x118FF), (0x16E00, 0x16EFF), (0x1E900, 0x1E9FF),
    ];

    private static readonly Lazy<Dictionary<string, CodePointSet>> Categories = new(MakeCategories);

    private static readonly Lazy<(int CodePoint, int[] Others)[]> Cased = new(MakeCased);

    /// <summary>A category by its short name: <c>L</c>, <c>Lu</c>, <c>Nd</c> …</summary>
    internal static CodePointSet? Category(string name) => Categories.Value.GetValueOrDefault(name);

    /// <summary>The set with all that differs from its members in case only (simple case folding).</summary>
    internal static CodePointSet FoldCase(CodePointSet set)
    {
        var added = new List<(int, int)>();
        var at = 0;
        var ranges = set.Ranges;
        foreach (var (codePoint, others) in Cased.Value)
        {
            while (at < ranges.Length && ranges[at].Last < codePoint)
            {
                at++;
            }

            if (at == ranges.Length)
            {
                break;
            }

            if (codePoint >= ranges[at].First)
            {
                added.AddRange(others.Select(other => (other, other)));
            }
        }

        return added.Count == 0 ? set : CodePointSet.Of([.. ranges, .. added]);
    }

    private static Dictionary<string, CodePointSet> MakeCategories()
    {
        string[] names =
        [
            "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi",
            "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
        ];
        var ranges = new Dictionary<string, List<(int First, int Last)>>(StringComparer.Ordinal);

        // Planes 4 to 13 are unassigned; asking for each of them would be most of the work.
        for (var codePoint = 0; codePoint <= CodePointSet.MaxCodePoint; codePoint = codePoint == 0x3FFFF ? 0xE0000 : codePoint + 1)
        {
            var name = names[(int)CharUnicodeInfo.GetUnicodeCategory(codePoint)];
            foreach (var key in (ReadOnlySpan<string>)[name, name[..1]])
            {
                if (!ranges.TryGetValue(key, out var list))
                {
                    ranges.Add(key, list = []);
                }

                if (list.Count > 0 && list[^1].Last == codePoint - 1)
                {
                    list[^1] = (list[^1].First, codePoint);
                }
                else
                {
                    list.Add((codePoint, codePoint));
                }
            }
        }

        // RE2 knows no category of the unassigned, and no C that holds them.
        ranges.Remove("Cn");
        ranges["C"] = [.. ranges["Cc"], .. ranges["Cf"], .. ranges["Cs"], .. ranges["Co"]];
        var sets = ranges.ToDictionary(pair => pair.Key, pair => CodePointSet.Of(pair.Value), StringComparer.Ordinal);
        sets.Add("Any", CodePointSet.Of([(0, CodePointSet.MaxCodePoint)]));
        return sets;
    }

    private static (int, int[])[] MakeCased()
    {
        var groups = new Dictionary<int, List<int>>();
        foreach (var (first, last) in CasedBlocks)
        {
            for (var codePoint = first; codePoint <= last; codePoint++)
            {
                if (Rune.TryCreate(codePoint, out var rune))
                {
                    // The invariant culture leaves these two alone; simple case folding (CaseFolding.txt) does not.
                    var folded = codePoint switch
                    {
                        0x017F => 's',
                        0x1E9E => 0x00DF,
                        _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).Value,
                    };
                    if (!groups.TryGetValue(folded, out var group))
                    {
                        groups.Add(folded, group = []);
                    }

                    group.Add(codePoint);
                }
            }
        }

        return
        [
            .. groups.Values
                .Where(group => group.Count > 1)
                .SelectMany(group => group.Select(codePoint => (codePoint, group.Where(other => other != codePoint).ToArray())))
                .OrderBy(entry => entry.codePoint),
        ];
    }
}
