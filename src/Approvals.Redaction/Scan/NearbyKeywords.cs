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

    private ulong[] _bits = [];
    private int _stretch = -1;
    private bool _anyVendor;

    public void Reset() => _stretch = -1;

    public bool AnyVendor(in ScanText text, int at)
    {
        Ensure(text, at);
        return _anyVendor;
    }

    public bool Any(in ScanText text, int at, ulong[] keywords)
    {
        Ensure(text, at);
        var any = 0UL;
        for (var i = 0; i < keywords.Length; i++) any |= _bits[i] & keywords[i];
        return any != 0;
    }

    private void Ensure(in ScanText text, int at)
    {
        var stretch = at / Stretch;
        if (stretch == _stretch) return;
        _stretch = stretch;
        var index = text.Rules.Keywords;
        if (_bits.Length != index.Words) _bits = new ulong[index.Words];
        else Array.Clear(_bits);
        var from = Math.Max(0, stretch * Stretch - Margin);
        var to = Math.Min(text.Bytes.Length, (stretch + 1) * Stretch + Margin);
        Mark(index, text.Bytes[from..to]);
        Mark(index, text.Key);
        Mark(index, text.ParentKey);
        var vendor = 0UL;
        var vendors = text.Rules.VendorBits;
        for (var i = 0; i < vendors.Length; i++) vendor |= _bits[i] & vendors[i];
        _anyVendor = vendor != 0;
    }

    private void Mark(KeywordIndex index, ReadOnlySpan<byte> window)
    {
        foreach (var hash in new WordHashes(window))
        {
            var id = index.IdOf(hash);
            if (id != 0) _bits[id >> 6] |= 1UL << (id & 63);
        }
    }
}
