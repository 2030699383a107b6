using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
        var from = text.Hits.Count;
        text.Masks.Compute(text.Bytes);
        Tokens(text);
        Anchors(text, from);
    }

    private static void Tokens(in ScanText text)
    {
        var bytes = text.Bytes;
        var masks = text.Masks;
        var numbersDoneTo = 0;
        var numbersEnd = 0;
        // Up to here stands a date or time, which no identifier rule needs to see.
        var plainTo = 0;
        var runDoneTo = 0;
        for (var start = masks.NextWord(0); start < bytes.Length;)
        {
            var end = masks.NextNonWord(start);
            var length = end - start;
            if (start + 4 <= bytes.Length)
            {
                var four = BinaryPrimitives.ReadUInt32LittleEndian(bytes[start..]);
                TryRules(text, text.Rules.WithPrefix(four), start, length, int.MaxValue);
                TryRules(text, text.Rules.WithThree(four), start, length, int.MaxValue);
                TryRules(text, text.Rules.WithTwo(bytes[start], bytes[start + 1]), start, length, int.MaxValue);
            }
            if (length >= 3 && end + 2 < bytes.Length)
            {
                if (bytes[end] == '(') Calls.AtParenthesis(text, start, end);
                else if (bytes[end] == ' ' && bytes[end + 1] is (byte)'"' or (byte)'\'') Calls.AtQuote(text, start, end);
                else if (bytes[end] is (byte)'"' or (byte)'\'' && bytes[end + 1] is (byte)',' or (byte)' ') Calls.AtComma(text, start, end);
            }
            if (length == 5 && bytes[start] == 'B') PemKeys.AtBegin(text, start);
            if (length == 4 && bytes[start] == 'c' && bytes[start..end].SequenceEqual("curl"u8)) CommandLines.AtCurl(text, end);
            if (start > 0 && bytes[start - 1] == '-' && (start == 1 || bytes[start - 2] is (byte)'-' or (byte)' ')) CommandLines.AtFlag(text, start);
            if (end < bytes.Length && bytes[end] == '~' && bytes[end - 1] == 'Q') AzureClientSecrets.AtTilde(text, end);
            if (ByteClass.IsDigit(bytes[start]))
            {
                if (start >= numbersDoneTo) numbersDoneTo = Numbers.At(text, start, out numbersEnd);
                if (numbersDoneTo < 0) plainTo = numbersDoneTo = -numbersDoneTo;
                if (start >= plainTo) TryRules(text, text.Rules.WithDigitToken(length, text.At(end)), start, length, masks.Digits(start, Math.Max(end, numbersEnd)));
            }
            else if (length <= 128 && ByteClass.IsLetter(bytes[start]))
            {
                if (masks.Digits(start, end) > 0 || (end < bytes.Length - 1 && length <= 4 && bytes[end] is (byte)' ' or (byte)'-' && ByteClass.IsDigit(bytes[end + 1])))
                    TryRules(text, text.Rules.WithLetterToken(length, text.At(end)), start, length, int.MaxValue);
                if (length >= 4 && ByteClass.IsDigit(bytes[start + 2])) IbanAt(text, start);
            }
            if (start >= runDoneTo)
            {
                // One long run of base64 letters may hold many words; it is looked at once, from its beginning.
                runDoneTo = end;
                if (end < bytes.Length && bytes[end] is (byte)'-' or (byte)'+' or (byte)'/') runDoneTo = RunEnd(bytes, end);
                if (runDoneTo - start >= RuleBook.LongRun && !IsDigest(bytes[start..runDoneTo])) TryRules(text, text.Rules.WithLongRun, start, int.MaxValue, int.MaxValue);
                if (runDoneTo - start >= ShortestKeyed && masks.Digits(start, runDoneTo) > 0) KeyedSecrets.AtToken(text, start);
                else if (length == 8 && end < bytes.Length && bytes[end] == ':') KeyedSecrets.AtToken(text, start);
            }
            else if (length >= ShortestKeyed && masks.Digits(start, end) > 0)
            {
                KeyedSecrets.AtToken(text, start);
            }
            start = masks.NextWord(end);
        }
    }

    /// <summary>Digests to SHA-256 and UUIDs are long runs too, without a capital past F.</summary>
    private static bool IsDigest(ReadOnlySpan<byte> run) => run.Length <= 64 && !run.ContainsAnyInRange((byte)'G', (byte)'Z') && (run.Length == 36 || run.IndexOf((byte)'-') < 0);

    private static int RunEnd(ReadOnlySpan<byte> bytes, int end)
    {
        while (end < bytes.Length && ByteClass.IsBase64(bytes[end])) end++;
        return end;
    }

    private static void IbanAt(in ScanText text, int start)
    {
        var end = Iban.Match(text.Bytes, start);
        if (end > 0) text.Add(start, end, BuiltIn.Iban);
    }

    /// <param name="text">The text under scan.</param>
    /// <param name="candidates">Rules that may match here.</param>
    /// <param name="start">First byte of the word.</param>
    /// <param name="length">Length of the word.</param>
    /// <param name="digits">Digits in the run of numbers that begins here; rules that need more are not tried.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TryRules(in ScanText text, in Candidates candidates, int start, int length, int digits)
    {
        if (candidates.Always is not null && length >= candidates.ShortestAlways) Try(text, candidates.Always, start, length, digits, keyed: false);
        if (candidates.Keyed is not null && length >= candidates.ShortestKeyed && (text.MayBeWhole || text.Nearby.Any(text, start))) Try(text, candidates.Keyed, start, length, digits, keyed: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Try(in ScanText text, Rule[] candidates, int start, int length, int digits, bool keyed)
    {
        var first = text.Bytes[start];
        foreach (var rule in candidates)
        {
            if (length < rule.MinimumFirstWord || digits < rule.LeadingDigits || !rule.Pattern!.First.Contains(first)) continue;
            if (keyed && !(text.MayBeWhole && rule.Reach == Reach.WholeValue) && !text.Nearby.Allows(text, start, rule.Index)) continue;
            var end = rule.Pattern.Match(text.Bytes, start, out var valueStart, out var valueEnd);
            if (end >= 0) RuleMatch.Consider(text, rule.Index, rule, start, valueStart, valueEnd);
        }
    }

    private static void Anchors(in ScanText text, int from)
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
                    Assignments.AtOperator(text, at, from);
                    break;
            }
        }
    }
}
