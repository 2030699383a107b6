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

    public static void AtToken(in ScanText text, int start, int length)
    {
        if (!text.Nearby.AnyVendor(text, start)) return;
        var bytes = text.Bytes;
        if (!FormatMayMatch(text, start, length) && text.Masks.NextNonRun(start) - start < Vendors.Shortest) return;
        var window = bytes[Math.Max(0, start - Before)..start];
        var vendor = Try(text, window, start);
        if (text.Key.Length > 0) vendor |= Try(text, text.Key, start);
        if (vendor) Vendors.AtToken(text, start, window);
    }

    /// <summary>Whether the first bytes leave any rule whose keyword is near.</summary>
    private static bool FormatMayMatch(in ScanText text, int start, int length)
    {
        var filter = text.Rules.Filter;
        var before = start > 0 && IsLead(text.Bytes[start - 1]);
        for (var vector = 0; vector < filter.Vectors; vector++)
        {
            var found = filter.At(vector, RuleFilter.Bytes(text.Bytes, start), length, TokenKinds.Keyed);
            if (before) found |= filter.At(vector, RuleFilter.Bytes(text.Bytes, start - 1), int.MaxValue, TokenKinds.Keyed);
            if ((found & text.Nearby.Open(text, start, vector)) != System.Runtime.Intrinsics.Vector512<ulong>.Zero) return true;
        }
        return false;
    }

    private static bool IsLead(byte b) => b is (byte)'-' or (byte)'=' or (byte)'+' or (byte)'/';

    /// <summary>Tries the rules of every word; says whether a vendor is named whose keys have no rule.</summary>
    private static bool Try(in ScanText text, ReadOnlySpan<byte> window, int start)
    {
        var vendor = false;
        foreach (var hash in new WordHashes(window))
        {
            if (text.Rules.Keywords.Find(hash) is null) continue;
            vendor |= Vendors.Hashes.Contains(hash);
            foreach (var index in text.Rules.WithKeyword(hash))
            {
                var rule = text.Rules[index];
                // The value may begin with characters that are in no word, such as '-' or '='.
                if (!TryAt(text, index, rule, start) && start > 0 && IsLead(text.Bytes[start - 1])) TryAt(text, index, rule, start - 1);
            }
        }
        return vendor;
    }

    private static bool TryAt(in ScanText text, int index, Rule rule, int start)
    {
        if (rule.Pattern!.Match(text.Bytes, start, text.Runs, out var valueStart, out var valueEnd) < 0) return false;
        var value = text.Bytes[valueStart..valueEnd];
        // An identifier that goes on.
        var next = text.At(valueEnd);
        if (next == '_' || (value[^1] == '_' && ByteClass.IsAlphanumeric(next))) return false;
        // A number in a path or link is a page.
        if (text.At(valueStart - 1) == '/' && value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0) return false;
        if (Plausibility.IsPlaceholder(value) || KnownSamples.Contains(value) || Plausibility.IsSnakeCase(value) || RuleMatch.IsFileName(text.Bytes[valueEnd..])) return false;
        if (Plausibility.Entropy(value) < Math.Max(rule.Entropy, 2.2f)) return false;
        if (rule.Check is not null && !rule.Check(value)) return false;
        text.Add(valueStart, valueEnd, index);
        return true;
    }
}
