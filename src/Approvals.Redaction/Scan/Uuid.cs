namespace Approvals.Redaction.Scan;

/// <summary>The 36 characters of a UUID (RFC 9562). Logs are full of them, and their groups now and then pass a check digit.</summary>
internal static class Uuid
{
    private const int Length = 36;

    /// <summary>Whether a span that begins with a word is part of a UUID and not all of it.</summary>
    public static bool HoldsPart(ReadOnlySpan<byte> text, int start, int end)
    {
        foreach (var group in (ReadOnlySpan<int>)[0, 9, 14, 19, 24])
        {
            var first = start - group;
            if (IsAt(text, first)) return end < first + Length || group > 0;
        }
        return false;
    }

    private static bool IsAt(ReadOnlySpan<byte> text, int at)
    {
        if (at < 0 || at + Length > text.Length || text[at + 8] != '-' || text[at + 13] != '-' || text[at + 18] != '-' || text[at + 23] != '-') return false;
        for (var i = 0; i < Length; i++)
            if (i is not (8 or 13 or 18 or 23) && !ByteClass.IsHex(text[at + i])) return false;
        return true;
    }
}
