using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Approvals.Redaction.Scan;

/// <summary>
/// The words that some detector may want to see, found for 64 bytes at once by arithmetic on the masks. Most words of a text are letters alone and begin like
/// no format; those are never looked at one by one. INVARIANT: a word is left out only if no branch of the walk over the words could act on it.
/// </summary>
internal static class NotableWords
{
    /// <summary>Words of this length before a colon may be the first half of a key.</summary>
    private const int HalfKey = 8;

    /// <summary>Letters in front of a number in an identifier, as in "DE 123".</summary>
    private const int ShortPrefix = 4;

    /// <summary>Beginnings of the words that begin in a block, as bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong In(in ScanText text, int block)
    {
        var masks = text.Masks;
        var word = masks.Words(block);
        var before = block > 0 ? masks.Words(block - 1) : 0;
        var starts = word & ~(word << 1 | before >> 63);
        // A format that is known by something further in may begin with any word.
        if (starts == 0 || text.Needles.MayMatchBefore((block + 1) << 6)) return starts;
        var digit = masks.Digits(block);
        var joint = masks.Runs(block) & ~word;
        var letters = word & ~digit;
        var plain = starts & letters;
        // Adding carries the beginning of each word over its letters to the first byte that is none: its first digit, or its end.
        var reached = unchecked(letters + plain);
        var notable = starts & digit | Owners(starts, reached & digit);
        var ends = reached & ~word;
        // Words joined by '-', '+' and '/' are looked at as one run, from the first of them.
        var joined = masks.Runs(block - (block > 0 ? 1 : 0)) & ~before;
        var continued = (joint << 1 | (block > 0 ? joined >> 63 : 0)) & (word << 2 | before >> 62);
        notable |= Owners(starts, ends & joint) & ~continued;
        notable |= BeforeNumbers(text, block, starts, ends & (digit >> 1 | masks.Digits(block + 1) << 63));
        notable |= starts & (ends & masks.Anchors(block)) >> HalfKey;
        notable |= starts & LongRuns(word);
        if (word >> 63 != 0) notable |= AcrossEnd(masks, block, starts);
        return notable | Beginnings(text, block, plain & ~notable);
    }

    /// <summary>The beginnings of the words that these bytes stand in or behind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Owners(ulong starts, ulong bytes)
    {
        var owners = 0UL;
        for (; bytes != 0; bytes &= bytes - 1) owners |= Highest(starts & (bytes & 0 - bytes) - 1);
        return owners;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Highest(ulong bits) => bits == 0 ? 0 : 1UL << 63 - BitOperations.LeadingZeroCount(bits);

    /// <summary>A few letters, a blank and a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BeforeNumbers(in ScanText text, int block, ulong starts, ulong ends)
    {
        var owners = 0UL;
        for (; ends != 0; ends &= ends - 1)
        {
            if (text.Bytes[(block << 6) + BitOperations.TrailingZeroCount(ends)] != ' ') continue;
            var end = ends & 0 - ends;
            var start = Highest(starts & end - 1);
            if (start << ShortPrefix >= end || start > ulong.MaxValue >> ShortPrefix) owners |= start;
        }
        return owners;
    }

    /// <summary>Where 32 bytes of a word follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LongRuns(ulong word)
    {
        word &= word >> 1;
        word &= word >> 2;
        word &= word >> 4;
        word &= word >> 8;
        return word & word >> 16;
    }

    /// <summary>The word that runs to the end of the block or over it; what it is, is seen in the next one.</summary>
    private static ulong AcrossEnd(CharacterMasks masks, int block, ulong starts)
    {
        var start = Highest(starts);
        var next = masks.Words(block + 1);
        var rest = BitOperations.TrailingZeroCount(~next);
        var length = BitOperations.LeadingZeroCount(start) + 1 + rest;
        return rest == 64 || length is <= ShortPrefix or HalfKey or >= 32
            || (masks.Digits(block + 1) & (1UL << rest) - 1) != 0
            || (masks.Runs(block + 1) & ~next & 1UL << rest) != 0 ? start : 0;
    }

    /// <summary>Those words that begin like a format does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Beginnings(in ScanText text, int block, ulong words)
    {
        var filter = text.Rules.Filter;
        var from = block << 6;
        var found = 0UL;
        if (from + 64 + sizeof(uint) <= text.Bytes.Length)
        {
            ref var bytes = ref Unsafe.Add(ref MemoryMarshal.GetReference(text.Bytes), from);
            for (; words != 0; words &= words - 1)
            {
                var at = BitOperations.TrailingZeroCount(words);
                found |= filter.Begins(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, at))) << at;
            }
        }
        else
        {
            Span<byte> tail = stackalloc byte[64 + sizeof(uint)];
            tail.Clear();
            text.Bytes[from..].CopyTo(tail);
            for (; words != 0; words &= words - 1)
            {
                var at = BitOperations.TrailingZeroCount(words);
                found |= filter.Begins(BinaryPrimitives.ReadUInt32LittleEndian(tail[at..])) << at;
            }
        }
        return found;
    }
}
