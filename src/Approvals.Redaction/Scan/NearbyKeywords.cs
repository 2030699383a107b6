using Approvals.Redaction.Rules;

namespace Approvals.Redaction.Scan;

/// <summary>
/// Which rule keywords stand around a place: computed for a stretch of 512 bytes at a time and kept until the scan moves on, so that the
/// many candidates of a line share one look at its words. It may say yes for a word slightly too far away; the rule then looks exactly.
/// </summary>
internal sealed class NearbyKeywords
{
    private const int Stretch = 512;
    private const int Margin = 96;

    private ulong[] _allowed = [];
    private int _stretch = -1;
    private bool _anyVendor;
    private bool _any;

    public void Reset() => _stretch = -1;

    public bool AnyVendor(in ScanText text, int at)
    {
        Ensure(text, at);
        return _anyVendor;
    }

    /// <summary>Whether any keyword of any rule stands near.</summary>
    public bool Any(in ScanText text, int at)
    {
        Ensure(text, at);
        return _any;
    }

    /// <summary>Whether a keyword of the rule stands near.</summary>
    public bool Allows(in ScanText text, int at, int rule)
    {
        Ensure(text, at);
        return (_allowed[rule >> 6] >> (rule & 63) & 1) != 0;
    }

    private void Ensure(in ScanText text, int at)
    {
        var stretch = at / Stretch;
        if (stretch != _stretch) Compute(text, stretch);
    }

    private void Compute(in ScanText text, int stretch)
    {
        _stretch = stretch;
        var index = text.Rules.Keywords;
        if (_allowed.Length != index.Words) _allowed = new ulong[index.Words];
        else if (_any) Array.Clear(_allowed);
        _any = _anyVendor = false;
        var from = Math.Max(0, stretch * Stretch - Margin);
        var to = Math.Min(text.Bytes.Length, (stretch + 1) * Stretch + Margin);
        Mark(index, text.Bytes[from..to]);
        Mark(index, text.Key);
        Mark(index, text.ParentKey);
    }

    private void Mark(KeywordIndex index, ReadOnlySpan<byte> window)
    {
        foreach (var hash in new WordHashes(window))
        {
            if (index.Find(hash) is not { } keyword) continue;
            _any = true;
            _anyVendor |= keyword.Vendor;
            for (var i = 0; i < _allowed.Length; i++) _allowed[i] |= keyword.Rules[i];
        }
    }
}
