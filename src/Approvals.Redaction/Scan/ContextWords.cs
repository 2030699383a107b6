using Approvals.Redaction.Rules;

namespace Approvals.Redaction.Scan;

/// <summary>Words around a candidate. Names such as <c>customerSsn</c> or <c>iban_number</c> count as their parts and as a whole.</summary>
internal static class ContextWords
{
    private const int Before = 70;
    private const int After = 40;

    /// <summary>Whether a keyword stands in the 70 bytes before, the 40 after, or the JSON keys above.</summary>
    public static bool Near(in ScanText text, int start, int end, Rule rule) =>
        rule.Keywords.Length > 0 && text.Nearby.Allows(text, start, rule.Index) && Near(text, start, end, rule.Keywords);

    public static bool Near(in ScanText text, int start, int end, uint[] keywords)
    {
        if (keywords.Length == 0) return false;
        var bytes = text.Bytes;
        // Whole words only: half of one may read as another.
        var from = Math.Max(0, start - Before);
        if (from > 0 && ByteClass.IsWord(bytes[from - 1])) while (from < start && ByteClass.IsWord(bytes[from])) from++;
        var to = Math.Min(bytes.Length, end + After);
        if (to < bytes.Length && ByteClass.IsWord(bytes[to])) while (to > end && ByteClass.IsWord(bytes[to - 1])) to--;
        return AnyWord(bytes[from..start], keywords) || AnyWord(text.Key, keywords) || AnyWord(text.ParentKey, keywords) || AnyWord(bytes[end..to], keywords);
    }

    public static bool AnyWord(ReadOnlySpan<byte> window, uint[] keywords)
    {
        foreach (var hash in new WordHashes(window))
            if (Array.BinarySearch(keywords, hash) >= 0) return true;
        return false;
    }
}

/// <summary>
/// Enumerates the folded hashes of words in a window: for <c>customerSSN_number</c> the hashes of "customer", "ssn", "number", and of the
/// joined whole "customerssnnumber". A mask such as <c>[IP_ADDRESS_1]</c> is no word: what redaction wrote announces nothing.
/// </summary>
internal ref struct WordHashes(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;
    private uint _whole = 2166136261u;
    private int _parts;
    private bool _wholePending;

    /// <summary>The current hash is that of a joined name, not of a word in it.</summary>
    public bool IsWhole { get; private set; }

    public uint Current { get; private set; }

    public readonly WordHashes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_wholePending)
        {
            _wholePending = false;
            Current = _whole;
            IsWhole = true;
            _whole = 2166136261u;
            var parts = _parts;
            _parts = 0;
            if (parts > 1) return true;
        }
        IsWhole = false;
        var i = _position;
        while (i < _text.Length && !IsPart(_text[i])) i += _text[i] == '[' ? Math.Max(1, MaskLength(_text[i..])) : 1;
        if (i >= _text.Length)
        {
            _position = i;
            return false;
        }
        var hash = 2166136261u;
        var start = i;
        while (i < _text.Length && IsPart(_text[i]))
        {
            if (i > start && IsCut(_text, i)) break;
            var b = ByteClass.Fold(_text[i]);
            hash = (hash ^ b) * 16777619u;
            _whole = (_whole ^ b) * 16777619u;
            i++;
        }
        _parts++;
        // The whole ends where a byte is neither part nor a joint.
        if (i >= _text.Length || (!IsPart(_text[i]) && _text[i] is not ((byte)'_' or (byte)'-'))) _wholePending = true;
        _position = i;
        Current = hash;
        return true;
    }

    /// <summary>A new part begins where lower case turns to upper case, and at the last capital of a run of capitals (SSNNumber).</summary>
    public static bool IsCut(ReadOnlySpan<byte> text, int i) =>
        ByteClass.IsUpper(text[i]) && (ByteClass.IsLower(text[i - 1]) || (i + 1 < text.Length && ByteClass.IsLower(text[i + 1]) && ByteClass.IsUpper(text[i - 1])));

    /// <summary>Length of a mask that begins here; 0 if none does.</summary>
    public static int MaskLength(ReadOnlySpan<byte> text)
    {
        var i = 1;
        while (i < text.Length && (ByteClass.IsUpper(text[i]) || text[i] == '_')) i++;
        if (i < 3) return 0;
        while (i < text.Length && i < 64 && (ByteClass.IsAlphanumeric(text[i]) || text[i] is (byte)'_' or (byte)'#' or (byte)':')) i++;
        return i < text.Length && text[i] == ']' ? i + 1 : 0;
    }

    private static bool IsPart(byte b) => ByteClass.IsWord(b) && b != '_';
}
