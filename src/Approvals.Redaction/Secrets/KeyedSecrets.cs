using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>
/// Formats with no prefix of their own ("32 hex digits") are believed where the vendor's name stands shortly before: the words in the 60
/// bytes before a random-looking word choose the rules that try it.
/// </summary>
internal static class KeyedSecrets
{
    private const int Before = 60;

    public static void AtToken(in ScanText text, int start)
    {
        if (!text.Nearby.AnyVendor(text, start)) return;
        var bytes = text.Bytes;
        var window = bytes[Math.Max(0, start - Before)..start];
        var vendor = Try(text, window, start);
        if (text.Key.Length > 0) vendor |= Try(text, text.Key, start);
        if (vendor) Vendors.AtToken(text, start, window);
    }

    /// <summary>Tries the rules of every word; says whether a vendor is named whose keys have no rule.</summary>
    private static bool Try(in ScanText text, ReadOnlySpan<byte> window, int start)
    {
        var vendor = false;
        foreach (var hash in new WordHashes(window))
        {
            vendor |= Vendors.Hashes.Contains(hash);
            foreach (var index in text.Rules.WithKeyword(hash))
            {
                var rule = text.Rules[index];
                // The value may begin with characters that are in no word, such as '-' or '='.
                if (!TryAt(text, index, rule, start) && start > 0 && text.Bytes[start - 1] is (byte)'-' or (byte)'=' or (byte)'+' or (byte)'/') TryAt(text, index, rule, start - 1);
            }
        }
        return vendor;
    }

    private static bool TryAt(in ScanText text, int index, Rule rule, int start)
    {
        if (rule.Pattern!.Match(text.Bytes, start, out var valueStart, out var valueEnd) < 0) return false;
        var value = text.Bytes[valueStart..valueEnd];
        if (Plausibility.IsPlaceholder(value) || KnownSamples.Contains(value) || RuleMatch.IsFileName(text.Bytes[valueEnd..])) return false;
        if (Plausibility.Entropy(value) < Math.Max(rule.Entropy, 2.2f)) return false;
        if (rule.Check is not null && !rule.Check(value)) return false;
        text.Add(valueStart, valueEnd, index);
        return true;
    }
}
