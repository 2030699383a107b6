using System.Globalization;
using System.Text;

namespace Approvals.Workflow.Text;

/// <summary>A run of text that shows itself, or one character that does not and is shown by its name.</summary>
/// <param name="Why"><see langword="null"/> for ordinary text; otherwise what the character is, for a reader.</param>
public readonly record struct TextRun(string Text, string? Why)
{
    public bool IsOdd => Why is not null;
}

/// <summary>
/// Makes visible what text can hide from a reviewer (Unicode Technical Report 36, Trojan Source): bidirectional controls, zero-width and
/// other invisible characters, control characters, look-alike spaces, and letters of another script inside a word. For pages and messages alike.
/// </summary>
public static class VisibleText
{
    /// <summary>Combining marks beyond so many on one letter draw over the lines around them.</summary>
    private const int MaxMarks = 3;

    /// <summary>The text in runs. Line feeds and tabs are ordinary; everything else invisible becomes a run of its own, as <c>⟦U+202E⟧</c>.</summary>
    public static List<TextRun> Split(string text)
    {
        HashSet<int>? strangers = MixedScripts.FindStrangers(text);
        var runs = new List<TextRun>();
        var plain = new StringBuilder();
        int marks = 0;
        bool afterSymbol = false;
        for (int at = 0; at < text.Length;)
        {
            bool isValid = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = isValid ? rune.Utf16SequenceLength : 1;
            int value = isValid ? rune.Value : text[at];
            UnicodeCategory category = isValid ? Rune.GetUnicodeCategory(rune) : UnicodeCategory.Surrogate;
            marks = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;

            string? why = value == 0xFE0F && afterSymbol ? null : Oddity(value, category, marks);
            if (why is null && strangers?.Contains(at) == true) why = $"{ScriptRanges.Of(value)} letter in a word of another script";
            if (why is null)
            {
                plain.Append(text, at, length);
            }
            else
            {
                if (plain.Length > 0) runs.Add(new TextRun(plain.ToString(), null));
                plain.Clear();
                bool isLetter = strangers?.Contains(at) == true;
                runs.Add(new TextRun((isLetter ? text.Substring(at, length) : "") + $"⟦U+{value:X4}⟧", why));
            }

            afterSymbol = category is UnicodeCategory.OtherSymbol;
            at += length;
        }

        if (plain.Length > 0) runs.Add(new TextRun(plain.ToString(), null));
        return runs;
    }

    /// <summary>The same as one string, for titles and logs.</summary>
    public static string Show(string text) => string.Concat(Split(text).Select(run => run.Text));

    /// <summary>What a character hides, or <see langword="null"/> when it shows itself.</summary>
    private static string? Oddity(int value, UnicodeCategory category, int marks) => value switch
    {
        '\n' or '\t' => null,
        0x202A or 0x202B or 0x202D or 0x202E or 0x202C => "bidirectional override: reorders the text around it",
        0x2066 or 0x2067 or 0x2068 or 0x2069 => "bidirectional isolate: reorders the text around it",
        0x200E or 0x200F or 0x061C => "bidirectional mark: invisible",
        0x200B or 0x200C or 0x200D or 0x2060 or 0xFEFF => "zero-width character: invisible",
        0x00AD => "soft hyphen: invisible",
        0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 => "blank letter: invisible",
        >= 0xFE00 and <= 0xFE0F or >= 0xE0100 and <= 0xE01EF or >= 0x180B and <= 0x180F => "variation selector: invisible",
        >= 0xE0000 and <= 0xE007F => "tag character: invisible",
        _ => category switch
        {
            UnicodeCategory.Control => "control character",
            UnicodeCategory.Format => "format character: invisible",
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => "line separator",
            UnicodeCategory.SpaceSeparator when value != ' ' => "unusual space",
            UnicodeCategory.PrivateUse => "private-use character: looks different everywhere",
            UnicodeCategory.Surrogate => "broken character",
            UnicodeCategory.OtherNotAssigned => "unassigned character",
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark when marks > MaxMarks => "stacked mark",
            _ => null,
        },
    };
}
