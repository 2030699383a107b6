using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Approvals.Redaction.Json;

/// <summary>JSON string escapes (RFC 8259 section 7).</summary>
internal static class JsonText
{
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOf((byte)'\\') < 0) return Encoding.UTF8.GetString(raw);
        Span<byte> quoted = raw.Length < 512 ? stackalloc byte[raw.Length + 2] : new byte[raw.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        raw.CopyTo(quoted[1..]);
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString()!;
    }

    /// <summary>Writes text inside a JSON string: only what RFC 8259 requires is escaped.</summary>
    public static void WriteEscaped(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        var start = 0;
        for (var i = 0; i < utf8.Length; i++)
        {
            var b = utf8[i];
            if (b >= 0x20 && b != '"' && b != '\\') continue;
            output.Write(utf8[start..i]);
            start = i + 1;
            switch (b)
            {
                case (byte)'"': output.Write("\\\""u8); break;
                case (byte)'\\': output.Write("\\\\"u8); break;
                case (byte)'\n': output.Write("\\n"u8); break;
                case (byte)'\r': output.Write("\\r"u8); break;
                case (byte)'\t': output.Write("\\t"u8); break;
                default: output.Write(Encoding.ASCII.GetBytes("\\u" + ((int)b).ToString("x4", CultureInfo.InvariantCulture))); break;
            }
        }
        output.Write(utf8[start..]);
    }
}
