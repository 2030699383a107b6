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

    private int _literalsFrom;
    private int _runsFrom;
    private bool _fresh;

    /// <summary>Forgets the text.</summary>
    public void Reset()
    {
        _fresh = true;
        _literalsFrom = _runsFrom = 0;
        _run = _longRun = (-1, -1);
    }

    /// <summary>Whether any such rule may match at a place. Places must not go backwards.</summary>
    public bool Near(in ScanText text, int start) => (start >= _literalsFrom && Literals(text, start)) | (start >= _runsFrom && Runs(text, start));

    /// <summary>Whether the needle of one rule stands close ahead. Ask <see cref="Near(in ScanText, int)"/> before.</summary>
    public bool Near(Rule rule, int start)
    {
        var needle = rule.Pattern!.Needle!;
        if (needle.Run == 0) return _next[rule.NeedleIndex] - needle.Reach <= start;
        // A run that is too short for this rule may have a longer one behind it.
        var run = needle.Run >= LongNeedle ? _longRun : _run;
        return run.At - needle.Reach <= start && (run.End - Math.Max(run.At, start) >= needle.Run || run.End < start + needle.Reach);
    }

    private bool Literals(in ScanText text, int start)
    {
        var rules = text.Rules.Needles;
        if (_fresh)
        {
            if (_next.Length != rules.Length) _next = new int[rules.Length];
            Array.Fill(_next, -1);
            _fresh = false;
        }
        var near = false;
        _literalsFrom = int.MaxValue;
        var left = text.Bytes.Length - start;
        for (var i = 0; i < rules.Length; i++)
        {
            var needle = rules[i].Pattern!.Needle!;
            if (_next[i] < start) _next[i] = left < needle.Shortest || needle.Run > 0 ? int.MaxValue : NextOf(text.Bytes, needle.Literals, start);
            if (_next[i] == int.MaxValue) continue;
            var from = _next[i] - needle.Reach;
            near |= from <= start;
            // Inside the reach the next place asks again.
            _literalsFrom = Math.Min(_literalsFrom, Math.Max(from, start + 1));
        }
        return near;
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

    private bool Runs(in ScanText text, int start)
    {
        var reach = text.Rules.FarthestRunNeedle;
        Advance(text, start, text.Rules.ShortestRunNeedle, ref _run);
        if (_run.At == int.MaxValue)
        {
            _runsFrom = int.MaxValue;
            return false;
        }
        Advance(text, start, LongNeedle, ref _longRun);
        _runsFrom = Math.Max(_run.At - reach, start + 1);
        return _run.At - reach <= start;
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
