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
    private Hit[] _items = new Hit[64];

    public int Count { get; private set; }

    public Span<Hit> Items => _items.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Truncate(int count) => Count = count;

    public void Add(int start, int end, int rule, float confidence)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = new Hit { Start = start, End = end, Rule = rule, Confidence = confidence };
    }

    /// <summary>Whether any hit added since <paramref name="from"/> overlaps the span.</summary>
    public bool Covers(int start, int end, int from = 0)
    {
        for (var i = Count - 1; i >= from; i--)
            if (_items[i].Start < end && _items[i].End > start) return true;
        return false;
    }
}
