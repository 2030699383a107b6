using System.Text;

namespace Approvals.Workflow.Text;

/// <summary>
/// Finds homoglyph tricks (Unicode Technical Standard 39): words that mix scripts (<c>pаypal</c> with a Cyrillic а), and words of
/// one other script made of nothing but letters that look Latin (<c>сору</c>).
/// </summary>
internal static class MixedScripts
{
    /// <summary>Lower- and upper-case letters outside Latin that a reader takes for Latin ones (UTS 39 confusables, the identical-looking ones).</summary>
    private const string LooksLatin =
        "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅԌԚԜ" + "αικνορυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ" + "օսցոհՕՍ";

    /// <summary>Where the letters stand that do not belong, as UTF-16 offsets; <see langword="null"/> when there are none.</summary>
    public static HashSet<int>? FindStrangers(string text)
    {
        HashSet<int>? strangers = null;
        var word = new List<(int At, string? Script, bool LooksLatin)>();
        for (int at = 0; at < text.Length;)
        {
            bool isValid = Rune.TryGetRuneAt(text, at, out Rune rune);
            if (isValid && Rune.IsLetter(rune))
                word.Add((at, ScriptRanges.Of(rune.Value), rune.IsBmp && LooksLatin.Contains((char)rune.Value)));
            else
                Judge(word, ref strangers);
            at += isValid ? rune.Utf16SequenceLength : 1;
        }

        Judge(word, ref strangers);
        return strangers;
    }

    private static void Judge(List<(int At, string? Script, bool LooksLatin)> word, ref HashSet<int>? strangers)
    {
        bool isAscii = word.TrueForAll(letter => letter.Script == "Latin");
        if (!isAscii)
        {
            string[] scripts = [.. word.Select(letter => letter.Script).OfType<string>().Distinct()];
            bool isDisguised = scripts.Length == 1 && word.Count > 1 && word.TrueForAll(letter => letter.LooksLatin);
            bool isFancy = scripts is ["full-width Latin" or "mathematical"];
            if (scripts.Length > 1 || isDisguised || isFancy)
            {
                foreach ((int at, string? script, _) in word)
                {
                    if (script != "Latin") (strangers ??= []).Add(at);
                }
            }
        }

        word.Clear();
    }
}
