using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Approvals.Redaction.Scan;

/// <summary>
/// One bit per byte of text for the classes that every detector starts from, computed 64 bytes at a time. Finding the next token
/// is then a count of trailing zeros instead of a walk over bytes.
/// </summary>
internal sealed class CharacterMasks
{
    /// <summary>Runs of base64 letters that are looked into have at least this many.</summary>
    public const int LongRun = 16;

    private ulong[] _word = new ulong[64];
    private ulong[] _part = new ulong[64];
    private ulong[] _digit = new ulong[64];
    private ulong[] _upper = new ulong[64];
    private ulong[] _run = new ulong[64];
    private ulong[] _anchor = new ulong[64];
    private ulong[] _mark = new ulong[64];

    /// <summary>Length of the text the masks describe.</summary>
    public int Length { get; private set; }

    /// <summary>Whether any byte could begin an escape or disguise: backslash, percent, ampersand, or non-ASCII.</summary>
    public bool HasEscapes { get; private set; }

    public void Compute(ReadOnlySpan<byte> text)
    {
        Length = text.Length;
        // Two blocks more: the tail, and a zero block that ends every search.
        var blocks = (text.Length >> 6) + 2;
        if (_word.Length < blocks)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)blocks);
            _word = new ulong[size];
            _part = new ulong[size];
            _digit = new ulong[size];
            _upper = new ulong[size];
            _run = new ulong[size];
            _anchor = new ulong[size];
            _mark = new ulong[size];
        }

        var escapes = Vector512<byte>.Zero;
        var before = new Before(0, 0, 1);
        ref var start = ref MemoryMarshal.GetReference(text);
        var i = 0;
        var block = 0;
        for (; i + 64 <= text.Length; i += 64, block++) Classify(ref Unsafe.Add(ref start, i), ref escapes, ref before, block);
        // The tail is classified from a zero-padded copy: zero is in no class.
        Span<byte> tail = stackalloc byte[64];
        tail.Clear();
        text[i..].CopyTo(tail);
        Classify(ref MemoryMarshal.GetReference(tail), ref escapes, ref before, block);
        _word[block + 1] = _part[block + 1] = _digit[block + 1] = _upper[block + 1] = _run[block + 1] = _anchor[block + 1] = _mark[block + 1] = 0;
        HasEscapes = escapes != Vector512<byte>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Classify(ref byte source, ref Vector512<byte> escapes, ref Before before, int block)
    {
        var v = Vector512.LoadUnsafe(ref source);
        var isDigit = Vector512.LessThanOrEqual(v - Vector512.Create((byte)'0'), Vector512.Create((byte)9));
        var isUpper = Vector512.LessThanOrEqual(v - Vector512.Create((byte)'A'), Vector512.Create((byte)25));
        var isLower = Vector512.LessThanOrEqual(v - Vector512.Create((byte)'a'), Vector512.Create((byte)25));
        var isHigh = Vector512.GreaterThanOrEqual(v, Vector512.Create((byte)0x80));
        var isUnderscore = Vector512.Equals(v, Vector512.Create((byte)'_'));
        // ':' and '=' assign, '@' marks mail addresses and credentials in URLs, '>' ends an XML tag that may name a secret.
        var isAnchor = Vector512.Equals(v, Vector512.Create((byte)':')) | Vector512.Equals(v, Vector512.Create((byte)'='))
            | Vector512.Equals(v, Vector512.Create((byte)'@')) | Vector512.Equals(v, Vector512.Create((byte)'>'));
        var isJoint = Vector512.Equals(v, Vector512.Create((byte)'+')) | Vector512.Equals(v, Vector512.Create((byte)'-')) | Vector512.Equals(v, Vector512.Create((byte)'/'));
        escapes |= isHigh | Vector512.Equals(v, Vector512.Create((byte)'\\')) | Vector512.Equals(v, Vector512.Create((byte)'%'))
            | Vector512.Equals(v, Vector512.Create((byte)'&'));
        var ascii = isDigit | isUpper | isLower;
        _digit[block] = isDigit.ExtractMostSignificantBits();
        _upper[block] = isUpper.ExtractMostSignificantBits();
        _part[block] = (ascii | isHigh).ExtractMostSignificantBits();
        var word = (ascii | isHigh | isUnderscore).ExtractMostSignificantBits();
        _word[block] = word;
        _run[block] = (ascii | isUnderscore | isJoint).ExtractMostSignificantBits();
        _anchor[block] = isAnchor.ExtractMostSignificantBits();
        // '(' and '~' matter behind a word, quotes behind a word and a blank as well, '-' behind a blank or another one.
        var quotes = (Vector512.Equals(v, Vector512.Create((byte)'"')) | Vector512.Equals(v, Vector512.Create((byte)'\''))).ExtractMostSignificantBits();
        var closing = (Vector512.Equals(v, Vector512.Create((byte)'(')) | Vector512.Equals(v, Vector512.Create((byte)'~'))).ExtractMostSignificantBits();
        var dashes = Vector512.Equals(v, Vector512.Create((byte)'-')).ExtractMostSignificantBits();
        var blanks = Vector512.Equals(v, Vector512.Create((byte)' ')).ExtractMostSignificantBits();
        var afterWord = word << 1 | before.Word;
        var afterBlank = blanks << 1 | before.Blank;
        _mark[block] = ((closing | quotes) & afterWord) | (quotes & afterBlank) | (dashes & (afterBlank | dashes << 1 | before.Dash));
        before = new Before(word >> 63, blanks >> 63, dashes >> 63);
    }

    /// <summary>What the last byte of the block before is; before a text stands neither a word nor a blank, and a flag may begin it.</summary>
    private readonly record struct Before(ulong Word, ulong Blank, ulong Dash);

    /// <summary>The bytes of words in one block of 64 as bits; so for the other classes. The block behind the last is empty.</summary>
    public ulong Words(int block) => _word[block];

    public ulong Digits(int block) => _digit[block];

    public ulong Capitals(int block) => _upper[block];

    public ulong Parts(int block) => _part[block];

    public ulong Runs(int block) => _run[block];

    public ulong Anchors(int block) => _anchor[block];

    /// <summary>The last block that may hold text.</summary>
    public int LastBlock => Length >> 6;

    /// <summary>First byte at or after <paramref name="from"/> that belongs to a word; the text length if there is none.</summary>
    public int NextWord(int from) => NextSet(_word, from);

    /// <summary>First byte at or after <paramref name="from"/> that belongs to no word.</summary>
    public int NextNonWord(int from) => NextClear(_word, from);

    /// <summary>As <see cref="NextWord"/>, for parts of names: an underscore is in none.</summary>
    public int NextPart(int from) => NextSet(_part, from);

    public int NextNonPart(int from) => NextClear(_part, from);

    public bool IsPart(int at) => (_part[at >> 6] >> (at & 63) & 1) != 0;

    public int NextAnchor(int from) => NextSet(_anchor, from);

    /// <summary>A quote, parenthesis, dash or tilde in a place where a credential may stand beside it.</summary>
    public int NextMark(int from) => NextSet(_mark, from);

    /// <summary>Where the word that ends before <paramref name="end"/> begins; <paramref name="end"/> itself if none does.</summary>
    public int WordStart(int end)
    {
        if (end == 0) return 0;
        var block = end - 1 >> 6;
        // The bytes up to the end, moved to the top: the zeros of the complement in front are the word.
        var gaps = ~_word[block] << (63 - (end - 1 & 63));
        if (gaps != 0) return end - BitOperations.LeadingZeroCount(gaps);
        while (--block >= 0)
            if (_word[block] != ulong.MaxValue) return (block << 6) + 64 - BitOperations.LeadingZeroCount(~_word[block]);
        return 0;
    }

    public int NextNonDigit(int from) => NextClear(_digit, from);

    /// <summary>First byte at or after <paramref name="from"/> that is no letter of either base64 alphabet.</summary>
    public int NextNonRun(int from) => NextClear(_run, from);

    /// <summary>Where at or after <paramref name="from"/> the next <see cref="LongRun"/> base64 letters in a row begin; the text length if nowhere.</summary>
    public int NextLongRun(int from)
    {
        var blocks = Length >> 6;
        var keep = ulong.MaxValue << (from & 63);
        for (var block = from >> 6; block <= blocks; block++, keep = ulong.MaxValue)
        {
            // After the shifts a bit stands only where it and the fifteen after it stood.
            var bits = new UInt128(_run[block + 1], _run[block]);
            bits &= bits >> 1;
            bits &= bits >> 2;
            bits &= bits >> 4;
            bits &= bits >> 8;
            var starts = (ulong)bits & keep;
            if (starts != 0) return (block << 6) + BitOperations.TrailingZeroCount(starts);
        }
        return Length;
    }

    /// <summary>Which of the 64 bytes from a place are digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong DigitsFrom(int at)
    {
        var shift = at & 63;
        // Shifted in two steps: by 64 at once is by nothing.
        return _digit[at >> 6] >> shift | _digit[(at >> 6) + 1] << (63 - shift) << 1;
    }

    /// <summary>Digits in the span, counted by population count.</summary>
    public int Digits(int start, int end) => Count(_digit, start, end);

    /// <summary>Capital ASCII letters in the span.</summary>
    public int Capitals(int start, int end) => Count(_upper, start, end);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Count(ulong[] mask, int start, int end)
    {
        if (end <= start) return 0;
        var first = start >> 6;
        var last = (end - 1) >> 6;
        var head = mask[first] & (ulong.MaxValue << (start & 63));
        var tailMask = ulong.MaxValue >> (63 - ((end - 1) & 63));
        if (first == last) return BitOperations.PopCount(head & tailMask);
        var count = BitOperations.PopCount(head);
        for (var i = first + 1; i < last; i++) count += BitOperations.PopCount(mask[i]);
        return count + BitOperations.PopCount(mask[last] & tailMask);
    }

    // INVARIANT of both: from <= Length. Bits after the text are clear, and one clear block follows, so no search runs out of the array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextSet(ulong[] mask, int from)
    {
        ref var blocks = ref MemoryMarshal.GetArrayDataReference(mask);
        var block = from >> 6;
        var bits = Unsafe.Add(ref blocks, block) >> (from & 63);
        if (bits != 0) return from + BitOperations.TrailingZeroCount(bits);
        for (var last = Length >> 6; ++block <= last;)
        {
            bits = Unsafe.Add(ref blocks, block);
            if (bits != 0) return (block << 6) + BitOperations.TrailingZeroCount(bits);
        }
        return Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NextClear(ulong[] mask, int from)
    {
        ref var blocks = ref MemoryMarshal.GetArrayDataReference(mask);
        var block = from >> 6;
        var bits = ~Unsafe.Add(ref blocks, block) >> (from & 63);
        if (bits != 0) return from + BitOperations.TrailingZeroCount(bits);
        do bits = ~Unsafe.Add(ref blocks, ++block); while (bits == 0);
        return (block << 6) + BitOperations.TrailingZeroCount(bits);
    }
}
