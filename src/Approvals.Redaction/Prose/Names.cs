using Approvals.Redaction.Lexicon;
using Approvals.Redaction.Rules;
using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Prose;

/// <summary>
/// People, places and organizations by sentence shape: runs of capitalized words are read with their neighbours and the lexicon. A word
/// that is everyday English needs a cue ("name is", "Dr.") before it is believed.
/// </summary>
internal static class Names
{
    /// <param name="text">The text under scan.</param>
    /// <param name="words">Its words.</param>
    /// <param name="block">A signature or address block: a whole line may be a name.</param>
    /// <param name="comment">Text among code: only words that the lexicon knows as names are believed.</param>
    public static void Find(in ScanText text, ReadOnlySpan<Word> words, bool block, bool comment)
    {
        // Where the last person ended, so that "Ann, Rose and Will" is read as a list.
        var person = -1;
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].Number) continue;
            if (!words[i].Capital)
            {
                i = LowerCase(text, words, i);
                continue;
            }
            var end = RunEnd(text, words, i);
            if (Run(text, words, i, end, block, comment, person)) person = end;
            i = end - 1;
        }
        if (!comment) JobTitles(text, words);
    }

    /// <summary>Capitalized words with single blanks, initials with a period, particles and, for firms, commas between them.</summary>
    private static int RunEnd(in ScanText text, ReadOnlySpan<Word> words, int start)
    {
        var i = start + 1;
        while (i < words.Length && i - start < 8)
        {
            ref readonly var w = ref words[i];
            if (w.Line != words[i - 1].Line) break;
            var initial = words[i - 1].Length == 1 || (i - 1 == start && Cues.In(Cues.Titles, Bytes(text, words[i - 1])));
            var joined = w.Before == ' ' || (w.Before == '.' && initial) || (w.Before == '&');
            if (joined && w.Capital && !w.Number)
            {
                i++;
                continue;
            }
            // "Clark, Romero and Hall", "van der Berg": a joint only when a capital follows it.
            var comma = w.Before == ',' && w.Capital && i + 1 < words.Length && Bytes(text, words[i + 1]).SequenceEqual("and"u8) && i + 2 < words.Length && words[i + 2].Capital;
            if (comma)
            {
                i += 3;
                continue;
            }
            if (w.Before == ' ' && !w.Capital && !w.Number && w.Length <= 5 && !Bytes(text, w).SequenceEqual("and"u8) && Cues.In(Cues.Particles, Bytes(text, w))
                && i + 1 < words.Length && words[i + 1].Capital && words[i + 1].Before == ' ' && words[i + 1].Line == w.Line && !IsEnglishOnly(words[i - 1]))
            {
                i += 2;
                continue;
            }
            break;
        }
        return Math.Min(i, words.Length);
    }

    private static bool Run(in ScanText text, ReadOnlySpan<Word> words, int start, int end, bool block, bool comment, int person)
    {
        var title = Cues.In(Cues.Titles, Bytes(text, words[start])) && end - start > 1;
        if (title)
        {
            text.Add(words[start].Start, words[end - 1].End, BuiltIn.Person, 0.85f);
            return true;
        }
        var listed = person > 0 && ((start == person && words[start].Before == ',') || (start == person + 1 && Bytes(text, words[person]).SequenceEqual("and"u8)));
        var cued = listed || IsCued(text, words, start);
        var wholeLine = block && words[start].SentenceStart && (end == words.Length || words[end].Line != words[start].Line) && (start == 0 || words[start - 1].Line != words[start].Line);
        if (end - start >= 2 && AllCountry(words[start..end]))
        {
            text.Add(words[start].Start, words[end - 1].End, BuiltIn.Location, 0.65f);
            return false;
        }
        var sentenceStart = words[start].SentenceStart;
        while (start < end && IsPlain(words[start]) && !(start + 1 < end && (words[start].Kind & WordKind.FirstName) != WordKind.None && !Cues.In(Cues.Function, Bytes(text, words[start])) && !IsEnglishOnly(words[end - 1])) && !(cued && !Cues.In(Cues.Function, Bytes(text, words[start]))) && (sentenceStart || IsEnglishOnly(words[start])) && !FollowedByOrganization(text, words, start, end)) start++;
        while (end > start && IsPlain(words[end - 1]) && !(end - start == 2 && (words[start].Kind & WordKind.FirstName) != WordKind.None) && !Cues.In(Cues.OrganizationWords, Bytes(text, words[end - 1])) && end - start > 1 && !cued) end--;
        if (start >= end) return false;
        var kinds = WordKind.None;
        bool unknown = false, strong = false, organization = false, allCapitals = true;
        for (var i = start; i < end; i++)
        {
            var w = words[i];
            if (w.Length == 1) continue;
            organization |= i > start && Cues.In(Cues.OrganizationWords, Bytes(text, w));
            allCapitals &= w.AllCapitals;
            if ((w.Kind & WordKind.English) != WordKind.None) continue;
            if (!wholeLine && !IsBelievedCapitals(text, words, i)) continue;
            kinds |= w.Kind;
            unknown |= w.Kind is WordKind.None or WordKind.Proper;
            strong = true;
        }
        var single = end - start == 1;
        if (organization && !comment && (strong || (end - start >= 2 && !words[start].SentenceStart && !allCapitals)))
        {
            text.Add(words[start].Start, words[end - 1].End, BuiltIn.Organization, 0.7f);
            return false;
        }
        if (single && !words[start].SentenceStart && (words[start].Kind & WordKind.Nationality) != WordKind.None && (words[start].Kind & WordKind.English) != WordKind.None)
        {
            text.Add(words[start].Start, words[start].End, BuiltIn.Nationality, 0.45f);
            return false;
        }
        if (!strong && !cued) return false;
        if (comment && ((kinds & (WordKind.Name | WordKind.Location)) == WordKind.None || single)) return false;
        if (!strong && (allCapitals || Cues.In(Cues.Function, Bytes(text, words[start])))) return false;
        if (single && (kinds & WordKind.Nationality) != WordKind.None && (kinds & ~WordKind.Nationality & ~WordKind.Proper) == WordKind.None)
        {
            text.Add(words[start].Start, words[start].End, BuiltIn.Nationality, 0.5f);
            return false;
        }
        // One unknown word that only begins a sentence proves little unless the sentence treats it as somebody.
        if (single && words[start].SentenceStart && kinds == WordKind.None && !wholeLine && !ActsLikePerson(text, words, end)) return false;
        var place = (kinds & WordKind.Location) != WordKind.None && (kinds & WordKind.Name) == WordKind.None;
        var before = start > 0 && words[start].Before == ' ' && Cues.In(Cues.PlaceBefore, Bytes(text, words[start - 1]));
        if (place || (before && unknown && (kinds & WordKind.Name) == WordKind.None))
        {
            text.Add(words[start].Start, words[end - 1].End, BuiltIn.Location, place ? 0.65f : 0.5f);
            return false;
        }
        text.Add(words[start].Start, words[end - 1].End, BuiltIn.Person, (kinds & WordKind.Name) != WordKind.None ? single ? 0.6f : 0.8f : 0.5f);
        return true;
    }

    private static bool AllCountry(ReadOnlySpan<Word> run)
    {
        var english = 0;
        foreach (ref readonly var word in run)
        {
            if ((word.Kind & WordKind.Country) == WordKind.None) return false;
            if (IsEnglishOnly(word)) english++;
        }
        return english < run.Length || run.Length == 2;
    }

    /// <summary>A word all in capitals is an acronym unless the lexicon knows it as a place, or it follows "in", "to" and the like.</summary>
    private static bool IsBelievedCapitals(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        var w = words[i];
        if (!w.AllCapitals) return true;
        if (w.Length < 4) return false;
        if ((w.Kind & WordKind.Location) != WordKind.None || ((w.Kind & WordKind.Name) != WordKind.None && w.Length >= 5)) return true;
        return w.Length >= 5 && i > 0 && words[i - 1].Line == w.Line && words[i - 1].Before == ' ' && !words[i - 1].Capital && Cues.In(Cues.PlaceBefore, Bytes(text, words[i - 1]));
    }


    private static bool FollowedByOrganization(in ScanText text, ReadOnlySpan<Word> words, int start, int end)
    {
        for (var i = start + 1; i < end; i++)
            if (Cues.In(Cues.OrganizationWords, Bytes(text, words[i]))) return !words[start].SentenceStart || (words[start].Kind & WordKind.Common) == WordKind.None;
        return false;
    }

    /// <summary>"my name is anna": lower-case names count after an unmistakable cue, or as a pair of names.</summary>
    private static int LowerCase(in ScanText text, ReadOnlySpan<Word> words, int i)
    {
        if (!NameIs(text, words, i))
        {
            var w = words[i];
            if (w.Length >= 5 && (w.Kind & WordKind.Country) != WordKind.None && (w.Kind & (WordKind.English | WordKind.Name)) == WordKind.None)
            {
                text.Add(w.Start, w.End, BuiltIn.Location, 0.5f);
                return i;
            }
            // "anna berg": two names side by side that are no other words.
            if (w.Length >= 3 && (w.Kind & WordKind.FirstName) != WordKind.None && (w.Kind & WordKind.English) == WordKind.None && i + 1 < words.Length && words[i + 1].Before == ' ' && words[i + 1].Line == w.Line)
            {
                var next = i + 1;
                if (words[next].Length == 1 && next + 1 < words.Length && words[next + 1].Line == w.Line) next++;
                if (!words[next].Number && words[next].Length >= 3 && (words[next].Kind & WordKind.LastName) != WordKind.None && (words[next].Kind & WordKind.Common) == WordKind.None)
                {
                    text.Add(w.Start, words[next].End, BuiltIn.Person, 0.6f);
                    return next;
                }
            }
            // "everyone calls me anna"
            if (i < 2 || !Bytes(text, words[i - 1]).SequenceEqual("me"u8) || !Bytes(text, words[i - 2]).StartsWith("call"u8) || (words[i].Kind & WordKind.English) != WordKind.None) return i;
            text.Add(words[i].Start, words[i].End, BuiltIn.Person, 0.6f);
            return i;
        }
        var end = i;
        while (end < words.Length && end - i < 3 && words[end].Line == words[i].Line && (end == i || words[end].Before == ' ') && (words[end].Kind & WordKind.English) == WordKind.None && !words[end].Number
            && !Cues.In(Cues.Function, Bytes(text, words[end]))) end++;
        if (end == i) return i;
        text.Add(words[i].Start, words[end - 1].End, BuiltIn.Person, 0.7f);
        return end - 1;
    }

    private static bool NameIs(in ScanText text, ReadOnlySpan<Word> words, int i) =>
        i >= 2 && words[i].Before is (byte)' ' or (byte)':' && words[i - 1].Line == words[i].Line
        && Bytes(text, words[i - 1]) is var is_ && (is_.SequenceEqual("is"u8) || is_.SequenceEqual("was"u8))
        && Bytes(text, words[i - 2]) is var name && name.Length == 4 && (name[0] | 0x20) == 'n' && name[1..].SequenceEqual("ame"u8);

    private static bool IsCued(in ScanText text, ReadOnlySpan<Word> words, int start)
    {
        if (NameIs(text, words, start)) return true;
        if (start == 0 || words[start].Before != ' ' || words[start - 1].Line != words[start].Line) return false;
        var before = Bytes(text, words[start - 1]);
        return before.SequenceEqual("by"u8) || before.SequenceEqual("hi"u8) || before.SequenceEqual("Hi"u8) || before.SequenceEqual("Dear"u8) || before.SequenceEqual("Hello"u8) || before.SequenceEqual("named"u8)
            || before.SequenceEqual("called"u8) || before.SequenceEqual("starring"u8) || Cues.In(Cues.Titles, before);
    }

    private static bool ActsLikePerson(in ScanText text, ReadOnlySpan<Word> words, int next)
    {
        if (next >= words.Length) return false;
        if (text.At(words[next - 1].End) is (byte)'\'' or 0xE2) return true;
        if (words[next].Before == ',') return true;
        var after = Bytes(text, words[next]);
        return after.SequenceEqual("is"u8) || after.SequenceEqual("was"u8) || after.SequenceEqual("has"u8) || after.SequenceEqual("had"u8) || after.SequenceEqual("lives"u8) || after.SequenceEqual("lived"u8)
            || after.SequenceEqual("said"u8) || after.SequenceEqual("began"u8) || after.SequenceEqual("works"u8) || after.SequenceEqual("worked"u8) || after.SequenceEqual("and"u8) || after.SequenceEqual("leader"u8);
    }

    /// <summary>"worked for … as Fumigator, but …", "as a nurse": the words after "as" up to the next mark.</summary>
    private static void JobTitles(in ScanText text, ReadOnlySpan<Word> words)
    {
        var works = -1;
        for (var i = 0; i + 1 < words.Length; i++)
        {
            if (words[i].SentenceStart) works = -1;
            var word = Bytes(text, words[i]);
            if (Cues.In(Cues.JobVerbs, word)) works = i;
            if (works < 0 || i - works > 12 || !word.SequenceEqual("as"u8)) continue;
            var start = i + 1;
            if (Bytes(text, words[start]) is var article && (article.SequenceEqual("a"u8) || article.SequenceEqual("an"u8) || article.SequenceEqual("the"u8))) start++;
            var end = start;
            while (end < words.Length && end - start < 5 && words[end].Line == words[i].Line && (end == start || words[end].Before == ' ') && !words[end].Number && (end == start || !Cues.In(Cues.Function, Bytes(text, words[end])))) end++;
            if (end > start && !Cues.In(Cues.Function, Bytes(text, words[start]))) text.Add(words[start].Start, words[end - 1].End, BuiltIn.JobTitle, 0.5f);
        }
    }

    private static bool IsPlain(Word w) => IsEnglishOnly(w) || (w.AllCapitals && (w.Length < 4 || (w.Kind & (WordKind.Name | WordKind.Location)) == WordKind.None));

    private static bool IsEnglishOnly(Word w) => (w.Kind & WordKind.English) != WordKind.None;

    private static ReadOnlySpan<byte> Bytes(in ScanText text, Word word) => text.Bytes[word.Start..word.End];
}
