using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>Mail addresses (RFC 5321 dot-atoms, and international ones of RFC 6531), found from the <c>@</c> outwards.</summary>
internal static class Emails
{
    public static void At(in ScanText text, int at)
    {
        var bytes = text.Bytes;
        var start = at;
        var lowest = Math.Max(0, at - 64);
        while (start > lowest && IsLocal(bytes[start - 1])) start--;
        while (start < at && bytes[start] is (byte)'.' or (byte)'-' or (byte)'\'' or (byte)'=' or (byte)'/') start++;
        if (start == at) return;
        var end = at + 1;
        var highest = Math.Min(bytes.Length, at + 254);
        while (end < highest && (ByteClass.IsWord(bytes[end]) || bytes[end] is (byte)'.' or (byte)'-') && bytes[end] != '_') end++;
        while (end > at + 1 && bytes[end - 1] is (byte)'.' or (byte)'-') end--;
        var domain = bytes[(at + 1)..end];
        var dot = domain.LastIndexOf((byte)'.');
        if (dot <= 0 || domain[0] is (byte)'.' or (byte)'-') return;
        var top = domain[(dot + 1)..];
        if (top.Length < 2 || !(ByteClass.IsLetter(top[0]) || ByteClass.IsHigh(top[0])) || domain.IndexOf(".."u8) >= 0) return;
        if (ByteClass.IsDigit(top[^1]) && !top.StartsWith("xn--"u8)) return;
        if (top.Length > 24 || IsFileSuffix(top)) return;
        text.Add(start, end, BuiltIn.Email);
    }

    private static bool IsLocal(byte b) => ByteClass.IsWord(b) || b is (byte)'.' or (byte)'-' or (byte)'+' or (byte)'\'' or (byte)'#' or (byte)'!' or (byte)'~' or (byte)'&' or (byte)'*';

    /// <summary>"icon@2x.png" is a file, not a mailbox.</summary>
    private static bool IsFileSuffix(ReadOnlySpan<byte> top) =>
        ByteClass.EqualsFolded(top, "png"u8) || ByteClass.EqualsFolded(top, "jpg"u8) || ByteClass.EqualsFolded(top, "jpeg"u8) || ByteClass.EqualsFolded(top, "gif"u8)
        || ByteClass.EqualsFolded(top, "svg"u8) || ByteClass.EqualsFolded(top, "webp"u8) || ByteClass.EqualsFolded(top, "js"u8) || ByteClass.EqualsFolded(top, "css"u8);
}
