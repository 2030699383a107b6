using System.Globalization;
using System.Text;

namespace Approvals.Policy.Cel.Syntax;

/// <summary>Values of literals, with CEL's escapes.</summary>
internal static class Literals
{
    internal static CelValue Number(SourceText source, Token token, bool negative)
    {
        var text = source.Text.AsSpan(token.Start, token.End - token.Start);
        switch (token.Kind)
        {
            case TokenKind.Double:
                var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
                return double.IsFinite(number)
                    ? CelValue.Of(negative ? -number : number)
                    : throw new CelSyntaxException("invalid_literal", "this number does not fit in a double", source, token.Start);
            case TokenKind.Uint:
                return TryMagnitude(text[..^1], out var unsigned) ? CelValue.Of(unsigned) : throw TooLarge(source, token, "uint");
            default:
                if (TryMagnitude(text, out var magnitude))
                {
                    if (magnitude <= long.MaxValue)
                    {
                        return CelValue.Of(negative ? -(long)magnitude : (long)magnitude);
                    }

                    if (negative && magnitude == 1UL << 63)
                    {
                        return CelValue.Of(long.MinValue);
                    }
                }

                throw TooLarge(source, token, "int");
        }
    }

    private static bool TryMagnitude(ReadOnlySpan<char> digits, out ulong magnitude) =>
        digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude);

    private static CelSyntaxException TooLarge(SourceText source, Token token, string type) =>
        new("invalid_literal", $"this number does not fit in 64 bits ({type})", source, token.Start);

    internal static CelValue String(SourceText source, Token token)
    {
        var content = Content(source, token, out var start, out var isRaw);
        if (!CodePoints.IsWellFormed(content))
        {
            throw new CelSyntaxException("invalid_literal", "the string holds half of a surrogate pair", source, token.Start);
        }

        if (isRaw || !content.Contains('\\'))
        {
            return CelValue.Of(content.ToString());
        }

        var result = new StringBuilder(content.Length);
        for (var at = 0; at < content.Length;)
        {
            if (content[at] != '\\')
            {
                result.Append(content[at++]);
                continue;
            }

            var (codePoint, length, _) = Escape(source, content[at..], start + at);
            if (!Rune.TryCreate(codePoint, out var rune))
            {
                throw new CelSyntaxException("invalid_literal", "this escape is no Unicode code point", source, start + at);
            }

            result.Append(rune.ToString());
            at += length;
        }

        return CelValue.Of(result.ToString());
    }

    internal static CelValue Bytes(SourceText source, Token token)
    {
        var content = Content(source, token, out var start, out var isRaw);
        if (!CodePoints.IsWellFormed(content))
        {
            throw new CelSyntaxException("invalid_literal", "the literal holds half of a surrogate pair", source, token.Start);
        }

        var utf8 = Encoding.UTF8.GetBytes(content.ToString());
        if (isRaw || !content.Contains('\\'))
        {
            return CelValue.Of(utf8);
        }

        var result = new List<byte>(utf8.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (var at = 0; at < content.Length;)
        {
            if (content[at] != '\\')
            {
                Rune.DecodeFromUtf16(content[at..], out var rune, out var consumed);
                result.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
                at += consumed;
                continue;
            }

            var (value, length, isUnicode) = Escape(source, content[at..], start + at);
            if (isUnicode)
            {
                throw new CelSyntaxException("invalid_literal", "bytes take \\x and octal escapes only, not \\u and \\U", source, start + at);
            }

            result.Add((byte)value);
            at += length;
        }

        return CelValue.Of(result.ToArray());
    }

    private static ReadOnlySpan<char> Content(SourceText source, Token token, out int start, out bool isRaw)
    {
        var text = source.Text;
        start = token.Start;
        isRaw = false;
        while (text[start] is not ('"' or '\''))
        {
            isRaw |= text[start] is 'r' or 'R';
            start++;
        }

        var quotes = token.End - start >= 6 && text[start + 1] == text[start] && text[start + 2] == text[start] ? 3 : 1;
        start += quotes;
        return text.AsSpan(start..(token.End - quotes));
    }

    private static (int Value, int Length, bool IsUnicode) Escape(SourceText source, ReadOnlySpan<char> text, int offset)
    {
        var c = text.Length > 1 ? text[1] : '\0';
        switch (c)
        {
            case 'a': return (0x07, 2, false);
            case 'b': return (0x08, 2, false);
            case 'f': return (0x0C, 2, false);
            case 'n': return (0x0A, 2, false);
            case 'r': return (0x0D, 2, false);
            case 't': return (0x09, 2, false);
            case 'v': return (0x0B, 2, false);
            case '\\' or '?' or '"' or '\'' or '`': return (c, 2, false);
            case 'x' or 'X': return (Digits(source, text, offset, 2, 2, 16), 4, false);
            case 'u': return (Digits(source, text, offset, 2, 4, 16), 6, true);
            case 'U': return (Digits(source, text, offset, 2, 8, 16), 10, true);
            case >= '0' and <= '3': return (Digits(source, text, offset, 1, 3, 8), 4, false);
            default:
                throw new CelSyntaxException("invalid_literal", "unknown escape; a backslash is written \\\\", source, offset);
        }
    }

    private static int Digits(SourceText source, ReadOnlySpan<char> text, int offset, int start, int count, int radix)
    {
        long value = 0;
        for (var i = start; i < start + count; i++)
        {
            var digit = i < text.Length && char.IsAsciiHexDigit(text[i]) ? Convert.ToInt32(text[i].ToString(), 16) : radix;
            if (digit >= radix)
            {
                throw new CelSyntaxException(
                    "invalid_literal", $"this escape needs {count} {(radix == 8 ? "octal" : "hexadecimal")} digits", source, offset);
            }

            value = (value * radix) + digit;
        }

        return value > 0x10FFFF ? -1 : (int)value;
    }
}
