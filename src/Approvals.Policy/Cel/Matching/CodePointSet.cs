namespace Approvals.Policy.Cel.Matching;

/// <summary>An immutable set of code points, as sorted, disjoint, inclusive ranges.</summary>
internal sealed class CodePointSet
{
    internal const int MaxCodePoint = 0x10FFFF;

    private readonly (int First, int Last)[] _ranges;

    // Membership of the first 128, one bit each.
    private readonly UInt128 _ascii;

    private CodePointSet((int First, int Last)[] ranges)
    {
        _ranges = ranges;
        foreach (var (first, last) in ranges)
        {
            for (var c = first; c <= Math.Min(last, 127); c++)
            {
                _ascii |= UInt128.One << c;
            }
        }
    }

    internal ReadOnlySpan<(int First, int Last)> Ranges => _ranges;

    internal static CodePointSet Of(IEnumerable<(int First, int Last)> ranges)
    {
        var sorted = ranges.Where(range => range.First <= range.Last).OrderBy(range => range.First).ToArray();
        var count = 0;
        foreach (var range in sorted)
        {
            if (count > 0 && range.First <= sorted[count - 1].Last + 1)
            {
                sorted[count - 1].Last = Math.Max(sorted[count - 1].Last, range.Last);
            }
            else
            {
                sorted[count++] = range;
            }
        }

        return new CodePointSet(sorted[..count]);
    }

    internal static CodePointSet Of(int codePoint) => new([(codePoint, codePoint)]);

    internal CodePointSet Negate()
    {
        var result = new List<(int, int)>(_ranges.Length + 1);
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                result.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= MaxCodePoint)
        {
            result.Add((next, MaxCodePoint));
        }

        return new CodePointSet([.. result]);
    }

    internal bool Contains(int codePoint)
    {
        if (codePoint < 128)
        {
            return ((_ascii >> codePoint) & 1) != 0;
        }

        var low = 0;
        var high = _ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (codePoint > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
