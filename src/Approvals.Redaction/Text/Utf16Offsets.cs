namespace Approvals.Redaction.Text;

/// <summary>Maps growing UTF-8 offsets of a text to UTF-16 offsets in one walk.</summary>
internal ref struct Utf16Offsets(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private int _byte;
    private int _unit;

    /// <summary>UTF-16 offset of a byte offset that is not before the last one asked for.</summary>
    public int At(int offset)
    {
        var ascii = _utf8[_byte..offset].IndexOfAnyInRange((byte)0x80, (byte)0xFF) is var high and >= 0 ? high : offset - _byte;
        (_byte, _unit) = (_byte + ascii, _unit + ascii);
        for (; _byte < offset; _byte++)
        {
            var b = _utf8[_byte];
            // Continuation bytes add nothing; a four-byte sequence is a surrogate pair.
            if ((b & 0xC0) == 0x80) continue;
            _unit += b >= 0xF0 ? 2 : 1;
        }
        return _unit;
    }
}
