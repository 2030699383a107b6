namespace Approvals.Policy.Cel.Matching;

/// <summary>The tree of a regular expression. Groups leave no trace: <c>matches</c> asks for yes or no only.</summary>
internal abstract record PatternNode
{
    internal sealed record Empty : PatternNode;

    internal sealed record OneOf(CodePointSet Set) : PatternNode;

    internal sealed record Sequence(PatternNode[] Parts) : PatternNode;

    internal sealed record Choice(PatternNode[] Options) : PatternNode;

    /// <summary>From <paramref name="Min"/> to <paramref name="Max"/> times; -1 for no end.</summary>
    internal sealed record Repeat(PatternNode Part, int Min, int Max) : PatternNode;

    internal sealed record Assert(Assertion Kind) : PatternNode;
}

internal enum Assertion
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NotWordBoundary,
}
