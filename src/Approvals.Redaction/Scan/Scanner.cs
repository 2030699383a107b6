using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Approvals.Redaction.Identifiers;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Secrets;

namespace Approvals.Redaction.Scan;

/// <summary>
/// One pass over a text for all rules. Words are found by bit masks; the first bytes of a word, its length and its digits decide which rules
/// look at it. A second walk over the few anchor characters (<c>: = @ &gt;</c>) finds assignments, mail addresses and credentials in URLs.
/// </summary>
internal static class Scanner
{
    /// <summary>Formats that are known only by a keyword have at least this many bytes.</summary>
    private const int ShortestKeyed = 12;

    public static void Scan(in ScanText text)
    {
        text.Masks.Compute(text.Bytes);
        text.Needles.Reset();
        text.Runs.Reset();
        Marks(text);
        Words(text);
        Anchors(text);
    }

    /// <summary>Quotes, parentheses, dashes and tildes beside words: calls, flags and one vendor's secrets.</summary>
    private static void Marks(in ScanText text)
    {
        var bytes = text.Bytes;
        var masks = text.Masks;
        for (var at = masks.NextMark(0); at < bytes.Length; at = masks.NextMark(at + 1))
        {
            if (bytes[at] == '-')
            {
                if (at + 1 < bytes.Length && ByteClass.IsWord(bytes[at + 1])) CommandLines.AtFlag(text, at + 1);
                continue;
            }
            if (bytes[at] == '~')
            {
                if (bytes[at - 1] == 'Q') AzureClientSecrets.AtTilde(text, at);
                continue;
            }
            var end = bytes[at - 1] == ' ' ? at - 1 : at;
            var start = masks.WordStart(end);
            if (end - start < 3 || end + 2 >= bytes.Length) continue;
            if (bytes[at] == '(') Calls.AtParenthesis(text, start, end);
            else if (end < at) Calls.AtQuote(text, start, end);
            else if (bytes[end + 1] is (byte)',' or (byte)' ') Calls.AtComma(text, start, end);
        }
    }

    private static void Words(in ScanText text)
    {
        var bytes = text.Bytes;
        var masks = text.Masks;
        var numbersDoneTo = 0;
        var numbersEnd = 0;
        // Up to here stands a date or time, which no identifier rule needs to see.
        var plainTo = 0;
        var timeTo = 0;
        var runDoneTo = 0;
        for (var block = 0; block <= masks.LastBlock; block++)
        for (var words = NotableWords.In(text, block); words != 0; words &= words - 1)
        {
            var start = (block << 6) + BitOperations.TrailingZeroCount(words);
            if (start < timeTo) continue;
            var end = masks.NextNonWord(start);
            var length = end - start;
            if (length == 5 && bytes[start] == 'B') PemKeys.AtBegin(text, start);
            if (length == 4 && bytes[start] == 'c' && bytes[start..end].SequenceEqual("curl"u8)) CommandLines.AtCurl(text, end);
            var kinds = TokenKinds.Word;
            var digits = masks.Digits(start, end);
            var leading = int.MaxValue;
            if (ByteClass.IsDigit(bytes[start]))
            {
                if (start >= numbersDoneTo)
                {
                    timeTo = Timestamps.End(text, start);
                    numbersDoneTo = timeTo > 0 ? -timeTo : Numbers.At(text, start, out numbersEnd);
                    if (numbersDoneTo < 0) plainTo = numbersDoneTo = -numbersDoneTo;
                }
                if (start >= plainTo)
                {
                    kinds |= TokenKinds.Digit;
                    leading = numbersEnd > end ? masks.Digits(start, numbersEnd) : digits;
                }
            }
            else if (length <= 128 && ByteClass.IsLetter(bytes[start]))
            {
                if (digits > 0 || (end < bytes.Length - 1 && length <= 4 && bytes[end] is (byte)' ' or (byte)'-' && ByteClass.IsDigit(bytes[end + 1]))) kinds |= TokenKinds.Letter;
                if (length >= 4 && ByteClass.IsDigit(bytes[start + 2])) IbanAt(text, start);
            }
            var keyed = false;
            if (start >= runDoneTo)
            {
                // One long run of base64 letters may hold many words; it is looked at once, from its beginning.
                runDoneTo = end;
                if (end < bytes.Length && bytes[end] is (byte)'-' or (byte)'+' or (byte)'/') runDoneTo = masks.NextNonRun(end);
                if (runDoneTo - start >= RuleBook.LongRun && !IsDigest(bytes[start..runDoneTo])) kinds |= TokenKinds.LongRun;
                keyed = (runDoneTo - start >= ShortestKeyed && masks.Digits(start, runDoneTo) > 0) || (length == 8 && end < bytes.Length && bytes[end] == ':');
            }
            else if (length >= ShortestKeyed)
            {
                keyed = digits > 0;
            }
            if (text.Needles.Near(text, start)) kinds |= TokenKinds.Needle;
            TryRules(text, start, length, kinds, leading);
            if (keyed) KeyedSecrets.AtToken(text, start, length);
        }
    }

    /// <summary>Digests to SHA-256 and UUIDs are long runs too, without a capital past F.</summary>
    private static bool IsDigest(ReadOnlySpan<byte> run) => run.Length <= 64 && !run.ContainsAnyInRange((byte)'G', (byte)'Z') && (run.Length == 36 || run.IndexOf((byte)'-') < 0);

    private static void IbanAt(in ScanText text, int start)
    {
        var end = Iban.Match(text.Bytes, start);
        if (end > 0 && !Uuid.HoldsPart(text.Bytes, start, end)) text.Add(start, end, BuiltIn.Iban);
    }

    /// <param name="text">The text under scan.</param>
    /// <param name="start">First byte of the word.</param>
    /// <param name="length">Length of the word.</param>
    /// <param name="kinds">What the word is.</param>
    /// <param name="digits">Digits in the run of numbers that begins here; rules that need more are not tried.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TryRules(in ScanText text, int start, int length, TokenKinds kinds, int digits)
    {
        var filter = text.Rules.Filter;
        var first = RuleFilter.Bytes(text.Bytes, start);
        if (!filter.MayBegin(first)) kinds |= TokenKinds.OtherBeginning;
        for (var vectors = filter.VectorsFor(kinds); vectors != 0; vectors &= vectors - 1)
        {
            var vector = BitOperations.TrailingZeroCount(vectors);
            var candidates = filter.At(vector, first, length, kinds) & filter.WithDigits(vector, digits);
            if (candidates == Vector512<ulong>.Zero) continue;
            // Of the rules that the bytes allow, those that need no company or have it.
            candidates &= text.Nearby.Open(text, start, vector) & text.Needles.Open(vector);
            if (candidates != Vector512<ulong>.Zero) Try(text, vector, candidates, start);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Try(in ScanText text, int vector, Vector512<ulong> chosen, int start)
    {
        Span<ulong> words = stackalloc ulong[8];
        chosen.CopyTo(words);
        for (var i = 0; i < words.Length; i++)
            for (var bits = words[i]; bits != 0; bits &= bits - 1)
            {
                var rule = text.Rules.InSlot(vector * 512 + i * 64 + BitOperations.TrailingZeroCount(bits));
                if (rule.NeedleIndex >= 0 && !text.Needles.Near(rule, start)) continue;
                var end = rule.Pattern!.Match(text.Bytes, start, text.Runs, out var valueStart, out var valueEnd);
                if (end >= 0) RuleMatch.Consider(text, rule.Index, rule, start, valueStart, valueEnd);
            }
    }

    private static void Anchors(in ScanText text)
    {
        var bytes = text.Bytes;
        var masks = text.Masks;
        for (var at = masks.NextAnchor(0); at < bytes.Length; at = masks.NextAnchor(at + 1))
        {
            switch (bytes[at])
            {
                case (byte)'@':
                    Emails.At(text, at);
                    UrlCredentials.AtSign(text, at);
                    break;
                default:
                    Assignments.AtOperator(text, at);
                    break;
            }
        }
    }
}
