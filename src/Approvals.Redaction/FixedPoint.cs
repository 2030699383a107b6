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

    private readonly List<(int MaskStart, int MaskEnd, int Start, int End)> _masks = [];
    private readonly ArrayBufferWriter<byte> _masked = new(1024);

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
