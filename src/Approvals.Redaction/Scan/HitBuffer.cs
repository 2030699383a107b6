namespace Approvals.Redaction.Scan;

/// <summary>A found span, in bytes of the scanned text.</summary>
internal struct Hit
{
    public int Start;
    public int End;
    public int Rule;
    public float Confidence;
}

/// <summary>Growable list of hits that is reused from scan to scan, so that clean text costs no allocation.</summary>
internal sealed class HitBuffer
{
    /// <summary>So few hits are looked through one by one.</summary>
    private const int Few = 16;

    private Hit[] _items = new Hit[64];

    /// <summary>One bit per byte of text: whether a hit covers it. Valid for the first <see cref="_marked"/> hits.</summary>
    private ulong[] _covered = [];
    private int _marked;

    public int Count { get; private set; }

    public Span<Hit> Items => _items.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        Unmark();
    }

    public void Truncate(int count)
    {
        Count = count;
        // The hits may have been put in another order as well.
        Unmark();
    }

    public void Add(int start, int end, int rule, float confidence)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = new Hit { Start = start, End = end, Rule = rule, Confidence = confidence };
    }

    /// <summary>Whether any hit overlaps the span.</summary>
    public bool Covers(int start, int end)
    {
        if (Count > Few) return IsMarked(start, end);
        for (var i = Count - 1; i >= 0; i--)
            if (_items[i].Start < end && _items[i].End > start) return true;
        return false;
    }

    // Looking through all hits for each candidate would make a text full of them quadratic.
    private bool IsMarked(int start, int end)
    {
        for (; _marked < Count; _marked++) Mark(_items[_marked].Start, _items[_marked].End);
        for (var at = start; at < end && at >> 6 < _covered.Length; at = (at | 63) + 1)
            if ((_covered[at >> 6] & Bits(at, end)) != 0) return true;
        return false;
    }

    private void Mark(int start, int end)
    {
        if (end >> 6 >= _covered.Length) Array.Resize(ref _covered, Math.Max((end >> 6) + 1, _covered.Length * 2));
        for (var at = start; at < end; at = (at | 63) + 1) _covered[at >> 6] |= Bits(at, end);
    }

    /// <summary>The bits from <paramref name="at"/> to the end of its word or to <paramref name="end"/>.</summary>
    private static ulong Bits(int at, int end)
    {
        var bits = ulong.MaxValue << (at & 63);
        return end >= (at | 63) + 1 ? bits : bits & ~(ulong.MaxValue << (end & 63));
    }

    private void Unmark()
    {
        if (_marked > 0) Array.Clear(_covered);
        _marked = 0;
    }
}
