using System.Buffers;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>
/// Looks for people, places, organizations, addresses, ages and dates in running text. Lines that are code, markup, key-value pairs or
/// log records are left to the other detectors; a capital letter means little there.
/// </summary>
internal static class ProseScanner
{
    private static readonly SearchValues<byte> Technical = SearchValues.Create("{}[];=<>\\|_`"u8);

    private const int WindowBytes = 16 * 1024;

    public static void Scan(in ScanText text, Word[] buffer)
    {
        var bytes = text.Bytes;
        if (bytes.Length < 6 || bytes.IndexOf((byte)' ') < 0) return;
        for (var start = 0; start < bytes.Length;)
        {
            var end = Math.Min(bytes.Length, start + WindowBytes);
            if (end < bytes.Length)
            {
                var cut = bytes[start..end].LastIndexOf((byte)'\n');
                if (cut > 0) end = start + cut + 1;
            }
            Window(text, start, end, buffer);
            start = end;
        }
    }

    private static void Window(in ScanText text, int start, int end, Word[] buffer)
    {
        var bytes = text.Bytes[start..end];
        // Technical lines split the window into stretches of plain text. Where they are many, what stands between them is comment, and an
        // unknown word in capitals is more likely a program than a person.
        var from = 0;
        int lines = 0, technical = 0;
        for (var i = 0; i < bytes.Length;)
        {
            var length = bytes[i..].IndexOf((byte)'\n');
            var lineEnd = length < 0 ? bytes.Length : i + length + 1;
            lines++;
            if (IsTechnical(bytes[i..lineEnd]))
            {
                technical++;
                if (i > from) Stretch(text, start + from, start + i, buffer, technical > 5 && technical * 4 > lines);
                from = lineEnd;
            }
            i = lineEnd;
        }
        if (from < bytes.Length) Stretch(text, start + from, end, buffer, technical > 5 && technical * 4 > lines);
    }

    private static void Stretch(in ScanText text, int start, int end, Word[] buffer, bool comment)
    {
        var count = WordReader.Read(text.Bytes[start..end], buffer);
        if (count == 0) return;
        var words = buffer.AsSpan(0, count);
        for (var i = 0; i < count; i++)
        {
            words[i].Start += start;
            words[i].End += start;
        }
        if (!comment) Addresses.Find(text, words);
        var block = IsBlock(words);
        if (!block && !IsSentence(text, words)) return;
        Names.Find(text, words, block, comment);
        if (comment) return;
        Addresses.PostalCodes(text, words);
        DatesAndAges.Find(text, words);
    }

    private static bool IsTechnical(ReadOnlySpan<byte> line)
    {
        var body = line.TrimStart("> ?*-\t"u8);
        if (body.IndexOfAny(Technical) >= 0 || body.StartsWith("//"u8) || body.StartsWith("/*"u8)) return true;
        if (HasCall(body) || IsStatement(body)) return true;
        // "2024-05-01T…" and "May  1 12:00:00": log records.
        return body.Length > 19 && ((ByteClass.IsDigit(body[0]) && ByteClass.IsDigit(body[3]) && body[4] is (byte)'-' or (byte)'/') || (body[3] == ' ' && body[9] == ':' && body[12] == ':'));
    }

    /// <summary><c>raise ValueError(</c>: a name that touches its parenthesis; "person(s)" is none.</summary>
    private static bool HasCall(ReadOnlySpan<byte> line)
    {
        for (var i = 1; i < line.Length; i++)
        {
            var next = line[i..].IndexOf((byte)'(');
            if (next < 0) return false;
            i += next;
            if (ByteClass.IsLetter(line[i - 1]) && !line[i..].StartsWith("(s)"u8)) return true;
        }
        return false;
    }

    /// <summary>A short line that begins with a keyword of some language and does not end like a sentence, or ends in a colon.</summary>
    private static bool IsStatement(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0 || !ByteClass.IsLower(line[0])) return false;
        var end = 0;
        while (end < line.Length && ByteClass.IsLower(line[end])) end++;
        if (end is < 2 or > 10 || !Cues.In(Cues.Keywords, line[..end])) return false;
        line = line.TrimEnd(" \t\r\n"u8);
        return line[^1] is not ((byte)'.' or (byte)'!' or (byte)'?') && (line[^1] == ':' || line.Count((byte)' ') <= 5);
    }

    /// <summary>A function word, or two everyday words in lower case.</summary>
    private static bool IsSentence(in ScanText text, ReadOnlySpan<Word> words)
    {
        var common = 0;
        foreach (ref readonly var word in words)
        {
            if (word.Number) continue;
            if (word.Length <= 6 && Cues.In(Cues.Function, text.Bytes[word.Start..word.End])) return true;
            if (!word.Capital && (word.Kind & Lexicon.WordKind.Common) != Lexicon.WordKind.None && ++common >= 2) return true;
        }
        return false;
    }

    /// <summary>A few short lines under each other: a signature or address block.</summary>
    private static bool IsBlock(ReadOnlySpan<Word> words)
    {
        var lines = words[^1].Line - words[0].Line + 1;
        return lines >= 2 && words.Length <= lines * 7;
    }
}
