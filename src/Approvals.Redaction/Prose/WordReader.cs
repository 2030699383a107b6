using Approvals.Redaction.Lexicon;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>Cuts a text into words and looks each up once.</summary>
internal static class WordReader
{
    public static int Read(ReadOnlySpan<byte> text, Span<Word> words)
    {
        var table = WordTable.Default;
        var count = 0;
        var line = 0;
        var before = (byte)'\n';
        for (var i = 0; i < text.Length && count < words.Length;)
        {
            var b = text[i];
            if (!ByteClass.IsWord(b))
            {
                if (b == '\n')
                {
                    line++;
                    before = b;
                }
                else if (b != ' ' && before != '\n' && !(before is (byte)'.' or (byte)'?' or (byte)'!' && b is (byte)'"' or (byte)'\'')) before = b;
                else if (before == 0) before = (byte)' ';
                i++;
                continue;
            }
            var start = i;
            var number = ByteClass.IsDigit(b);
            while (i < text.Length && (ByteClass.IsWord(text[i]) || IsInner(text, i))) i++;
            var word = new Word { Start = start, End = i, Number = number, Line = line, Before = before };
            // "Anna's": the name is "Anna".
            if (i - start > 2 && text[i - 2] is (byte)'\'' && text[i - 1] is (byte)'s') word.End = i - 2;
            else if (i - start > 4 && text[(i - 4)..i].SequenceEqual("’s"u8)) word.End = i - 4;
            var bytes = text[word.Start..word.End];
            // A code such as "AL47" is no name, and a contraction such as "I'm" no word of the lexicon.
            var code = !number && (bytes.ContainsAnyInRange((byte)'0', (byte)'9') || IsCamelCase(bytes));
            word.Capital = !code && IsCapital(bytes);
            word.AllCapitals = word.Capital && bytes.Length > 1 && !bytes.ContainsAnyInRange((byte)'a', (byte)'z') && (!ByteClass.IsHigh(bytes[0]) || !HasLowerHigh(bytes));
            word.SentenceStart = before is (byte)'\n' or (byte)'.' or (byte)'?' or (byte)'!' or (byte)':' or (byte)'"' or (byte)'>' or (byte)'*' or (byte)'-' or (byte)'|';
            if (!number) word.Kind = code || IsContraction(bytes) ? WordKind.Common : Lookup(table, bytes);
            words[count++] = word;
            before = (byte)' ';
        }
        return count;
    }

    /// <summary>A compound such as "Smith-Jones" or "O'Brien" has the kinds of its parts.</summary>
    private static WordKind Lookup(WordTable table, ReadOnlySpan<byte> word)
    {
        var kind = table.KindOf(word);
        if (kind != WordKind.None) return kind;
        var cut = word.IndexOfAny((byte)'-', (byte)'\'');
        if (cut <= 0 || cut >= word.Length - 1) return kind;
        return table.KindOf(word[..cut]) | Lookup(table, word[(cut + 1)..]);
    }

    private static bool IsContraction(ReadOnlySpan<byte> word)
    {
        var apostrophe = word.IndexOf((byte)'\'');
        return apostrophe > 0 && (apostrophe == 1 && word[0] is (byte)'I' or (byte)'i' or (byte)'C' or (byte)'c' || word[apostrophe..] is var end && (end.SequenceEqual("'re"u8) || end.SequenceEqual("'ve"u8) || end.SequenceEqual("'ll"u8)
            || end.SequenceEqual("'d"u8) || end.SequenceEqual("'t"u8) || end.SequenceEqual("'m"u8)));
    }

    private static bool IsInner(ReadOnlySpan<byte> text, int i) =>
        text[i] is (byte)'\'' or (byte)'-' && i + 1 < text.Length && i > 0 && IsLetter(text[i - 1]) && IsLetter(text[i + 1]);

    /// <summary>"ValueError", "getName", "OSError": a name in a program; "McDonald", "O'Neil" and "DiCaprio" are people.</summary>
    private static bool IsCamelCase(ReadOnlySpan<byte> word)
    {
        for (var i = 1; i < word.Length; i++)
        {
            if (!ByteClass.IsUpper(word[i]) || !ByteClass.IsLetter(word[i - 1])) continue;
            if (ByteClass.IsLower(word[i - 1]))
            {
                // One short first part ("Mc", "De", "Fitz") is how surnames are written.
                var first = i <= 4 && ByteClass.IsUpper(word[0]) && (i <= 3 || word.StartsWith("Fitz"u8)) && word.Length > i + 2;
                return !first || word[(i + 1)..].ContainsAnyInRange((byte)'A', (byte)'Z');
            }
            if (i + 1 < word.Length && ByteClass.IsLower(word[i + 1])) return true;
        }
        return false;
    }

    private static bool IsLetter(byte b) => ByteClass.IsLetter(b) || ByteClass.IsHigh(b);

    private static bool IsCapital(ReadOnlySpan<byte> word)
    {
        var b = word[0];
        if (b < 0x80) return ByteClass.IsUpper(b);
        if (word.Length < 2) return false;
        var code = (b & 0x1F) << 6 | word[1] & 0x3F;
        return code is (>= 0xC0 and <= 0xDE) or (>= 0x386 and <= 0x3AB) or (>= 0x400 and <= 0x42F) || (code is >= 0x100 and <= 0x17F && (code is >= 0x139 and <= 0x148 or >= 0x179 ? (code & 1) == 1 : (code & 1) == 0));
    }

    private static bool HasLowerHigh(ReadOnlySpan<byte> word)
    {
        for (var i = 0; i + 1 < word.Length; i += 2)
        {
            var code = (word[i] & 0x1F) << 6 | word[i + 1] & 0x3F;
            if (code is (>= 0x3AC and <= 0x3CE) or (>= 0x430 and <= 0x45F) or (>= 0xDF and <= 0xFF)) return true;
        }
        return false;
    }
}
