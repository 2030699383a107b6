using System.Buffers;
using System.Text;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction;

/// <summary>
/// Redacting twice must change nothing, but a mask is shorter than what it replaces and can bring a telling word nearer to a value. So the
/// masked text is looked at again, what that finds is mapped back to the original, and so on until nothing new is found.
/// </summary>
internal sealed class FixedPoint(RuleBook rules)
{
    public const int Rounds = 4;

    /// <summary>Longer texts are looked at again only around their masks.</summary>
    public const int LongText = 32 * 1024;

    private const int Around = 256;
    private const int LongestWindow = 16 * 1024;

    private readonly List<(int MaskStart, int MaskEnd, int Start, int End)> _masks = [];
    private readonly ArrayBufferWriter<byte> _masked = new(1024);

    /// <summary>
    /// The next stretch of a long text to look at again: the lines around hits whose mask may bring something nearer or open a word boundary. A value that stands
    /// free and is no longer than its mask moves everything apart, and a mask itself is no context for anything.
    /// </summary>
    public static bool NextWindow(ReadOnlySpan<byte> text, ReadOnlySpan<Hit> hits, Func<Hit, int> maskLength, ref int next, out int from, out int to)
    {
        from = to = 0;
        while (next < hits.Length && IsHarmless(text, hits[next], maskLength)) next++;
        if (next == hits.Length) return false;
        from = LineStart(text, Math.Max(0, hits[next].Start - Around));
        to = LineEnd(text, Math.Min(text.Length, hits[next].End + Around));
        for (next++; next < hits.Length && hits[next].Start < to; next++)
        {
            if (hits[next].End > to || (to - from < LongestWindow && !IsHarmless(text, hits[next], maskLength))) to = Math.Max(hits[next].End, LineEnd(text, Math.Min(text.Length, hits[next].End + Around)));
            else if (to - from >= LongestWindow && !IsHarmless(text, hits[next], maskLength)) break;
        }
        return true;
    }

    private static bool IsHarmless(ReadOnlySpan<byte> text, Hit hit, Func<Hit, int> maskLength) =>
        hit.End - hit.Start <= maskLength(hit)
        && (hit.Start == 0 || text[hit.Start - 1] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'(' or (byte)'"')
        && (hit.End == text.Length || text[hit.End] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)')' or (byte)'"' or (byte)',');

    private static int LineStart(ReadOnlySpan<byte> text, int at)
    {
        var lowest = Math.Max(0, at - 2048);
        return lowest + text[lowest..at].LastIndexOf((byte)'\n') + 1;
    }

    private static int LineEnd(ReadOnlySpan<byte> text, int at)
    {
        var highest = Math.Min(text.Length, at + 2048);
        var end = text[at..highest].IndexOf((byte)'\n');
        return end < 0 ? highest : at + end + 1;
    }

    /// <summary>Adds what was found in the masked text to the hits in the original; false when there was nothing new.</summary>
    public bool Merge(HitBuffer hits, HitBuffer again)
    {
        var added = false;
        foreach (ref readonly var hit in again.Items)
        {
            if (InsideMask(hit.Start, hit.End)) continue;
            hits.Add(Original(hit.Start, end: false), Original(hit.End, end: true), hit.Rule, hit.Confidence);
            added = true;
        }
        if (added) HitResolver.Resolve(hits, rules);
        return added;
    }

    /// <summary>The text with its hits masked; valid until the next call.</summary>
    public ReadOnlySpan<byte> Mask(ReadOnlySpan<byte> text, HitBuffer hits)
    {
        _masked.ResetWrittenCount();
        _masks.Clear();
        var copied = 0;
        Span<byte> mask = stackalloc byte[64];
        foreach (ref readonly var hit in hits.Items)
        {
            _masked.Write(text[copied..hit.Start]);
            var start = _masked.WrittenCount;
            mask[0] = (byte)'[';
            var length = 1 + Encoding.ASCII.GetBytes(rules[hit.Rule].Type, mask[1..]);
            "_1]"u8.CopyTo(mask[length..]);
            _masked.Write(mask[..(length + 3)]);
            _masks.Add((start, _masked.WrittenCount, hit.Start, hit.End));
            copied = hit.End;
        }
        _masked.Write(text[copied..]);
        return _masked.WrittenSpan;
    }

    private bool InsideMask(int start, int end)
    {
        foreach (var mask in _masks)
            if (start >= mask.MaskStart && end <= mask.MaskEnd) return true;
        return false;
    }

    private int Original(int place, bool end)
    {
        var shift = 0;
        foreach (var mask in _masks)
        {
            if (place <= mask.MaskStart) break;
            if (place < mask.MaskEnd) return end ? mask.End : mask.Start;
            shift = mask.End - mask.MaskEnd;
        }
        return place + shift;
    }
}
