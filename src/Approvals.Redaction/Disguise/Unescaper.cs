using System.Buffers;
using System.Text;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Disguise;

/// <summary>
/// A plain copy of a text with escapes undone and look-alikes folded: <c>%41</c>, <c>\u0041</c>, <c>\x41</c>, <c>&amp;#65;</c>, zero-width characters, full-width
/// forms, Cyrillic and Greek letters that look Latin. Remembers for every byte where it came from.
/// </summary>
internal sealed class Unescaper
{
    private const string LookAlikes = "аaеeоoрpсcуyхxіiјjѕsԁdһhАAВBЕEКKМMНHОOРPСCТTХXІIЅSαaοoνvρpΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX‐-‑-–-−-⁃-";

    private static readonly Dictionary<int, byte> Latin = Build();

    private static readonly SearchValues<byte> Marks = SearchValues.Create([.. "\\%&"u8, .. Enumerable.Range(128, 128).Select(i => (byte)i)]);

    private byte[] _bytes = new byte[1024];
    private int[] _from = new int[1025];

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public int Length { get; private set; }

    /// <summary>Where in the original the byte at a place of the copy came from; also for the end of the copy.</summary>
    public int Origin(int index) => _from[index];

    /// <summary>Whether anything was undone. If not, the copy equals the original and needs no look.</summary>
    public bool Undo(ReadOnlySpan<byte> text)
    {
        if (Next(text, 0) == text.Length) return false;
        if (_bytes.Length < text.Length)
        {
            _bytes = new byte[text.Length * 2];
            _from = new int[text.Length * 2 + 1];
        }
        var changed = false;
        var n = 0;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] < 0x80 && text[i] is not ((byte)'\\' or (byte)'%' or (byte)'&'))
            {
                _from[n] = i;
                _bytes[n++] = text[i++];
                continue;
            }
            var (value, width) = Decode(text, i);
            if (width == 0)
            {
                _from[n] = i;
                _bytes[n++] = text[i++];
                continue;
            }
            changed = true;
            if (value >= 0)
            {
                _from[n] = i;
                _bytes[n++] = (byte)value;
            }
            i += width;
        }
        _from[n] = text.Length;
        Length = n;
        return changed;
    }

    /// <summary>Where at or after <paramref name="from"/> the next disguised byte stands; the text length if nowhere.</summary>
    public static int Next(ReadOnlySpan<byte> text, int from)
    {
        while (from < text.Length)
        {
            var at = text[from..].IndexOfAny(Marks);
            if (at < 0) return text.Length;
            from += at;
            if (Decode(text, from).Width > 0) return from;
            from++;
        }
        return text.Length;
    }

    /// <summary>The byte that stands disguised at a place and the width of its disguise; width 0 for plain text, value -1 for nothing.</summary>
    private static (int Value, int Width) Decode(ReadOnlySpan<byte> text, int i)
    {
        var b = text[i];
        switch (b)
        {
            case (byte)'%' when i + 2 < text.Length:
                return Printable(Hex(text, i + 1, 2), 3);
            case (byte)'\\' when i + 3 < text.Length && text[i + 1] is (byte)'u' && i + 5 < text.Length:
                return Printable(Hex(text, i + 2, 4), 6);
            case (byte)'\\' when i + 3 < text.Length && text[i + 1] is (byte)'x':
                return Printable(Hex(text, i + 2, 2), 4);
            case (byte)'&' when i + 3 < text.Length && text[i + 1] == '#':
                return Entity(text, i);
        }
        if (b < 0xC2) return (0, 0);
        if (Rune.DecodeFromUtf8(text[i..], out var rune, out var width) != OperationStatus.Done) return (0, 0);
        var code = rune.Value;
        // Soft hyphen, zero-width space, joiners, direction marks, word joiner, byte order mark.
        if (code is 0xAD or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x2064) or 0xFEFF or 0x180E) return (-1, width);
        if (code is >= 0xFF01 and <= 0xFF5E) return (code - 0xFF01 + '!', width);
        if (code is >= 0x1D7CE and <= 0x1D7FF) return ('0' + (code - 0x1D7CE) % 10, width);
        if (code is >= 0x0660 and <= 0x0669) return ('0' + code - 0x0660, width);
        if (code is >= 0x06F0 and <= 0x06F9) return ('0' + code - 0x06F0, width);
        if (code is >= 0x0966 and <= 0x096F) return ('0' + code - 0x0966, width);
        if (code == 0xA0 || code is >= 0x2000 and <= 0x200A || code is 0x202F or 0x3000) return (' ', width);
        return Latin.TryGetValue(code, out var latin) ? (latin, width) : (0, 0);
    }

    private static (int, int) Printable(int code, int width) => code is >= 0x20 and < 0x7F ? (code, width) : (0, 0);

    private static int Hex(ReadOnlySpan<byte> text, int at, int digits)
    {
        var value = 0;
        for (var i = at; i < at + digits; i++)
        {
            if (i >= text.Length) return -1;
            var digit = ByteClass.HexValue(text[i]);
            if (digit < 0) return -1;
            value = value << 4 | digit;
        }
        return value;
    }

    private static (int, int) Entity(ReadOnlySpan<byte> text, int at)
    {
        var hex = text[at + 2] is (byte)'x' or (byte)'X';
        var value = 0;
        var i = at + (hex ? 3 : 2);
        for (; i < text.Length && i < at + 9 && text[i] != ';'; i++)
        {
            var digit = ByteClass.HexValue(text[i]);
            if (digit < 0 || (!hex && digit > 9)) return (0, 0);
            value = value * (hex ? 16 : 10) + digit;
        }
        return i < text.Length && text[i] == ';' ? Printable(value, i + 1 - at) : (0, 0);
    }

    private static Dictionary<int, byte> Build()
    {
        var table = new Dictionary<int, byte>();
        for (var i = 0; i < LookAlikes.Length; i += 2) table[LookAlikes[i]] = (byte)LookAlikes[i + 1];
        return table;
    }
}
