using System.Text;
using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Functions;

/// <summary>The strings extension. All indexes count Unicode code points.</summary>
internal static class StringFunctions
{
    private static readonly CelError InvalidRange = CelError.Invalid("the end of a substring must not come before its start");

    internal static readonly Overload[] All =
    [
        new("string.charAt(int) -> string", (args, ref meter) => CharAt(args[0].StringValue, args[1].IntValue, ref meter)),
        new("string.indexOf(string) -> int", (args, ref meter) => IndexOf(args[0].StringValue, args[1].StringValue, 0, ref meter)),
        new("string.indexOf(string, int) -> int", (args, ref meter) =>
            IndexOf(args[0].StringValue, args[1].StringValue, args[2].IntValue, ref meter)),
        new("string.lastIndexOf(string) -> int", (args, ref meter) => LastIndexOf(args[0].StringValue, args[1].StringValue, null, ref meter)),
        new("string.lastIndexOf(string, int) -> int", (args, ref meter) =>
            LastIndexOf(args[0].StringValue, args[1].StringValue, args[2].IntValue, ref meter)),
        new("string.substring(int) -> string", (args, ref meter) => Substring(args[0].StringValue, args[1].IntValue, null, ref meter)),
        new("string.substring(int, int) -> string", (args, ref meter) =>
            Substring(args[0].StringValue, args[1].IntValue, args[2].IntValue, ref meter)),
        new("string.lowerAscii() -> string", (args, ref meter) =>
        {
            meter.ChargeText(args[0].StringValue.Length);
            return CelValue.Of(string.Create(args[0].StringValue.Length, args[0].StringValue, (span, text) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    span[i] = char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i];
                }
            }));
        }),
        new("string.upperAscii() -> string", (args, ref meter) =>
        {
            meter.ChargeText(args[0].StringValue.Length);
            return CelValue.Of(string.Create(args[0].StringValue.Length, args[0].StringValue, (span, text) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    span[i] = char.IsAsciiLetterLower(text[i]) ? (char)(text[i] & ~0x20) : text[i];
                }
            }));
        }),
        new("string.trim() -> string", (args, ref meter) =>
        {
            meter.ChargeText(args[0].StringValue.Length);
            var text = args[0].StringValue.AsSpan();
            var start = 0;
            var end = text.Length;
            while (start < end && IsWhiteSpace(text[start]))
            {
                start++;
            }

            while (end > start && IsWhiteSpace(text[end - 1]))
            {
                end--;
            }

            return CelValue.Of(text[start..end].ToString());
        }),
        new("string.reverse() -> string", (args, ref meter) => Reverse(args[0].StringValue, ref meter)),
        new("string.replace(string, string) -> string", (args, ref meter) =>
            Replace(args[0].StringValue, args[1].StringValue, args[2].StringValue, -1, ref meter)),
        new("string.replace(string, string, int) -> string", (args, ref meter) =>
            Replace(args[0].StringValue, args[1].StringValue, args[2].StringValue, args[3].IntValue, ref meter)),
        new("string.split(string) -> list(string)", (args, ref meter) => Split(args[0].StringValue, args[1].StringValue, -1, ref meter)),
        new("string.split(string, int) -> list(string)", (args, ref meter) =>
            Split(args[0].StringValue, args[1].StringValue, args[2].IntValue, ref meter)),
        new("list(string).join() -> string", (args, ref meter) => Join(args[0].ListValue, "", ref meter)),
        new("list(string).join(string) -> string", (args, ref meter) => Join(args[0].ListValue, args[1].StringValue, ref meter)),
        new("strings.quote(string) -> string", (args, ref meter) => Quote(args[0].StringValue, ref meter)),
        new("string.format(list(dyn)) -> string", (args, ref meter) => FormatFunction.Format(args[0].StringValue, args[1].ListValue, ref meter)),
    ];

    private static CelValue OutOfRange => CelValue.Of(CelError.IndexOutOfRange);

    private static CelValue CharAt(string text, long index, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        var offset = CodePoints.Offset(text, index);
        if (offset < 0)
        {
            return OutOfRange;
        }

        if (offset == text.Length)
        {
            return CelValue.Of("");
        }

        Rune.DecodeFromUtf16(text.AsSpan(offset), out _, out var length);
        return CelValue.Of(text.Substring(offset, length));
    }

    private static CelValue IndexOf(string text, string part, long from, ref CostMeter meter)
    {
        meter.ChargeText((long)text.Length + part.Length);
        var start = CodePoints.Offset(text, from);
        if (start < 0)
        {
            return OutOfRange;
        }

        // Well-formed text holds well-formed text at code point boundaries only.
        var found = text.AsSpan(start).IndexOf(part, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : from + CodePoints.Count(text.AsSpan(start, found)));
    }

    private static CelValue LastIndexOf(string text, string part, long? from, ref CostMeter meter)
    {
        meter.ChargeText((long)text.Length + part.Length);
        var start = from is { } index ? CodePoints.Offset(text, index) : text.Length;
        if (start < 0)
        {
            return OutOfRange;
        }

        var searched = text.AsSpan(0, (int)Math.Min(text.Length, (long)start + part.Length));
        var found = searched.LastIndexOf(part, StringComparison.Ordinal);
        return CelValue.Of(found < 0 ? -1L : CodePoints.Count(searched[..found]));
    }

    private static CelValue Substring(string text, long from, long? to, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        var start = CodePoints.Offset(text, from);
        var end = to is { } index ? CodePoints.Offset(text, index) : text.Length;
        return start < 0 || end < 0 ? OutOfRange
            : end < start ? CelValue.Of(InvalidRange)
            : CelValue.Of(text[start..end]);
    }

    /// <summary>White space by the Unicode property White_Space, as the definition of trim() has it.</summary>
    private static bool IsWhiteSpace(char c) => c is (>= '\u0009' and <= '\u000D') or ' ' or '\u0085' or '\u00A0' or '\u1680'
        or (>= '\u2000' and <= '\u200A') or '\u2028' or '\u2029' or '\u202F' or '\u205F' or '\u3000';

    private static CelValue Reverse(string text, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        var result = new char[text.Length];
        var end = text.Length;
        foreach (var rune in text.EnumerateRunes())
        {
            end -= rune.Utf16SequenceLength;
            rune.EncodeToUtf16(result.AsSpan(end));
        }

        return CelValue.Of(new string(result));
    }

    private static CelValue Replace(string text, string old, string replacement, long limit, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        if (limit == 0)
        {
            return CelValue.Of(text);
        }

        var result = new StringBuilder();
        var at = 0;
        for (var count = 0L; limit < 0 || count < limit; count++)
        {
            // An empty pattern is found before each code point and at the end.
            int found;
            if (old.Length > 0)
            {
                found = text.AsSpan(at).IndexOf(old, StringComparison.Ordinal);
            }
            else if (count == 0)
            {
                found = 0;
            }
            else if (at < text.Length)
            {
                Rune.DecodeFromUtf16(text.AsSpan(at), out _, out found);
            }
            else
            {
                break;
            }

            if (found < 0)
            {
                break;
            }

            meter.ChargeText((long)found + replacement.Length);
            result.Append(text.AsSpan(at, found)).Append(replacement);
            at += found + old.Length;
        }

        return CelValue.Of(result.Append(text.AsSpan(at)).ToString());
    }

    private static CelValue Split(string text, string separator, long limit, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        if (limit == 0)
        {
            return CelValue.Of(Array.Empty<CelValue>());
        }

        var parts = new List<CelValue>();
        var at = 0;
        while (limit < 0 || parts.Count < limit - 1)
        {
            int found;
            if (separator.Length > 0)
            {
                found = text.AsSpan(at).IndexOf(separator, StringComparison.Ordinal);
            }
            else if (at < text.Length)
            {
                Rune.DecodeFromUtf16(text.AsSpan(at), out _, out found);
                found = at + found < text.Length ? found : -1;
            }
            else
            {
                return CelValue.Of(parts.ToArray());
            }

            if (found < 0)
            {
                break;
            }

            meter.Charge(1);
            parts.Add(CelValue.Of(text.Substring(at, found)));
            at += found + separator.Length;
        }

        parts.Add(CelValue.Of(text[at..]));
        return CelValue.Of(parts.ToArray());
    }

    private static CelValue Join(CelValue[] elements, string separator, ref CostMeter meter)
    {
        var result = new StringBuilder();
        for (var i = 0; i < elements.Length; i++)
        {
            if (elements[i].Kind != CelKind.String)
            {
                return CelValue.Of(CelError.NoSuchOverload);
            }

            meter.ChargeText((long)separator.Length + elements[i].StringValue.Length);
            result.Append(i > 0 ? separator : "").Append(elements[i].StringValue);
        }

        return CelValue.Of(result.ToString());
    }

    private static CelValue Quote(string text, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(rune.Value switch
            {
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                '\\' => "\\\\",
                '"' => "\\\"",
                _ => rune.ToString(),
            });
        }

        return CelValue.Of(result.Append('"').ToString());
    }
}
