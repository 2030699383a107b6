namespace Approvals.Redaction.Rules;

/// <summary>
/// How far long runs of one class go: many tries of a format inside the same run read it once, which keeps a text that is nothing but one run linear.
/// Belongs to one text at a time.
/// </summary>
internal sealed class PatternRuns
{
    /// <summary>Shorter runs are read again each time.</summary>
    private const int Long = 64;

    private const int Slots = 16;

    private readonly (ByteSet Set, int Start, int End)[] _runs = new (ByteSet, int, int)[Slots];
    private int _next;

    /// <summary>Forgets the text.</summary>
    public void Reset()
    {
        if (_next == 0) return;
        Array.Clear(_runs);
        _next = 0;
    }

    /// <summary>First byte at or after a place that is not in the set, or <paramref name="limit"/>.</summary>
    public int End(ReadOnlySpan<byte> text, int at, int limit, ByteSet set)
    {
        var i = at;
        for (var near = Math.Min(limit, at + Long); i < near && set.Contains(text[i]); i++) { }
        if (i < at + Long || i == limit) return i;
        foreach (var run in _runs)
            if (run.Start <= at && i <= run.End && run.Set == set) return Math.Min(limit, run.End);
        while (i < text.Length && set.Contains(text[i])) i++;
        _runs[_next++ & (Slots - 1)] = (set, at, i);
        if (_next == int.MaxValue) _next = Slots;
        return Math.Min(limit, i);
    }
}
