using Approvals.Redaction.Lexicon;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>
/// Postal addresses: an anchor (street word, street ending, unit such as "Apt. 4", post box, or a number that begins or ends a short
/// line of capitalized words) grows left and right over numbers and capitalized words, and down over the short lines of a block.
/// </summary>
internal static class Addresses
{
    public static void Find(in ScanText text, ReadOnlySpan<Word> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (!IsAnchor(text, words, i)) continue;
            int first = i, last = i;
            while (first > 0 && Joins(text, words, first - 1, first, i)) first--;
            while (last + 1 < words.Length && Follows(text, words, last, last + 1)) last++;
            var hasNumber = false;
            for (var w = first; w <= last; w++) hasNumber |= words[w].Number;
            if (!hasNumber || last == first)
            {
                if (!hasNumber) continue;
            }
            while (first < last && !words[first].Number && words[first].SentenceStart && (words[first].Kind & WordKind.English) != WordKind.None && !IsAddressWord(text, words[first])) first++;
            var end = words[last].End;
            if (text.At(end) == '.' && Cues.In(Cues.StreetWords, Bytes(text, words[last]))) end++;
            text.Add(words[first].Start, end, BuiltIn.Address, 0.65f);
            i = last;
        }
    }

    private static bool IsAnchor(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        ref readonly var w = ref words[i];
        var bytes = Bytes(text, w);
        if (w.Number)
        {
            // "41086 Kiannonkatu 98": number, capitalized words, number, on one line.
            if (w.SentenceStart || Cued(text, words, i))
            {
                var j = i + 1;
                while (j < words.Length && words[j].Line == w.Line && j - i <= 5 && !words[j].Number && (words[j].Capital || Cues.In(Cues.Particles, Bytes(text, words[j])) || IsAddressWord(text, words[j]))) j++;
                if (j > i + 1 && j < words.Length && words[j].Number && words[j].Line == w.Line && words[j].Before is (byte)' ' or (byte)'.' && !words[i + 1].AllCapitals && (words[i + 1].Kind & WordKind.Common) == WordKind.None) return true;
                if (j == i + 1 && j < words.Length && words[j].Number && words[j].Line == w.Line && j + 1 < words.Length && words[j + 1].Capital && IsStreetNear(text, words, j)) return true;
            }
            return false;
        }
        if (Cues.In(Cues.UnitWords, bytes)) return i + 1 < words.Length && words[i + 1].Number && words[i + 1].Line == w.Line && words[i + 1].Before is (byte)' ' or (byte)'.' or (byte)'#' && (w.Capital || i > 0 && words[i - 1].Number);
        if (Cues.EndsLikeStreet(bytes) && (w.Kind & WordKind.English) == WordKind.None && w.Length > 5) return NumberBeside(words, i);
        if (!Cues.In(Cues.StreetWords, bytes)) return false;
        // "14 Crown Street", "Via Roma 7": a street word with a name beside it and a number near.
        var capitalNeighbour = (i > 0 && words[i - 1].Capital && words[i - 1].Line == w.Line) || (i + 1 < words.Length && words[i + 1].Capital && words[i + 1].Line == w.Line);
        return capitalNeighbour && (w.Capital || NumberWithin(words, i, 3)) && NumberWithin(words, i, 4);
    }

    private static bool IsStreetNear(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        for (var j = i + 1; j < words.Length && j <= i + 4 && words[j].Line == words[i].Line; j++)
            if (Cues.In(Cues.StreetWords, Bytes(text, words[j])) || Cues.EndsLikeStreet(Bytes(text, words[j]))) return true;
        return false;
    }

    private static bool Cued(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        for (var j = i - 1; j >= 0 && j >= i - 4; j--)
        {
            var bytes = Bytes(text, words[j]);
            if (bytes.StartsWith("address"u8) || bytes.StartsWith("Address"u8) || bytes.SequenceEqual("at"u8) || bytes.SequenceEqual("to"u8) || bytes.SequenceEqual("lives"u8) || bytes.SequenceEqual("live"u8)) return true;
        }
        return false;
    }

    private static bool NumberBeside(ReadOnlySpan<Word> words, int i) =>
        (i > 0 && words[i - 1].Number && words[i - 1].Line == words[i].Line) || (i + 1 < words.Length && words[i + 1].Number && words[i + 1].Line == words[i].Line);

    private static bool NumberWithin(ReadOnlySpan<Word> words, int i, int distance)
    {
        for (var j = Math.Max(0, i - distance); j < Math.Min(words.Length, i + distance + 1); j++)
            if (words[j].Number && words[j].Line == words[i].Line) return true;
        return false;
    }

    /// <summary>Whether the word before belongs to the address: a number, a name part, a unit, on the same line.</summary>
    private static bool Joins(in ScanText text, ReadOnlySpan<Word> words, int i, int next, int anchor)
    {
        ref readonly var w = ref words[i];
        if (w.Line != words[next].Line || words[next].Before is not ((byte)' ' or (byte)',' or (byte)'.' or (byte)'#') || anchor - i > 9) return false;
        if (w.Number) return w.Length <= 7;
        if (IsAddressWord(text, w) || (w.Capital && (w.Kind & WordKind.Common) == WordKind.None)) return true;
        if (w.Capital && !w.SentenceStart) return true;
        return Cues.In(Cues.Particles, Bytes(text, w)) && i > 0 && (words[i - 1].Capital || words[i - 1].Number) && words[i - 1].Line == w.Line;
    }

    /// <summary>Whether the word after belongs to it; an address may go on over short lines that look like places or codes.</summary>
    private static bool Follows(in ScanText text, ReadOnlySpan<Word> words, int i, int next)
    {
        ref readonly var w = ref words[next];
        if (w.Line != words[i].Line)
        {
            return w.Line <= words[i].Line + 2 && (ShortAddressLine(text, words, next) || PlaceAndCode(text, words, next));
        }
        if (w.Before is not ((byte)' ' or (byte)',' or (byte)'.' or (byte)'#')) return false;
        if (w.Before == '.' && w.Capital && (w.Kind & WordKind.Common) != WordKind.None && !IsAddressWord(text, w)) return false;
        if (w.Number) return w.Length <= 8;
        if (w.Capital || IsAddressWord(text, w)) return true;
        return Cues.In(Cues.Particles, Bytes(text, w)) && next + 1 < words.Length && words[next + 1].Capital && words[next + 1].Line == w.Line && words[next + 1].Before == ' ' && !Bytes(text, w).SequenceEqual("and"u8)
            || (Bytes(text, w).SequenceEqual("nan"u8) && w.Before is (byte)' ' or (byte)',');
    }

    /// <summary>A line of at most five words, all capitalized, numbers or address words, and no sentence.</summary>
    private static bool ShortAddressLine(in ScanText text, ReadOnlySpan<Word> words, int first)
    {
        var line = words[first].Line;
        var count = 0;
        for (var i = first; i < words.Length && words[i].Line == line; i++)
        {
            ref readonly var w = ref words[i];
            if (++count > 6 || (i > first && w.Before is (byte)'?' or (byte)'!' or (byte)':')) return false;
            if (w.Number || IsAddressWord(text, w) || Bytes(text, w).SequenceEqual("nan"u8)) continue;
            if (!w.Capital && !Cues.In(Cues.Particles, Bytes(text, w))) return false;
            if (i == first && (w.Kind & WordKind.Common) != WordKind.None && !w.AllCapitals && (w.Kind & (WordKind.Location | WordKind.Name)) == WordKind.None && !IsCountryWord(text, w)) return false;
        }
        return count > 0 && !LabelFollows(text, words, first);
    }

    /// <summary>"KNIVSTA, nan 18237", "United Kingdom 75419": capitalized words and a code of five digits, with a sentence going on after it.</summary>
    private static bool PlaceAndCode(in ScanText text, ReadOnlySpan<Word> words, int first)
    {
        if (!words[first].Capital) return false;
        for (var i = first + 1; i < words.Length && i <= first + 4 && words[i].Line == words[first].Line; i++)
        {
            if (words[i].Before is not ((byte)' ' or (byte)',')) return false;
            if (words[i].Number) return words[i].Length is 4 or 5;
            if (!words[i].Capital && !Bytes(text, words[i]).SequenceEqual("nan"u8)) return false;
        }
        return false;
    }

    private static bool LabelFollows(in ScanText text, ReadOnlySpan<Word> words, int first) => text.At(words[first].End) == ':';

    private static bool IsCountryWord(in ScanText text, Word w) => Bytes(text, w).SequenceEqual("United"u8) || Bytes(text, w).SequenceEqual("New"u8) || Bytes(text, w).SequenceEqual("South"u8);

    private static bool IsAddressWord(in ScanText text, Word w) => Cues.In(Cues.UnitWords, Bytes(text, w)) || Cues.In(Cues.StreetWords, Bytes(text, w)) || Cues.EndsLikeStreet(Bytes(text, w));

    /// <summary>"Acquapendente 1021", "840 24 Överturingen": a code of four or five digits beside a place in a sentence.</summary>
    public static void PostalCodes(in ScanText text, ReadOnlySpan<Word> words)
    {
        for (var i = 1; i < words.Length; i++)
        {
            ref readonly var w = ref words[i];
            if (!w.Number || w.Line != words[i - 1].Line || w.Before != ' ' || w.Length is < 3 or > 6 || !words[i - 1].Capital) continue;
            var place = words[i - 1];
            if ((place.Kind & WordKind.English) != WordKind.None || (place.AllCapitals && (place.Kind & WordKind.Location) == WordKind.None)) continue;
            var number = int.TryParse(Bytes(text, w), out var n) && n is >= 1900 and <= 2035;
            if (number || i + 1 < words.Length && words[i + 1].Before == '%') continue;
            var end = i + 1 < words.Length && words[i + 1].Number && words[i + 1].Before == ' ' && words[i + 1].Length <= 3 ? words[i + 1].End : w.End;
            if (text.At(end) is (byte)'-' or (byte)'/' && ByteClass.IsDigit(text.At(end + 1))) end += 5;
            text.Add(w.Start, Math.Min(end, text.Bytes.Length), BuiltIn.Address, 0.45f);
        }
    }

    private static ReadOnlySpan<byte> Bytes(in ScanText text, Word word) => text.Bytes[word.Start..word.End];
}
