using Approvals.Redaction.Rules;
using Approvals.Redaction.Secrets;

namespace Approvals.Redaction.Scan;

/// <summary>Decides whether a format match of a table rule is a finding: check digits, placeholders, entropy, keywords near.</summary>
internal static class RuleMatch
{
    public static void Consider(in ScanText text, int index, Rule rule, int start, int valueStart, int valueEnd)
    {
        if (valueEnd <= valueStart) return;
        // The cheap question first: most candidates of a keyword rule have no keyword anywhere near.
        if (rule.Reach == Reach.Keyword && !text.Nearby.Allows(text, start, index)) return;
        var value = text.Bytes[valueStart..valueEnd];
        if (rule.Check is not null && !rule.Check(value)) return;
        if (rule.Type == Types.MacAddress && (text.At(start - 1) == ':' || text.At(valueEnd) == ':')) return;
        // A number in a path or link is a page, not a person.
        if (rule.Reach == Reach.Keyword && text.At(start - 1) == '/' && (rule.Type != Types.Secret || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)) return;
        if (rule.Type == Types.Secret && (!SecretIsReal(rule, value) || IsFileName(text.Bytes[valueEnd..]))) return;
        if (rule.Entropy > 0 && Plausibility.Entropy(value) < rule.Entropy) return;
        var confidence = rule.Confidence;
        if (rule.Reach != Reach.Anywhere)
        {
            var near = ContextWords.Near(text, start, valueEnd, rule);
            if (!near && (rule.Reach == Reach.Keyword || !IsWholeText(text, start, valueEnd))) return;
            if (!near) confidence *= 0.7f;
        }
        if (rule.Type != Types.Secret && Uuid.HoldsPart(text.Bytes, start, valueEnd)) return;
        text.Add(valueStart, valueEnd, index, confidence);
    }

    /// <summary>The match is all there is, but for quotes and spaces, and no JSON key says otherwise.</summary>
    private static bool IsWholeText(in ScanText text, int start, int end)
    {
        if (!text.MayBeWhole) return false;
        var bytes = text.Bytes;
        for (var i = 0; i < start; i++)
            if (bytes[i] is not ((byte)' ' or (byte)'"' or (byte)'\'' or (byte)'(' or (byte)'\n')) return false;
        for (var i = end; i < bytes.Length; i++)
            if (bytes[i] is not ((byte)' ' or (byte)'"' or (byte)'\'' or (byte)'.' or (byte)',' or (byte)')' or (byte)'\n' or (byte)'\r')) return false;
        return true;
    }

    /// <summary>"ico-7a38….png": a name with a hash in it, made by a bundler.</summary>
    public static bool IsFileName(ReadOnlySpan<byte> after) =>
        after.StartsWith(".png"u8) || after.StartsWith(".js"u8) || after.StartsWith(".css"u8) || after.StartsWith(".svg"u8) || after.StartsWith(".jpg"u8) || after.StartsWith(".gif"u8) || after.StartsWith(".woff"u8) || after.StartsWith(".map"u8);

    private static bool SecretIsReal(Rule rule, ReadOnlySpan<byte> value)
    {
        var prefix = rule.Pattern!.LiteralLength;
        var body = value.Length > prefix + 4 ? value[prefix..] : value;
        if (rule.TrustPrefix) return body.Length == 0 || !(body[0] is (byte)'x' or (byte)'X' or (byte)'*' or (byte)'.' && body.IndexOfAnyExcept(body[0]) < 0);
        return !Plausibility.IsPlaceholder(body) && !KnownSamples.Contains(value);
    }
}
