using System.Text;

namespace Approvals.Policy.Cel.Syntax;

/// <summary>The text of an expression, and how to point into it. Offsets are UTF-16 units; columns shown to people are code points.</summary>
internal sealed class SourceText(string text)
{
    // A longer line is shown from around the place.
    private const int ShownLength = 120;

    internal string Text { get; } = text;

    internal (int Line, int Column) Position(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var line = 1 + Text.AsSpan(0, offset).Count('\n');
        var start = LineStart(offset);
        return (line, 1 + CodePoints.Count(Text.AsSpan(start, offset - start)));
    }

    /// <summary>The message for people: place, reason, source line, caret.</summary>
    internal string Describe(int offset, string reason)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        var (line, column) = Position(offset);
        var start = LineStart(offset);
        var end = Text.IndexOf('\n', offset);
        end = end < 0 ? Text.Length : end;
        if (end - start > ShownLength)
        {
            start = Math.Max(start, offset - (ShownLength / 2));
            end = Math.Min(end, start + ShownLength);
        }

        var shown = new StringBuilder();
        var caret = new StringBuilder();
        var at = start;
        foreach (var rune in Text.AsSpan(start, end - start).EnumerateRunes())
        {
            shown.Append(Rune.IsControl(rune) ? " " : rune.ToString());
            if (at < offset)
            {
                caret.Append(' ');
            }

            at += rune.Utf16SequenceLength;
        }

        return $"{line}:{column}: {reason}\n | {shown}\n | {caret}^";
    }

    private int LineStart(int offset) => offset == 0 ? 0 : Text.LastIndexOf('\n', offset - 1) + 1;
}
