using Approvals.Redaction.Lexicon;

namespace Approvals.Redaction.Prose;

/// <summary>One word of a text: letters with inner apostrophes and hyphens, or a number.</summary>
internal struct Word
{
    public int Start;
    public int End;
    public WordKind Kind;
    public bool Capital;
    public bool AllCapitals;
    public bool Number;

    /// <summary>First word of a sentence or line, where a capital says nothing.</summary>
    public bool SentenceStart;

    /// <summary>What stands between the previous word and this one: a blank only, or the first other character.</summary>
    public byte Before;

    /// <summary>Line the word stands on.</summary>
    public int Line;

    public readonly int Length => End - Start;
}
