using System.Text;

namespace Approvals.Policy.Cel;

/// <summary>CEL strings are sequences of Unicode code points; .NET strings of UTF-16 units. This maps one onto the other.</summary>
internal static class CodePoints
{
    /// <summary>Number of code points; a lone surrogate counts as one.</summary>
    internal static int Count(ReadOnlySpan<char> text)
    {
        var firstSurrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (firstSurrogate < 0)
        {
            return text.Length;
        }

        var count = firstSurrogate;
        foreach (var _ in text[firstSurrogate..].EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>The UTF-16 offset of a code point index, or -1 past the end. The index of the end itself is the length.</summary>
    internal static int Offset(ReadOnlySpan<char> text, long index)
    {
        if (index < 0 || index > text.Length)
        {
            return -1;
        }

        var offset = 0;
        for (; index > 0 && offset < text.Length; index--)
        {
            Rune.DecodeFromUtf16(text[offset..], out _, out var consumed);
            offset += consumed;
        }

        return index == 0 ? offset : -1;
    }

    /// <summary>Whether the text is well-formed UTF-16, hence Unicode text.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (at < 0)
            {
                return true;
            }

            if (Rune.DecodeFromUtf16(text[at..], out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[(at + consumed)..];
        }

        return true;
    }
}
