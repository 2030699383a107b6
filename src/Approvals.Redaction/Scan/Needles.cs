using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Approvals.Redaction.Rules;

namespace Approvals.Redaction.Scan;

/// <summary>
/// Formats that begin like any word but hold something rare further in ("-PRD-", an <c>@</c>, 43 base64 letters in a row) are tried only where that stands close
/// ahead. Each is searched for once through the text, so a rule costs a vectorized search and no look at the words.
/// </summary>
internal sealed class Needles
{
    private const int LongNeedle = 43;

    /// <summary>The next place of each literal needle; of a run needle nothing is kept here.</summary>
    private int[] _next = [];

    /// <summary>The next run of base64 letters that is long enough for some needle, and for one of the long ones.</summary>
    private (int At, int End) _run, _longRun;

    /// <summary>From here on it must be looked again whether anything is near; until then it stays as it is.</summary>
    private int _literalsFrom, _runsFrom;

    private bool _literalsNear, _runsNear;
    private bool _fresh;

    /// <summary>All rules but those whose literal does not stand near.</summary>
    private ulong[] _open = [];

    /// <summary>Whether any such rule may match at a place before this one.</summary>
    public bool MayMatchBefore(int end) => _literalsNear | _runsNear | (Math.Min(_literalsFrom, _runsFrom) < end);

    /// <summary>Of one vector the rules whose literal stands near, and all that have none. Ask <see cref="Near(in ScanText, int)"/> before.</summary>
    public Vector512<ulong> Open(int vector) => Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_open), (nuint)(vector * 8));

    /// <summary>Forgets the text.</summary>
    public void Reset()
    {
        _fresh = true;
        _literalsFrom = _runsFrom = 0;
        _literalsNear = _runsNear = false;
        _run = _longRun = (-1, -1);
    }

    /// <summary>Whether any such rule may match at a place. Places must not go backwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Near(in ScanText text, int start)
    {
        if (start >= _literalsFrom) Literals(text, start);
        if (start >= _runsFrom) Runs(text, start);
        return _literalsNear | _runsNear;
    }

    /// <summary>Whether the needle of one rule stands close ahead. Ask <see cref="Near(in ScanText, int)"/> before.</summary>
    public bool Near(Rule rule, int start)
    {
        var needle = rule.Pattern!.Needle!;
        // Literals were decided for all rules at once.
        if (needle.Run == 0) return true;
        // A run that is too short for this rule may have a longer one behind it.
        var run = needle.Run >= LongNeedle ? _longRun : _run;
        return run.At - needle.Reach <= start && (run.End - Math.Max(run.At, start) >= needle.Run || run.End < start + needle.Reach);
    }

    private void Literals(in ScanText text, int start)
    {
        var rules = text.Rules.Needles;
        if (_fresh)
        {
            if (_next.Length != rules.Length) _next = new int[rules.Length];
            if (_open.Length != text.Rules.Filter.Words) _open = new ulong[text.Rules.Filter.Words];
            Array.Fill(_next, -1);
            _fresh = false;
        }
        _literalsNear = false;
        _literalsFrom = int.MaxValue;
        Array.Fill(_open, ulong.MaxValue);
        var left = text.Bytes.Length - start;
        for (var i = 0; i < rules.Length; i++)
        {
            var needle = rules[i].Pattern!.Needle!;
            if (needle.Run > 0) continue;
            if (_next[i] < start) _next[i] = left < needle.Shortest ? int.MaxValue : NextOf(text.Bytes, needle.Literals, start);
            var from = _next[i] == int.MaxValue ? int.MaxValue : _next[i] - needle.Reach;
            var near = from <= start;
            _literalsNear |= near;
            if (!near) _open[rules[i].Slot >> 6] &= ~(1UL << (rules[i].Slot & 63));
            // Near until the needle is passed, else far until its reach begins.
            _literalsFrom = Math.Min(_literalsFrom, near ? _next[i] + 1 : from);
        }
    }

    private static int NextOf(ReadOnlySpan<byte> text, byte[][] literals, int start)
    {
        var best = int.MaxValue;
        foreach (var literal in literals)
        {
            var rest = text[start..];
            // Nothing further away than the best so far can be nearer.
            if (best != int.MaxValue) rest = rest[..Math.Min(rest.Length, best - start + literal.Length)];
            var at = literal.Length == 1 ? rest.IndexOf(literal[0]) : rest.IndexOf(literal);
            if (at >= 0) best = Math.Min(best, start + at);
        }
        return best;
    }

    private void Runs(in ScanText text, int start)
    {
        var reach = text.Rules.FarthestRunNeedle;
        Advance(text, start, text.Rules.ShortestRunNeedle, ref _run);
        if (_run.At == int.MaxValue)
        {
            _runsFrom = int.MaxValue;
            _runsNear = false;
            return;
        }
        Advance(text, start, LongNeedle, ref _longRun);
        _runsNear = _run.At - reach <= start;
        _runsFrom = Math.Max(_runsNear ? Math.Min(_run.At, _longRun.At) : _run.At - reach, start + 1);
    }

    private static void Advance(in ScanText text, int start, int least, ref (int At, int End) run)
    {
        // Still inside the run that was found before: its end is known, which keeps one endless run linear.
        if (run.At >= start || run.End - start >= least) return;
        var masks = text.Masks;
        run = (int.MaxValue, int.MaxValue);
        for (var at = masks.NextLongRun(start); at < text.Bytes.Length;)
        {
            var end = masks.NextNonRun(at);
            if (end - at >= least)
            {
                run = (at, end);
                return;
            }
            at = end < text.Bytes.Length ? masks.NextLongRun(end) : end;
        }
    }
}
