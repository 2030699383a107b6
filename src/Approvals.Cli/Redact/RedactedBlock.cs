using System.Text;
using Approvals.Redaction;

namespace Approvals.Cli.Redact;

/// <summary>A block after redaction.</summary>
/// <param name="Text">What is written.</param>
/// <param name="Findings">What was found in it.</param>
/// <param name="Lines">The line of the stream that each finding begins on.</param>
/// <param name="Units">Length of the block in UTF-16 code units, by which findings of the next one are further into the stream; 0 where findings are placed in documents.</param>
internal readonly record struct RedactedBlock(ReadOnlyMemory<byte> Text, IReadOnlyList<Finding> Findings, IReadOnlyList<long> Lines, long Units)
{
    /// <summary>A block of text: the lines are told from the places of the findings.</summary>
    public static RedactedBlock OfText(Block block, Utf8Redaction redacted)
    {
        var text = block.Bytes.Span;
        var units = Encoding.UTF8.GetCharCount(text);
        if (redacted.Findings.Count == 0) return new RedactedBlock(redacted.Text, [], [], units);
        var lines = new long[redacted.Findings.Count];
        var line = block.Line;
        int at = 0, unit = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            for (; unit < redacted.Findings[i].Start; at++)
            {
                if (text[at] == '\n') line++;
                // Continuation bytes add nothing; a four-byte sequence is a surrogate pair.
                if ((text[at] & 0xC0) != 0x80) unit += text[at] >= 0xF0 ? 2 : 1;
            }
            lines[i] = line;
        }
        return new RedactedBlock(redacted.Text, redacted.Findings, lines, units);
    }
}
