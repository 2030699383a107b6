using System.Numerics;
using System.Runtime.CompilerServices;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>
/// Points in time as logs write them (RFC 3339 and its relatives, the Common Log Format, times alone), told from the places of their digits. Half the numbers of a
/// log stand in them, and none of those is anybody's.
/// </summary>
internal static class Timestamps
{
    // Which of the bytes are digits, the first in the lowest bit.
    private const ulong DateAndTime = 0b110_110_110_110_110_1111, DateAndTimeBits = (1 << 19) - 1;
    private const ulong Time = 0b110_110_11, TimeBits = (1 << 9) - 1;
    private const ulong CommonLog = 0b110_110_110_1111_0000_011, CommonLogBits = (1 << 20) - 1;

    /// <summary>Where the date with a time, or the time, that begins with the digit at <paramref name="start"/> ends; 0 when it is none.</summary>
    /// <param name="text">The text under scan.</param>
    /// <param name="start">First digit of a word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int End(in ScanText text, int start)
    {
        var digits = text.Masks.DigitsFrom(start);
        if ((digits & DateAndTimeBits) == DateAndTime) return AfterDateAndTime(text, start, digits);
        if ((digits & TimeBits) == Time) return AfterTime(text, start, digits);
        if ((digits & CommonLogBits) == CommonLog) return AfterCommonLog(text, start);
        return 0;
    }

    private static int AfterDateAndTime(in ScanText text, int start, ulong digits)
    {
        var bytes = text.Bytes;
        var mark = bytes[start + 4];
        if (mark is not ((byte)'-' or (byte)'/' or (byte)'.') || bytes[start + 7] != mark || bytes[start + 10] is not ((byte)'T' or (byte)' ' or (byte)'_' or (byte)'t')) return 0;
        return bytes[start] is (byte)'1' or (byte)'2' ? AfterTime(text, start + 11, digits >> 11) : 0;
    }

    private static int AfterTime(in ScanText text, int start, ulong digits)
    {
        var bytes = text.Bytes;
        if (bytes[start + 2] != ':' || bytes[start + 5] != ':' || bytes[start] > '2' || bytes[start + 3] > '5') return 0;
        var end = start + 8;
        if (text.At(end) is (byte)'.' or (byte)',')
        {
            var fraction = BitOperations.TrailingZeroCount(~(digits >> 9));
            if (fraction is >= 1 and <= 9) end += 1 + fraction;
        }
        // More of it, and it is an address of a network card or something else.
        return text.At(end) is (byte)':' or (byte)'-' or (byte)'/' or (byte)'.' || ByteClass.IsDigit(text.At(end)) ? 0 : end;
    }

    private static int AfterCommonLog(in ScanText text, int start)
    {
        var bytes = text.Bytes;
        return bytes[start + 2] == '/' && bytes[start + 6] == '/' && bytes[start + 11] == ':' && bytes[start + 14] == ':' && bytes[start + 17] == ':' && ByteClass.IsLetter(bytes[start + 3]) ? start + 20 : 0;
    }
}
