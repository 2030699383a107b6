namespace Approvals.Policy.Cel.Matching;

internal enum PatternOp : byte
{
    /// <summary>Takes one code point of a set and goes on.</summary>
    OneOf,

    /// <summary>Goes on in two places at once.</summary>
    Split,

    /// <summary>Goes on if an assertion holds here.</summary>
    Assert,

    /// <summary>The text matches.</summary>
    Match,
}

internal readonly record struct PatternInstruction(PatternOp Op, int Next, int Other, CodePointSet? Set, Assertion Assertion);

/// <summary>
/// A nondeterministic automaton in the manner of Thompson: instructions that go on at <c>Next</c> and, for a split, at <c>Other</c>.
/// Source: R. Cox, "Regular Expression Matching: the Virtual Machine Approach".
/// </summary>
internal sealed class PatternProgram
{
    /// <summary>Counted repetitions are written out; this bounds how far.</summary>
    internal const int MaxInstructions = 5000;

    private readonly List<PatternInstruction> _code = [];

    private PatternProgram()
    {
    }

    internal PatternInstruction[] Code { get; private set; } = [];

    internal int Start { get; private set; }

    /// <exception cref="PatternException">The pattern is too large.</exception>
    internal static PatternProgram Compile(PatternNode node)
    {
        var program = new PatternProgram();
        var match = program.Add(new PatternInstruction(PatternOp.Match, -1, -1, null, default));
        program.Start = program.Emit(node, match);
        program.Code = [.. program._code];
        return program;
    }

    // From the end to the start: each piece is told where to go on.
    private int Emit(PatternNode node, int next)
    {
        switch (node)
        {
            case PatternNode.OneOf oneOf:
                return Add(new PatternInstruction(PatternOp.OneOf, next, -1, oneOf.Set, default));
            case PatternNode.Assert assert:
                return Add(new PatternInstruction(PatternOp.Assert, next, -1, null, assert.Kind));
            case PatternNode.Sequence sequence:
                for (var i = sequence.Parts.Length - 1; i >= 0; i--)
                {
                    next = Emit(sequence.Parts[i], next);
                }

                return next;
            case PatternNode.Choice choice:
                var start = Emit(choice.Options[^1], next);
                for (var i = choice.Options.Length - 2; i >= 0; i--)
                {
                    start = Add(new PatternInstruction(PatternOp.Split, Emit(choice.Options[i], next), start, null, default));
                }

                return start;
            case PatternNode.Repeat repeat:
                return EmitRepeat(repeat, next);
            default:
                return next;
        }
    }

    private int EmitRepeat(PatternNode.Repeat repeat, int next)
    {
        var at = next;
        if (repeat.Max < 0)
        {
            at = Add(new PatternInstruction(PatternOp.Split, -1, next, null, default));
            _code[at] = _code[at] with { Next = Emit(repeat.Part, at) };
        }

        for (var i = repeat.Min; i < repeat.Max; i++)
        {
            at = Add(new PatternInstruction(PatternOp.Split, Emit(repeat.Part, at), next, null, default));
        }

        for (var i = 0; i < repeat.Min; i++)
        {
            // Nothing, however often, is written once.
            var before = at;
            at = Emit(repeat.Part, at);
            if (at == before)
            {
                break;
            }
        }

        return at;
    }

    private int Add(PatternInstruction instruction)
    {
        if (_code.Count == MaxInstructions)
        {
            throw new PatternException("the pattern is too large: lower its repetition counts");
        }

        _code.Add(instruction);
        return _code.Count - 1;
    }
}
