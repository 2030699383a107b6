using System.Collections.Frozen;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>Ages ("62-year-old", "turned 60"), dates of birth and years in sentences.</summary>
internal static class DatesAndAges
{
    private static readonly FrozenSet<uint> AgeBefore = Set("turned aged age turning turns");
    private static readonly FrozenSet<uint> YearBefore = Set("in of since from by year until till during a around circa before after early late");
    private static readonly FrozenSet<uint> Months = Set("january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec");

    public static void Find(in ScanText text, ReadOnlySpan<Word> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            ref readonly var w = ref words[i];
            if (!w.Number) continue;
            var digits = text.Bytes[w.Start..w.End];
            if (digits.Length <= 3 && IsAge(text, words, i)) text.Add(w.Start, w.End, BuiltIn.Age);
            else if (SlashedDate(text, w.Start) is var end && end > 0) text.Add(w.Start, end, BuiltIn.Date, 0.6f);
            else if (digits.Length == 4 && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && IsYear(text, words, i)) text.Add(w.Start, w.End, BuiltIn.Date, 0.45f);
            else if (digits.Length <= 2 && MonthBeside(text, words, i, out var from, out var to)) text.Add(from, to, BuiltIn.Date, 0.55f);
        }
    }

    private static bool IsAge(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        var number = 0;
        foreach (var b in text.Bytes[words[i].Start..words[i].End])
        {
            if (!ByteClass.IsDigit(b)) return false;
            number = number * 10 + b - '0';
        }
        if (number > 120) return false;
        var after = text.Bytes[words[i].End..Math.Min(text.Bytes.Length, words[i].End + 16)];
        if (after.StartsWith("-year-old"u8) || after.StartsWith(" year old"u8) || after.StartsWith(" years old"u8) || after.StartsWith(" yo "u8) || after.StartsWith(" years of age"u8) || after.StartsWith("-years-old"u8) || after.StartsWith(" yr old"u8)) return true;
        if (i == 0 || words[i].Before is not ((byte)' ' or (byte)':')) return false;
        return Cues.In(AgeBefore, text.Bytes[words[i - 1].Start..words[i - 1].End]) && !after.StartsWith("%"u8) && number > 0;
    }

    private static bool IsYear(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        var year = int.Parse(text.Bytes[words[i].Start..words[i].End]);
        if (year is < 1900 or > 2035 || i == 0 || words[i].Before != ' ' || words[i].Line != words[i - 1].Line) return false;
        return Cues.In(YearBefore, text.Bytes[words[i - 1].Start..words[i - 1].End]);
    }

    /// <summary>7/5/1981, 05.07.1981, 1981-07-05: end of the date that begins here, or 0.</summary>
    private static int SlashedDate(in ScanText text, int start)
    {
        var bytes = text.Bytes;
        if (start > 0 && bytes[start - 1] is (byte)'/' or (byte)'-' or (byte)'.') return 0;
        Span<int> parts = stackalloc int[3];
        Span<int> lengths = stackalloc int[3];
        var i = start;
        byte separator = 0;
        for (var n = 0; n < 3; n++)
        {
            var from = i;
            while (i < bytes.Length && ByteClass.IsDigit(bytes[i]) && i - from < 4) parts[n] = parts[n] * 10 + bytes[i++] - '0';
            lengths[n] = i - from;
            if (lengths[n] == 0) return 0;
            if (n == 2) break;
            if (i >= bytes.Length || bytes[i] is not ((byte)'/' or (byte)'-' or (byte)'.') || (n == 1 && bytes[i] != separator)) return 0;
            separator = bytes[i++];
        }
        if (i < bytes.Length && (ByteClass.IsWord(bytes[i]) || bytes[i] == separator && separator != '.')) return 0;
        var yearLast = lengths[2] == 4 && parts[0] is >= 1 and <= 31 && parts[1] is >= 1 and <= 31 && (parts[0] <= 12 || parts[1] <= 12) && parts[2] is >= 1900 and <= 2035;
        var yearFirst = lengths[0] == 4 && parts[0] is >= 1900 and <= 2035 && parts[1] is >= 1 and <= 12 && parts[2] is >= 1 and <= 31;
        return yearLast || yearFirst ? i : 0;
    }

    private static bool MonthBeside(in ScanText text, ReadOnlySpan<Word> words, int i, out int from, out int to)
    {
        from = words[i].Start;
        to = words[i].End;
        var next = i + 1;
        if (next < words.Length && words[next].Capital && Cues.In(Months, text.Bytes[words[next].Start..words[next].End])) to = words[next++].End;
        else if (i > 0 && words[i - 1].Capital && words[i].Before == ' ' && Cues.In(Months, text.Bytes[words[i - 1].Start..words[i - 1].End])) from = words[i - 1].Start;
        else return false;
        if (next < words.Length && words[next].Number && words[next].Length == 4 && words[next].Line == words[i].Line) to = words[next].End;
        return true;
    }

    private static FrozenSet<uint> Set(string words) => words.Split(' ').Select(w => ByteClass.FoldedHash(System.Text.Encoding.UTF8.GetBytes(w))).ToFrozenSet();
}
