using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Identifiers;

/// <summary>Phone numbers: international with a plus, North American shapes, and national shapes beside a word that says phone.</summary>
internal static class Phones
{
    public static readonly string[] Words =
    [
        "phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "call", "contact", "whatsapp", "sms", "dial", "desk", "office", "number", "reach", "text", "message", "messages", "messaging", "handy",
        "telefon", "telefono", "teléfono", "telefone", "móvil", "portable", "téléphone", "puhelin", "phonenumber", "msisdn", "hotline", "ring", "home", "work",
    ];

    private static readonly uint[] AnyWords = RuleTable.KeywordHashes(Words);

    /// <summary>What makes a bare run of digits a phone number; "number" or "call" alone does not.</summary>
    private static readonly uint[] StrongWords = RuleTable.KeywordHashes([
        "phone", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "whatsapp", "sms", "dial", "handy", "telefon", "telefono", "teléfono", "telefone", "móvil", "portable", "téléphone", "puhelin", "phonenumber", "msisdn", "hotline", "call", "ring", "reach"]);

    public static void At(in ScanText text, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
    {
        var bytes = text.Bytes;
        var start = starts[0];
        var plus = start > 0 && bytes[start - 1] == '+';
        var open = start > 0 && bytes[start - 1] == '(';
        if (open && start > 1 && bytes[start - 2] == '+') (plus, open) = (true, false);
        var before = text.At(plus || open ? start - 2 : start - 1);
        if (before != 0 && (ByteClass.IsWord(before) || before is (byte)'.' or (byte)'-' or (byte)'/' or (byte)'=' && !plus)) return;
        // Take groups while they still look like one number: at most 15 digits (E.164), separators but no colon.
        var last = 0;
        var digits = ends[0] - starts[0];
        while (last + 1 < starts.Length && digits + ends[last + 1] - starts[last + 1] <= 15 && SameNumber(bytes, ends[last], starts[last + 1]))
        {
            last++;
            digits += ends[last] - starts[last];
        }
        var end = ends[last];
        if (digits < 7 || digits > 15) return;
        // "12345.678901" is a decimal number.
        if (last == 1 && !plus && !open && bytes[ends[0]] == '.') return;
        if (end < bytes.Length && ByteClass.IsWord(bytes[end]) && !(bytes[end] is (byte)'x' or (byte)'e')) return;
        end = WithExtension(bytes, end);
        var from = plus || open ? start - 1 : start;
        if (plus)
        {
            if (digits is >= 8 and <= 15 && bytes[starts[0]] != '0') Add(text, from, end, 0.85f);
            return;
        }
        var context = text.Nearby.Allows(text, from, BuiltIn.Phone) && ContextWords.Near(text, from, end, last == 0 && !open ? StrongWords : AnyWords);
        var american = NorthAmerican(bytes, starts[..(last + 1)], ends[..(last + 1)], digits);
        if (american && (last > 0 || context)) Add(text, from, end, context ? 0.85f : 0.6f);
        else if (context && (last > 0 || digits is >= 9 and <= 12)) Add(text, from, end, 0.6f);
    }

    private static void Add(in ScanText text, int from, int end, float confidence)
    {
        if (!Uuid.HoldsPart(text.Bytes, from, end)) text.Add(from, end, BuiltIn.Phone, confidence);
    }

    /// <summary>NANP: area code and exchange begin with 2 to 9; written 3-3-4, with or without a leading 1.</summary>
    private static bool NorthAmerican(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends, int digits)
    {
        Span<byte> d = stackalloc byte[16];
        var n = CheckDigits.Digits(bytes[starts[0]..ends[^1]], d);
        var one = n == 11 && d[0] == 1;
        if (n != 10 && !one) return false;
        d = d[(one ? 1 : 0)..];
        if (d[0] < 2 || d[3] < 2) return false;
        if (starts.Length == 1) return true;
        var last = ends[^1] - starts[^1];
        return last is 4 or 7 && (starts.Length < 3 || ends[^2] - starts[^2] == 3);
    }

    private static bool SameNumber(ReadOnlySpan<byte> bytes, int end, int next)
    {
        for (var i = end; i < next; i++)
            if (bytes[i] == ':') return false;
        return true;
    }

    private static int WithExtension(ReadOnlySpan<byte> bytes, int end)
    {
        var i = end;
        if (i < bytes.Length && bytes[i] == ' ') i++;
        if (i < bytes.Length && bytes[i] == 'x') i++;
        else if (bytes[i..].StartsWith("ext"u8)) i += 3;
        else return end;
        while (i < bytes.Length && bytes[i] is (byte)'.' or (byte)' ') i++;
        var digits = i;
        while (i < bytes.Length && ByteClass.IsDigit(bytes[i]) && i - digits < 6) i++;
        return i > digits ? i : end;
    }
}
