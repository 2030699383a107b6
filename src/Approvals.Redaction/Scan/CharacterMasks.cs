using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Approvals.Redaction.Scan;

/// <summary>
/// One bit per byte of text for the classes that every detector starts from, computed 32 bytes at a time. Finding the next token
/// is then a count of trailing zeros instead of a walk over bytes.
/// </summary>
internal sealed class CharacterMasks
{
    private ulong[] _word = new ulong[64];
    private ulong[] _digit = new ulong[64];
    private ulong[] _anchor = new ulong[64];

    /// <summary>Length of the text the masks describe.</summary>
    public int Length { get; private set; }

    /// <summary>Whether any byte could begin an escape or disguise: backslash, percent, ampersand, or non-ASCII.</summary>
    public bool HasEscapes { get; private set; }

    public void Compute(ReadOnlySpan<byte> text)
    {
        Length = text.Length;
        var blocks = (text.Length >> 6) + 2;
        if (_word.Length < blocks)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)blocks);
            _word = new ulong[size];
            _digit = new ulong[size];
            _anchor = new ulong[size];
        }

        var escapes = Vector256<byte>.Zero;
        ref var start = ref MemoryMarshal.GetReference(text);
        var i = 0;
        var block = 0;
        for (; i + 64 <= text.Length; i += 64, block++)
        {
            Classify(ref Unsafe.Add(ref start, i), ref escapes, out var word0, out var digit0, out var anchor0);
            Classify(ref Unsafe.Add(ref start, i + 32), ref escapes, out var word1, out var digit1, out var anchor1);
            _word[block] = word0 | ((ulong)word1 << 32);
            _digit[block] = digit0 | ((ulong)digit1 << 32);
            _anchor[block] = anchor0 | ((ulong)anchor1 << 32);
        }

        // The tail is classified from a zero-padded copy: zero is in no class.
        Span<byte> tail = stackalloc byte[64];
        tail.Clear();
        text[i..].CopyTo(tail);
        ref var last = ref MemoryMarshal.GetReference(tail);
        Classify(ref last, ref escapes, out var w0, out var d0, out var a0);
        Classify(ref Unsafe.Add(ref last, 32), ref escapes, out var w1, out var d1, out var a1);
        _word[block] = w0 | ((ulong)w1 << 32);
        _digit[block] = d0 | ((ulong)d1 << 32);
        _anchor[block] = a0 | ((ulong)a1 << 32);
        _word[block + 1] = _digit[block + 1] = _anchor[block + 1] = 0;
        HasEscapes = escapes != Vector256<byte>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Classify(ref byte source, ref Vector256<byte> escapes, out uint word, out uint digit, out uint anchor)
    {
        var v = Vector256.LoadUnsafe(ref source);
        var isDigit = Vector256.LessThanOrEqual(v - Vector256.Create((byte)'0'), Vector256.Create((byte)9));
        var isLetter = Vector256.LessThanOrEqual((v | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)25));
        var isHigh = Vector256.GreaterThanOrEqual(v, Vector256.Create((byte)0x80));
        var isUnderscore = Vector256.Equals(v, Vector256.Create((byte)'_'));
        // ':' and '=' assign, '@' marks mail addresses and credentials in URLs, '>' ends an XML tag that may name a secret.
        var isAnchor = Vector256.Equals(v, Vector256.Create((byte)':')) | Vector256.Equals(v, Vector256.Create((byte)'='))
            | Vector256.Equals(v, Vector256.Create((byte)'@')) | Vector256.Equals(v, Vector256.Create((byte)'>'));
        escapes |= isHigh | Vector256.Equals(v, Vector256.Create((byte)'\\')) | Vector256.Equals(v, Vector256.Create((byte)'%'))
            | Vector256.Equals(v, Vector256.Create((byte)'&'));
        digit = isDigit.ExtractMostSignificantBits();
        word = (isDigit | isLetter | isHigh | isUnderscore).ExtractMostSignificantBits();
        anchor = isAnchor.ExtractMostSignificantBits();
    }

    /// <summary>First byte at or after <paramref name="from"/> that belongs to a word; the text length if there is none.</summary>
    public int NextWord(int from) => Next(_word, from, 0);

    /// <summary>First byte at or after <paramref name="from"/> that belongs to no word.</summary>
    public int NextNonWord(int from) => Next(_word, from, ulong.MaxValue);

    public int NextAnchor(int from) => Next(_anchor, from, 0);

    public int NextNonDigit(int from) => Next(_digit, from, ulong.MaxValue);

    /// <summary>Digits in the span, counted by population count.</summary>
    public int Digits(int start, int end)
    {
        var first = start >> 6;
        var last = (end - 1) >> 6;
        var head = _digit[first] & (ulong.MaxValue << (start & 63));
        var tailMask = ulong.MaxValue >> (63 - ((end - 1) & 63));
        if (first == last) return BitOperations.PopCount(head & tailMask);
        var count = BitOperations.PopCount(head);
        for (var i = first + 1; i < last; i++) count += BitOperations.PopCount(_digit[i]);
        return count + BitOperations.PopCount(_digit[last] & tailMask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next(ulong[] mask, int from, ulong invert)
    {
        var block = from >> 6;
        if (from >= Length) return Length;
        var bits = (mask[block] ^ invert) & (ulong.MaxValue << (from & 63));
        var blocks = Length >> 6;
        while (bits == 0)
        {
            if (++block > blocks) return Length;
            bits = mask[block] ^ invert;
        }
        return Math.Min((block << 6) + BitOperations.TrailingZeroCount(bits), Length);
    }
}
