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

    /// <summary>Stretches of 64 bytes.</summary>
    private const int BucketBits = 6;

    private Hit[] _items = new Hit[64];

    /// <summary>One bit per stretch: whether a hit touches it. Valid for the first <see cref="_marked"/> hits; bits of hits that are gone only cost a look.</summary>
    private ulong[] _touched = [];
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

    /// <summary>Whether any hit added since <paramref name="from"/> overlaps the span.</summary>
    public bool Covers(int start, int end, int from = 0)
    {
        if (Count - from > Few && !Touches(start, end)) return false;
        for (var i = Count - 1; i >= from; i--)
            if (_items[i].Start < end && _items[i].End > start) return true;
        return false;
    }

    private bool Touches(int start, int end)
    {
        for (; _marked < Count; _marked++)
        {
            var last = _items[_marked].End >> BucketBits;
            if (last >> 6 >= _touched.Length) Array.Resize(ref _touched, Math.Max(last / 64 + 1, _touched.Length * 2));
            for (var bucket = _items[_marked].Start >> BucketBits; bucket <= last; bucket++) _touched[bucket >> 6] |= 1UL << (bucket & 63);
        }
        for (var bucket = start >> BucketBits; bucket <= end >> BucketBits; bucket++)
            if (bucket >> 6 < _touched.Length && (_touched[bucket >> 6] >> (bucket & 63) & 1) != 0) return true;
        return false;
    }

    private void Unmark()
    {
        if (_marked > 0) Array.Clear(_touched);
        _marked = 0;
    }
}
