using System.Diagnostics.CodeAnalysis;
using System.Text;
using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Matching;

/// <summary>
/// A compiled regular expression for <c>matches</c>, in the syntax of RE2. Time is linear in the text: the automaton is made deterministic
/// state by state as texts ask for it. Safe for any number of threads.
/// </summary>
internal sealed class Pattern
{
    /// <summary>Cost units of compiling one while evaluating, beside those for its size.</summary>
    internal const long CompileCost = 200;

    // Growing past this many instructions over all states, the automaton is thrown away and begun anew.
    private const int MaxAutomatonSize = 100_000;

    private readonly PatternProgram _program;
    private Automaton _automaton;

    private Pattern(PatternProgram program)
    {
        _program = program;
        _automaton = new Automaton(program);
    }

    /// <summary>Number of instructions, for charging.</summary>
    internal int Size => _program.Code.Length;

    internal static bool TryCompile(string text, [NotNullWhen(true)] out Pattern? pattern, [NotNullWhen(false)] out string? error)
    {
        try
        {
            pattern = new Pattern(PatternProgram.Compile(PatternParser.Parse(text)));
            error = null;
            return true;
        }
        catch (PatternException e)
        {
            pattern = null;
            error = e.Message;
            return false;
        }
    }

    /// <summary>Whether the pattern matches anywhere in the text.</summary>
    internal bool IsMatch(string text, ref CostMeter meter)
    {
        meter.ChargeText(text.Length);
        var automaton = _automaton;
        var state = automaton.Start;
        for (var at = 0; at < text.Length && !state.IsMatch;)
        {
            var c = text[at];
            if (c < Automaton.AsciiCount)
            {
                at++;
                state = state.Next[c] ?? automaton.Step(state, c, ref meter);
            }
            else
            {
                Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
                at += length;
                state = automaton.Step(state, rune.Value, ref meter);
            }
        }

        var matches = state.IsMatch || automaton.MatchesAtEnd(state, ref meter);
        if (automaton.Size > MaxAutomatonSize)
        {
            // A race drops one of two: either is right.
            _automaton = new Automaton(_program);
        }

        return matches;
    }
}
