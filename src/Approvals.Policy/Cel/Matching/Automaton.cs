using System.Collections.Concurrent;
using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Matching;

/// <summary>
/// A state: where the program is, before assertions are decided, and what came before, which assertions look at.
/// </summary>
internal sealed class AutomatonState(int[] places, Before before, bool isMatch)
{
    internal int[] Places { get; } = places;

    internal Before Before { get; } = before;

    /// <summary>Whatever follows, the text matches.</summary>
    internal bool IsMatch { get; } = isMatch;

    /// <summary>States after each ASCII character, where known. Written once each; a race writes equal states.</summary>
    internal AutomatonState?[] Next { get; } = new AutomatonState?[isMatch ? 0 : Automaton.AsciiCount];

    /// <summary>Whether the text matches if it ends here.</summary>
    internal AtEnd AtEnd { get; set; }
}

internal enum AtEnd : byte
{
    Unknown,
    Matches,
    Fails,
}

internal enum Before : byte
{
    TextStart,
    Newline,
    WordCharacter,
    Other,
}

/// <summary>The deterministic automaton of a program, as far as texts have asked for it.</summary>
internal sealed class Automaton
{
    internal const int AsciiCount = 128;
    private const int End = -1;

    // A step that makes a new state, against one cost unit of a plain operator.
    private const int StepCost = 4;

    private static readonly AutomatonState Matched = new([], Before.Other, true);

    [ThreadStatic]
    private static Workspace? _workspace;

    private readonly PatternProgram _program;
    private readonly ConcurrentDictionary<(int Hash, Before Before), AutomatonState[]> _states = new();
    private int _size;

    internal Automaton(PatternProgram program)
    {
        _program = program;
        Start = new AutomatonState([program.Start], Before.TextStart, false);
    }

    internal AutomatonState Start { get; }

    /// <summary>Instructions named by all states together.</summary>
    internal int Size => Volatile.Read(ref _size);

    internal AutomatonState Step(AutomatonState state, int codePoint, ref CostMeter meter)
    {
        var workspace = _workspace ??= new Workspace();
        meter.Charge(StepCost + state.Places.Length);
        if (Close(workspace, state, codePoint))
        {
            return Remember(state, codePoint, Matched);
        }

        meter.Charge(2 * workspace.Closed.Count);
        workspace.Places.Clear(_program.Code.Length);
        workspace.Places.Add(_program.Start);
        foreach (var place in workspace.Closed.Members)
        {
            ref readonly var instruction = ref _program.Code[place];
            if (instruction.Op == PatternOp.OneOf && instruction.Set!.Contains(codePoint))
            {
                workspace.Places.Add(instruction.Next);
            }
        }

        var before = codePoint == '\n' ? Before.Newline : IsWordCharacter(codePoint) ? Before.WordCharacter : Before.Other;
        return Remember(state, codePoint, Intern(workspace.Places.Members, before));
    }

    internal bool MatchesAtEnd(AutomatonState state, ref CostMeter meter)
    {
        if (state.AtEnd == AtEnd.Unknown)
        {
            meter.Charge(1 + state.Places.Length);
            state.AtEnd = Close(_workspace ??= new Workspace(), state, End) ? AtEnd.Matches : AtEnd.Fails;
        }

        return state.AtEnd == AtEnd.Matches;
    }

    private static AutomatonState Remember(AutomatonState from, int codePoint, AutomatonState to)
    {
        if (codePoint < AsciiCount)
        {
            from.Next[codePoint] = to;
        }

        return to;
    }

    /// <summary>All instructions reached without taking a character, before the one that follows; true where one of them is the match.</summary>
    private bool Close(Workspace workspace, AutomatonState state, int following)
    {
        var code = _program.Code;
        workspace.Closed.Clear(code.Length);
        var pending = workspace.Pending;
        pending.Clear();
        foreach (var place in state.Places)
        {
            pending.Push(place);
        }

        while (pending.TryPop(out var place))
        {
            if (!workspace.Closed.Add(place))
            {
                continue;
            }

            ref readonly var instruction = ref code[place];
            switch (instruction.Op)
            {
                case PatternOp.Match:
                    return true;
                case PatternOp.Split:
                    pending.Push(instruction.Other);
                    pending.Push(instruction.Next);
                    break;
                case PatternOp.Assert when Holds(instruction.Assertion, state.Before, following):
                    pending.Push(instruction.Next);
                    break;
            }
        }

        return false;
    }

    private static bool Holds(Assertion assertion, Before before, int following) => assertion switch
    {
        Assertion.TextStart => before == Before.TextStart,
        Assertion.TextEnd => following == End,
        Assertion.LineStart => before is Before.TextStart or Before.Newline,
        Assertion.LineEnd => following is End or '\n',
        Assertion.WordBoundary => (before == Before.WordCharacter) != IsWordCharacter(following),
        _ => (before == Before.WordCharacter) == IsWordCharacter(following),
    };

    private static bool IsWordCharacter(int codePoint) => codePoint is >= 0 and < AsciiCount && (char.IsAsciiLetterOrDigit((char)codePoint) || codePoint == '_');

    private AutomatonState Intern(ReadOnlySpan<int> places, Before before)
    {
        var hash = new HashCode();
        foreach (var place in places)
        {
            hash.Add(place);
        }

        var key = (hash.ToHashCode(), before);
        if (_states.TryGetValue(key, out var known))
        {
            foreach (var candidate in known)
            {
                if (candidate.Places.AsSpan().SequenceEqual(places))
                {
                    return candidate;
                }
            }
        }

        var state = new AutomatonState(places.ToArray(), before, false);
        Interlocked.Add(ref _size, places.Length + AsciiCount);
        _states.AddOrUpdate(key, _ => [state], (_, others) => [.. others, state]);
        return state;
    }

    /// <summary>Sets to work with, kept by each thread: a step allocates nothing but new states.</summary>
    private sealed class Workspace
    {
        internal SparseSet Closed { get; } = new();

        internal SparseSet Places { get; } = new();

        internal Stack<int> Pending { get; } = new();
    }
}

/// <summary>A set of small integers in order of insertion, cleared in constant time. Source: P. Briggs, L. Torczon (1993).</summary>
internal sealed class SparseSet
{
    private int[] _dense = [];
    private int[] _sparse = [];

    internal int Count { get; private set; }

    internal ReadOnlySpan<int> Members => _dense.AsSpan(0, Count);

    internal void Clear(int capacity)
    {
        Count = 0;
        if (_dense.Length < capacity)
        {
            _dense = new int[capacity];
            _sparse = new int[capacity];
        }
    }

    internal bool Add(int value)
    {
        var at = _sparse[value];
        if (at < Count && _dense[at] == value)
        {
            return false;
        }

        _dense[Count] = value;
        _sparse[value] = Count++;
        return true;
    }
}
