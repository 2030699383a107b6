using System.Numerics;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>
/// Runs of digit groups with single separators: read once, then offered to the card, phone and address matchers. Dates, times and version
/// numbers are put aside by their shape, because logs are full of them.
/// </summary>
internal static class Numbers
{
    private const int MaximumGroups = 12;

    /// <summary>Looks at the run that begins with the word at <paramref name="start"/>; returns where it ends, negative when it is a date, a time or an address and nothing else.</summary>
    /// <param name="text">The text under scan.</param>
    /// <param name="start">First digit.</param>
    /// <param name="end">End of all groups that may be one number.</param>
    public static int At(in ScanText text, int start, out int end)
    {
        var digits = text.Masks.DigitsFrom(start);
        // Most numbers are short and stand alone.
        var count = BitOperations.TrailingZeroCount(~digits);
        if (count < 4 && (digits >> count & 0b110) == 0) return end = start + count;
        return Groups(text, start, out end);
    }

    private static int Groups(in ScanText text, int start, out int end)
    {
        var bytes = text.Bytes;
        Span<int> starts = stackalloc int[MaximumGroups];
        Span<int> ends = stackalloc int[MaximumGroups];
        var groups = 0;
        var total = 0;
        var longest = 0;
        var i = start;
        while (groups < MaximumGroups)
        {
            var stop = text.Masks.NextNonDigit(i);
            if (stop == i) break;
            starts[groups] = i;
            ends[groups++] = stop;
            total += stop - i;
            longest = Math.Max(longest, stop - i);
            i = stop;
            if (i < bytes.Length && ByteClass.IsWord(bytes[i])) break;
            var next = i;
            while (next < bytes.Length && next - i < 2 && IsSeparator(bytes[next])) next++;
            if (next == i || next >= bytes.Length || !ByteClass.IsDigit(bytes[next])) break;
            i = next;
        }
        var runEnd = end = ends[groups - 1];
        starts = starts[..groups];
        ends = ends[..groups];
        if (total < 4) return runEnd;
        // Four octets are nothing else, whatever stands behind them.
        if (groups >= 4 && IpAddresses.V4(text, starts, ends)) return -ends[3];
        if (IsDateOrTime(bytes, starts, ends))
        {
            // Nothing but a date is somebody's date.
            if (groups == 3 && text.MayBeWhole && start == 0 && runEnd == bytes.Length && bytes[ends[0]] != ':') text.Add(0, runEnd, BuiltIn.Date, 0.5f);
            return -ends[Math.Min(groups, 4) - 1];
        }
        if (total < 7 || longest < 2) return groups > 1 ? ends[0] : runEnd;
        if (total >= 12 && longest >= 4 && Cards(text, starts, ends)) return runEnd;
        Phones.At(text, starts, ends);
        return ends[0];
    }

    private static bool Cards(in ScanText text, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        var bytes = text.Bytes;
        for (var first = 0; first < starts.Length; first++)
        {
            var digits = 0;
            for (var last = first; last < starts.Length && digits <= 19; last++)
            {
                if (last > first && starts[last] - ends[last - 1] != 1) break;
                if (last > first + 1 && bytes[ends[last - 1]] != bytes[ends[first]]) break;
                digits += ends[last] - starts[last];
                if (digits < 12 || digits > 19) continue;
                if (ByteClass.IsWord(text.At(ends[last])) || ByteClass.IsWord(text.At(starts[first] - 1))) continue;
                if (last > first && !CardGroups(starts[first..(last + 1)], ends[first..(last + 1)])) continue;
                if (last == first && text.At(starts[first] - 1) == '.') continue;
                var value = bytes[starts[first]..ends[last]];
                // Beside "credit card" a number that passes Luhn is one, whoever issued it.
                if (!CheckDigits.Card(value) && !(last == first && digits >= 14 && CheckDigits.Luhn(value) && CreditContext(text, starts[first], ends[last]))) continue;
                // Twelve to fifteen bare digits pass Luhn by chance once in ten: they need a word beside them, or to be alone.
                var confidence = text.Rules[BuiltIn.CreditCard].Confidence;
                if (last == first && (digits != 16 || !MajorIssuer(value)) && !CardContext(text, starts[first], ends[last])) confidence = IsWhole(text, starts[first], ends[last]) ? 0.6f : 0.3f;
                if (confidence < 0.4f) continue;
                text.Add(starts[first], ends[last], BuiltIn.CreditCard, confidence);
                return true;
            }
        }
        return false;
    }

    private static bool MajorIssuer(ReadOnlySpan<byte> v) => v[0] is (byte)'4' or (byte)'5' or (byte)'6' or (byte)'2' || (v[0] == '3' && v[1] == '5');

    public static readonly string[] CardWords = ["card", "credit", "creditcard", "debit", "visa", "mastercard", "amex", "pan", "cc", "payment", "kreditkarte", "carte", "tarjeta", "carta", "maestro", "discover", "diners", "jcb", "cardnumber", "ccn"];

    private static readonly uint[] AnyCardWords = RuleTable.KeywordHashes(CardWords);

    private static readonly uint[] CreditWords = RuleTable.KeywordHashes(["creditcard", "cardnumber", "credit", "debit", "visa", "mastercard", "amex", "ccn"]);

    private static bool CreditContext(in ScanText text, int start, int end) => text.Nearby.Allows(text, start, BuiltIn.CreditCard) && ContextWords.Near(text, start, end, CreditWords);

    private static bool CardContext(in ScanText text, int start, int end) => text.Nearby.Allows(text, start, BuiltIn.CreditCard) && ContextWords.Near(text, start, end, AnyCardWords);

    private static bool IsWhole(in ScanText text, int start, int end) => text.Key.Length == 0 && end - start == text.Bytes.Length;

    /// <summary>Cards are printed in groups of four to six.</summary>
    private static bool CardGroups(ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        for (var i = 0; i < starts.Length; i++)
        {
            var n = ends[i] - starts[i];
            if (n > 7 || (n < 4 && i < starts.Length - 1) || n < 1) return false;
        }
        return starts.Length >= 3;
    }

    private static bool IsSeparator(byte b) => b is (byte)' ' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)'(' or (byte)')' or (byte)':';

    private static bool IsDateOrTime(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        if (starts.Length < 3) return false;
        int a = ends[0] - starts[0], b = ends[1] - starts[1], c = ends[2] - starts[2];
        var separator = bytes[ends[0]];
        if (separator is (byte)'-' or (byte)'/' or (byte)'.' && bytes[ends[1]] == separator)
        {
            if (a == 4 && b <= 2 && c <= 2 && bytes[starts[0]] is (byte)'1' or (byte)'2') return true;
            if (a <= 2 && b <= 2 && c == 4 && bytes[starts[2]] is (byte)'1' or (byte)'2') return true;
        }
        // Six pairs are the address of a network card.
        return separator == ':' && a <= 2 && b == 2 && !(starts.Length == 6 && bytes[ends[2]] == ':' && bytes[ends[4]] == ':');
    }
}
