using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Approvals.Ledger.Json;

/// <summary>One pass over a reader: values are written as they come, and an object's members are moved into order when it closes.</summary>
internal sealed class CanonicalJsonWriter(int sizeHint)
{
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create("\"\\" + string.Concat(Enumerable.Range(0, 0x20).Select(c => (char)c)));

    private byte[] _buffer = new byte[int.Max(sizeHint, 64)];
    private int _length;

    private readonly record struct Member(string Name, int Start, int Length);

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    public void WriteValue(ref Utf8JsonReader reader, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: WriteObject(ref reader, Deeper(depth)); break;
            case JsonTokenType.StartArray: WriteArray(ref reader, Deeper(depth)); break;
            case JsonTokenType.String: WriteString(reader.GetString()!); break;
            case JsonTokenType.Number: WriteNumber(ref reader); break;
            default: Append(reader.ValueSpan); break; // true, false, null
        }
    }

    private static int Deeper(int depth) => depth < CanonicalJson.MaxDepth
        ? depth + 1
        : throw new LedgerFormatException("json_too_deep", $"JSON is nested deeper than {CanonicalJson.MaxDepth}; flatten it.");

    private void WriteArray(ref Utf8JsonReader reader, int depth)
    {
        Append("["u8);
        bool first = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!first) Append(","u8);
            first = false;
            WriteValue(ref reader, depth);
        }
        Append("]"u8);
    }

    private void WriteObject(ref Utf8JsonReader reader, int depth)
    {
        Append("{"u8);
        int start = _length;
        var members = new List<Member>();
        bool inOrder = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (members.Count > 0) Append(","u8);
            string name = reader.GetString()!;
            // RFC 8785 §3.2.3: keys are ordered by UTF-16 code units, which is what ordinal comparison of strings does.
            if (members.Count > 0 && string.CompareOrdinal(members[^1].Name, name) >= 0) inOrder = false;
            int memberStart = _length;
            WriteString(name);
            Append(":"u8);
            reader.Read();
            WriteValue(ref reader, depth);
            members.Add(new Member(name, memberStart, _length - memberStart));
        }
        if (!inOrder) Reorder(members, start);
        Append("}"u8);
    }

    private void Reorder(List<Member> members, int start)
    {
        members.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        for (int i = 1; i < members.Count; i++)
        {
            if (members[i - 1].Name == members[i].Name)
                throw new LedgerFormatException("json_duplicate_key", "An object has the same key twice; keep one of them.");
        }
        int total = _length - start;
        byte[] unordered = ArrayPool<byte>.Shared.Rent(total);
        _buffer.AsSpan(start, total).CopyTo(unordered);
        _length = start;
        for (int i = 0; i < members.Count; i++)
        {
            if (i > 0) Append(","u8);
            Append(unordered.AsSpan(members[i].Start - start, members[i].Length));
        }
        // Cleared, because the bytes may be a payload that redaction has not seen.
        ArrayPool<byte>.Shared.Return(unordered, clearArray: true);
    }

    /// <summary>RFC 8785 §3.2.2.2: two-character escapes where JSON has them, \u00xx in lower case for other controls, all else as it is.</summary>
    private void WriteString(string value)
    {
        Append("\""u8);
        ReadOnlySpan<char> rest = value;
        while (true)
        {
            int next = rest.IndexOfAny(Escaped);
            AppendText(next < 0 ? rest : rest[..next]);
            if (next < 0) break;
            switch (rest[next])
            {
                case '"': Append("\\\""u8); break;
                case '\\': Append("\\\\"u8); break;
                case '\b': Append("\\b"u8); break;
                case '\t': Append("\\t"u8); break;
                case '\n': Append("\\n"u8); break;
                case '\f': Append("\\f"u8); break;
                case '\r': Append("\\r"u8); break;
                default: AppendText($"\\u{(int)rest[next]:x4}"); break;
            }
            rest = rest[(next + 1)..];
        }
        Append("\""u8);
    }

    private void WriteNumber(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> literal = reader.ValueSpan;
        if (!reader.TryGetDouble(out double value) || !double.IsFinite(value) || (value == 0 && HasNonZeroDigit(literal)))
            throw new LedgerFormatException("json_number_out_of_range", "A number lies outside IEEE 754 double; send it as a string.");
        Span<byte> formatted = stackalloc byte[EcmaScriptNumber.MaxLength];
        formatted = formatted[..EcmaScriptNumber.Format(value, formatted)];
        // INVARIANT: two different integers never have the same canonical form.
        if (!literal.ContainsAny(".eE"u8) && value != 0 && !IsSameInteger(literal, formatted))
            throw new LedgerFormatException("json_number_loses_precision", "An integer has more digits than IEEE 754 double can carry; send it as a string.");
        Append(formatted);
    }

    private static bool HasNonZeroDigit(ReadOnlySpan<byte> literal)
    {
        int exponent = literal.IndexOfAny((byte)'e', (byte)'E');
        return (exponent < 0 ? literal : literal[..exponent]).ContainsAnyInRange((byte)'1', (byte)'9');
    }

    /// <summary>Whether the canonical text, written out in full, is the integer literal.</summary>
    private static bool IsSameInteger(ReadOnlySpan<byte> literal, ReadOnlySpan<byte> canonical)
    {
        if (literal.SequenceEqual(canonical)) return true;
        int mark = canonical.IndexOf((byte)'e');
        if (mark < 0) return false;
        int sign = literal[0] == '-' ? 1 : 0;
        ReadOnlySpan<byte> digits = literal[sign..];
        if (digits.Length != 1 + int.Parse(Encoding.ASCII.GetString(canonical[(mark + 2)..]))) return false;
        foreach (byte c in canonical[sign..mark])
        {
            if (c == '.') continue;
            if (digits[0] != c) return false;
            digits = digits[1..];
        }
        return !digits.ContainsAnyExcept((byte)'0');
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void AppendText(ReadOnlySpan<char> text)
    {
        Reserve(text.Length * 3);
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - _length < count) Array.Resize(ref _buffer, int.Max(_buffer.Length * 2, _length + count));
    }
}
