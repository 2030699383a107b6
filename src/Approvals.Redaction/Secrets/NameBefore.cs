using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Secrets;

/// <summary>
/// The name of a value that is called only "value": <c>key="DbPassword" value="…"</c>, <c>- name: DB_PASSWORD⏎ value: …</c>,
/// <c>&lt;key&gt;Password&lt;/key&gt;&lt;string&gt;…</c>, <c>variable "db_password" { default = "…" }</c>.
/// </summary>
internal static class NameBefore
{
    private const int Reach = 160;

    public static KeyMeaning Of(in ScanText text, int nameStart, int nameEnd)
    {
        var name = text.Bytes[nameStart..nameEnd];
        var before = text.Bytes[Math.Max(0, nameStart - Reach)..nameStart];
        switch (name.Length)
        {
            case 5 when ByteClass.EqualsFolded(name, "value"u8): return Label(text, before);
            case 6 when name.SequenceEqual("string"u8): return Element(text, before);
            case 7 when name.SequenceEqual("default"u8): return Block(text, before);
            default: return KeyMeaning.None;
        }
    }

    private static KeyMeaning Label(in ScanText text, ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd(" \t\r\n\",'-{"u8);
        var end = before.Length;
        var start = before.LastIndexOfAny((byte)'"', (byte)'\'', (byte)' ');
        var quote = before.LastIndexOfAny((byte)'=', (byte)':');
        if (quote < 0 || quote > start + 1 && start >= 0) return KeyMeaning.None;
        var label = before[(Math.Max(start, quote) + 1)..end];
        var word = before[..quote].TrimEnd(" \t\"'"u8);
        var from = word.Length;
        while (from > 0 && ByteClass.IsWord(word[from - 1])) from--;
        word = word[from..];
        return ByteClass.EqualsFolded(word, "name"u8) || ByteClass.EqualsFolded(word, "key"u8) || ByteClass.EqualsFolded(word, "id"u8) || ByteClass.EqualsFolded(word, "parameter"u8)
            ? text.Names.Of(label) : KeyMeaning.None;
    }

    private static KeyMeaning Element(in ScanText text, ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd(" \t\r\n<"u8);
        if (!before.EndsWith("</key>"u8)) return KeyMeaning.None;
        before = before[..^6];
        return text.Names.Of(before[(before.LastIndexOf((byte)'>') + 1)..]);
    }

    private static KeyMeaning Block(in ScanText text, ReadOnlySpan<byte> before)
    {
        var variable = before.LastIndexOf("variable \""u8);
        if (variable < 0 || before[variable..].IndexOf((byte)'}') >= 0) return KeyMeaning.None;
        var name = before[(variable + 10)..];
        var close = name.IndexOf((byte)'"');
        return close < 0 ? KeyMeaning.None : text.Names.Of(name[..close]);
    }
}
