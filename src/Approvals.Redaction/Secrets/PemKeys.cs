using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>
/// Private keys in PEM (RFC 7468), OpenSSH, PGP and PuTTY armour: everything between the BEGIN and END lines, also with escaped line ends,
/// quotes or comment signs between, or to the end of the text when the END line was cut off.
/// </summary>
internal static class PemKeys
{
    private const int MaximumLength = 64 * 1024;

    public static void AtBegin(in ScanText text, int at)
    {
        var bytes = text.Bytes;
        if (!bytes[at..].StartsWith("BEGIN"u8) || at < 2 || bytes[at - 1] is not ((byte)'-' or (byte)' ')) return;
        var label = bytes[at..Math.Min(bytes.Length, at + 80)];
        var dashes = label.IndexOf("--"u8);
        if (dashes < 0) return;
        var name = label[..dashes];
        if (name.IndexOf("PRIVATE"u8) < 0 && name.IndexOf("SECRET KEY"u8) < 0) return;
        var start = at;
        while (start > 0 && bytes[start - 1] is (byte)'-' or (byte)' ') start--;
        while (bytes[start] == ' ') start++;
        var bodyStart = at + dashes;
        while (bodyStart < bytes.Length && bytes[bodyStart] == '-') bodyStart++;
        var window = bytes[bodyStart..Math.Min(bytes.Length, bodyStart + MaximumLength)];
        // The next armour ends a body that was cut off.
        var again = window.IndexOf("-BEGIN "u8);
        if (again >= 0) window = window[..again];
        var close = window.IndexOf("-END "u8);
        var bodyEnd = close >= 0 ? bodyStart + close : bodyStart + window.Length;
        var end = bodyEnd;
        if (close >= 0)
        {
            var rest = bytes[(bodyEnd + 5)..];
            var tail = rest.IndexOf("--"u8);
            if (tail is >= 0 and < 80)
            {
                end = bodyEnd + 5 + tail;
                while (end < bytes.Length && bytes[end] == '-') end++;
            }
        }
        while (bodyEnd > bodyStart && bytes[bodyEnd - 1] == '-') bodyEnd--;
        if (KeyBytes(bytes[bodyStart..bodyEnd], out var lastKeyByte) < 40) return;
        if (close < 0) end = bodyStart + lastKeyByte + 1;
        text.Add(start, end, BuiltIn.PrivateKey);
    }

    /// <summary>Base64 letters in the body: fewer than 40 hold no key (a sample that says "anything", an empty armour).</summary>
    private static int KeyBytes(ReadOnlySpan<byte> body, out int last)
    {
        var count = 0;
        last = -1;
        for (var i = 0; i < body.Length; i++)
        {
            if (!ByteClass.IsAlphanumeric(body[i]) && body[i] is not ((byte)'+' or (byte)'/' or (byte)'=')) continue;
            count++;
            last = i;
        }
        return count;
    }
}
