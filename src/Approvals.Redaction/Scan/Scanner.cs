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
        // Up to here stands a date or time, which no identifier rule needs to see.
        var plainTo = 0;
        var runDoneTo = 0;
        for (var start = masks.NextWord(0); start < bytes.Length;)
        {
            var end = masks.NextNonWord(start);
            var length = end - start;
            if (start + 3 <= bytes.Length)
            {
                var three = (uint)(bytes[start] | bytes[start + 1] << 8 | bytes[start + 2] << 16);
                var candidates = text.Rules.WithPrefix(three);
                if (candidates.Length > 0) TryRules(text, candidates, start, length);
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
                if (start >= numbersDoneTo) numbersDoneTo = Numbers.At(text, start);
                if (numbersDoneTo < 0) plainTo = numbersDoneTo = -numbersDoneTo;
                if (start >= plainTo) TryRules(text, text.Rules.WithDigitToken(length, text.At(end)), start, length);
            }
            else if (length <= 128 && ByteClass.IsLetter(bytes[start]))
            {
                if (masks.Digits(start, end) > 0 || (end < bytes.Length - 1 && length <= 4 && bytes[end] is (byte)' ' or (byte)'-' && ByteClass.IsDigit(bytes[end + 1])))
                    TryRules(text, text.Rules.WithLetterToken(length, text.At(end)), start, length);
                if (length >= 4 && ByteClass.IsDigit(bytes[start + 2])) IbanAt(text, start);
            }
            if (start >= runDoneTo)
            {
                // One long run of base64 letters may hold many words; it is looked at once, from its beginning.
                runDoneTo = end;
                if (end < bytes.Length && bytes[end] is (byte)'-' or (byte)'+' or (byte)'/') runDoneTo = RunEnd(bytes, end);
                if (runDoneTo - start >= RuleBook.LongRun) TryRules(text, text.Rules.WithLongRun, start, int.MaxValue);
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TryRules(in ScanText text, int[] candidates, int start, int length)
    {
        foreach (var index in candidates)
        {
            var rule = text.Rules[index];
            if (length < rule.MinimumFirstWord) continue;
            if (rule.Reach == Reach.Keyword && !text.Nearby.Any(text, start, rule.KeywordBits)) continue;
            var end = rule.Pattern!.Match(text.Bytes, start, out var valueStart, out var valueEnd);
            if (end >= 0) RuleMatch.Consider(text, index, rule, start, valueStart, valueEnd);
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
