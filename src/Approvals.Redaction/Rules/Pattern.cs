using Approvals.Redaction.Scan;

namespace Approvals.Redaction.Rules;

/// <summary>
/// A compiled format in the rule language: literals, classes <c>[a-z0-9_-]</c> (also <c>\d</c>, <c>\w</c>, <c>\h</c> for hex, <c>\s</c> for a blank, <c>\n</c> for a blank or line end, <c>.</c> for any
/// printable ASCII), counts <c>{n}</c> <c>{n,m}</c> <c>?</c> <c>+</c> <c>*</c>, groups of literal alternatives <c>(a|b)</c>, <c>(?i)</c> in front for any
/// case, <c>&lt;</c> and <c>&gt;</c> around the part that is the value. It is smaller than a regular expression on purpose: no nesting, so matching
/// is a short loop with a step budget, and the leading literal feeds the prefilter.
/// </summary>
internal sealed class Pattern
{
    private const int Budget = 20_000;
    private const int Unbounded = 1 << 20;

    private static readonly ByteSet Digit = ByteSet.Range('0', '9');
    private static readonly ByteSet Letter = ByteSet.Range('a', 'z') | ByteSet.Range('A', 'Z') | ByteSet.Range('_', '_');
    private static readonly ByteSet Word = Digit | Letter;

    private readonly Step[] _steps;

    private Pattern(Step[] steps, bool ignoreCase)
    {
        _steps = steps;
        IgnoreCase = ignoreCase;
        Prefixes = FindPrefixes();
        LeadingDigits = FindLeadingDigits();
        LiteralLength = FindLiteralLength();
        Needle = FindNeedle();
        FirstRun = _steps.First(s => s.Kind is not (Kind.ValueStart or Kind.ValueEnd)) is { Kind: Kind.Class } first ? first.Min : 0;
    }

    private enum Kind
    {
        Class,
        Alternatives,
        ValueStart,
        ValueEnd,
    }

    public bool IgnoreCase { get; }

    /// <summary>Up to four leading bytes of every text this pattern can match, case-folded; empty if it starts with a wide class.</summary>
    public IReadOnlyList<byte[]> Prefixes { get; }

    /// <summary>Digits a match that begins with a digit has at least before anything but digits and the marks that group them.</summary>
    public int LeadingDigits { get; }

    /// <summary>How many leading bytes of the value are fixed text; the rest is what a placeholder test must look at.</summary>
    public int LiteralLength { get; }

    /// <summary>Something rare that every match holds; null when there is nothing.</summary>
    public Needle? Needle { get; }

    /// <summary>How often at least the class it begins with repeats.</summary>
    public int FirstRun { get; }

    /// <summary>Parses the rule language; <see cref="FormatException"/> names the place.</summary>
    public static Pattern Parse(string source)
    {
        var ignoreCase = source.StartsWith("(?i)", StringComparison.Ordinal);
        var parser = new PatternParser(source, ignoreCase ? 4 : 0, ignoreCase);
        var steps = new List<Step>();
        while (parser.More)
        {
            var (kind, set, alternatives) = parser.Atom();
            var (min, max) = parser.Count(Unbounded);
            var step = new Step(kind switch { 'c' => Kind.Class, 'a' => Kind.Alternatives, '<' => Kind.ValueStart, _ => Kind.ValueEnd }, set, alternatives, min, max);
            if (step.Kind == Kind.Alternatives && max > 1) throw new FormatException($"'{source}': a group may only be optional.");
            steps.Add(step);
        }
        if (steps.Count == 0) throw new FormatException("An empty pattern matches nothing.");
        if (steps.TrueForAll(s => s.Min == 0)) throw new FormatException($"'{source}' matches empty text.");
        return new Pattern(WithPossessive(steps), ignoreCase);
    }

    /// <summary>End of the match that begins at <paramref name="at"/>, or -1. The value span is the part inside <c>&lt;&gt;</c>, or all of it.</summary>
    public int Match(ReadOnlySpan<byte> text, int at, PatternRuns runs, out int valueStart, out int valueEnd)
    {
        valueStart = at;
        valueEnd = -1;
        var budget = Budget;
        var end = Match(text, at, runs, 0, ref budget, ref valueStart, ref valueEnd);
        if (end >= 0 && valueEnd < 0) valueEnd = end;
        return end;
    }

    /// <summary>What the first word of a match looks like: the lengths it can have, and what can begin it. Lets the filter skip rules without trying them.</summary>
    public FirstWord FirstToken(int maximum)
    {
        // Lengths that are still growing, as bits; a step that is no word character ends the word.
        UInt128 open = 1, closed = 0;
        bool digit = false, letter = false, atStart = true;
        var mask = (UInt128.One << (maximum + 1)) - 1;
        foreach (var step in _steps)
        {
            if (step.Kind is Kind.ValueStart or Kind.ValueEnd) continue;
            UInt128 next = step.Min == 0 ? open : 0;
            if (step.Kind == Kind.Alternatives)
            {
                foreach (var literal in step.Alternatives!)
                {
                    var word = 0;
                    while (word < literal.Length && ByteClass.IsWord(literal[word])) word++;
                    if (word == literal.Length) next |= open << word;
                    else closed |= open << word;
                    if (atStart) (digit, letter) = (digit || ByteClass.IsDigit(literal[0]), letter || ByteClass.IsLetter(literal[0]));
                }
            }
            else
            {
                var others = step.Set.Except(Word) != default;
                if (atStart) (digit, letter) = (digit || step.Set.Except(Digit) != step.Set, letter || step.Set.Except(Letter) != step.Set);
                if (others) closed |= open;
                if (step.Set.Except(Word) != step.Set)
                {
                    var grown = open;
                    for (var n = 1; n <= Math.Min(step.Max, maximum); n++)
                    {
                        grown = grown << 1 & mask;
                        if (n >= step.Min) next |= grown;
                        if (others) closed |= grown;
                    }
                }
            }
            open = next & mask;
            if (step.Min > 0) atStart = false;
            if (open == 0) break;
        }
        return new FirstWord((ulong)((closed | open) >> 1), digit, letter);
    }

    /// <summary>The bytes that can stand at each of the first places of a match; anything where a match can have ended before.</summary>
    public (ByteSet Set, bool Any)[] FirstBytes(int places)
    {
        var first = new (ByteSet Set, bool Any)[places];
        var seen = new HashSet<(int, int)>();
        Walk(0, 0);
        return first;

        void Walk(int step, int place)
        {
            if (place >= places || !seen.Add((step, place))) return;
            if (step == _steps.Length)
            {
                for (var i = place; i < places; i++) first[i].Any = true;
                return;
            }
            var s = _steps[step];
            if (s.Kind is Kind.ValueStart or Kind.ValueEnd)
            {
                Walk(step + 1, place);
            }
            else if (s.Kind == Kind.Alternatives)
            {
                foreach (var literal in s.Alternatives!)
                {
                    for (var i = 0; i < literal.Length && place + i < places; i++)
                    {
                        var one = ByteSet.Range((char)literal[i], (char)literal[i]);
                        first[place + i].Set |= IgnoreCase ? one.BothCases() : one;
                        if (literal[i] >= 128) first[place + i].Any = true;
                    }
                    Walk(step + 1, place + literal.Length);
                }
                if (s.Min == 0) Walk(step + 1, place);
            }
            else
            {
                for (var n = 0; n <= Math.Min(s.Max, places - place); n++)
                {
                    if (n >= s.Min) Walk(step + 1, place + n);
                    if (n < s.Max && place + n < places) first[place + n].Set |= s.Set;
                }
            }
        }
    }

    private int Match(ReadOnlySpan<byte> text, int at, PatternRuns runs, int step, ref int budget, ref int valueStart, ref int valueEnd)
    {
        if (step == _steps.Length) return EndsCleanly(text, at) ? at : -1;
        if (--budget < 0) return -1;
        ref readonly var s = ref _steps[step];
        switch (s.Kind)
        {
            case Kind.ValueStart:
                valueStart = at;
                return Match(text, at, runs, step + 1, ref budget, ref valueStart, ref valueEnd);
            case Kind.ValueEnd:
                var rest = Match(text, at, runs, step + 1, ref budget, ref valueStart, ref valueEnd);
                if (rest >= 0) valueEnd = at;
                return rest;
            case Kind.Alternatives:
                foreach (var literal in s.Alternatives!)
                {
                    if (!StartsWith(text[at..], literal)) continue;
                    var end = Match(text, at + literal.Length, runs, step + 1, ref budget, ref valueStart, ref valueEnd);
                    if (end >= 0) return end;
                }
                return s.Min == 0 ? Match(text, at, runs, step + 1, ref budget, ref valueStart, ref valueEnd) : -1;
            default:
                var limit = Math.Min(text.Length, at + s.Max);
                var i = runs.End(text, at, limit, s.Set);
                if (i - at < s.Min) return -1;
                // Where nothing that follows can begin inside the run, giving bytes back is of no use.
                if (s.Min == s.Max || s.Possessive) return Match(text, i, runs, step + 1, ref budget, ref valueStart, ref valueEnd);
                for (; i >= at + s.Min; i--)
                {
                    var end = Match(text, i, runs, step + 1, ref budget, ref valueStart, ref valueEnd);
                    if (end >= 0) return end;
                    if (budget < 0) return -1;
                }
                return -1;
        }
    }

    /// <summary>A match that ends in a word character must not run on in the middle of a word.</summary>
    private static bool EndsCleanly(ReadOnlySpan<byte> text, int end) =>
        end >= text.Length || end == 0 || !ByteClass.IsAlphanumeric(text[end]) || !ByteClass.IsAlphanumeric(text[end - 1]);

    private bool StartsWith(ReadOnlySpan<byte> text, byte[] literal) =>
        text.Length >= literal.Length && (IgnoreCase ? ByteClass.EqualsFolded(text[..literal.Length], literal) : text.StartsWith(literal));

    private int FindLiteralLength()
    {
        var length = 0;
        // Fixed text before the value is not part of it, whatever stands between them.
        foreach (var step in _steps[(Array.FindIndex(_steps, s => s.Kind == Kind.ValueStart) + 1)..])
        {
            if (step.Kind == Kind.Alternatives && step.Min == 1) length += step.Alternatives!.Max(a => a.Length);
            else if (step.Kind == Kind.Class && step.Min == 1 && step.Max == 1 && step.Set.FoldedMembers().Count == 1) length++;
            else break;
        }
        return length;
    }

    private Needle? FindNeedle()
    {
        if (IgnoreCase) return null;
        var shortest = _steps.Sum(s => s.Kind switch { Kind.Class => s.Min, Kind.Alternatives => s.Min * s.Alternatives!.Min(a => a.Length), _ => 0 });
        Needle? best = null;
        var reach = 0;
        var literal = new List<byte>();
        var literalReach = 0;
        foreach (var s in _steps)
        {
            if (s.Kind is Kind.ValueStart or Kind.ValueEnd) continue;
            var single = s.Kind == Kind.Class && s.Min == 1 && s.Max == 1 ? s.Set.Single() : (byte)0;
            if (single != 0)
            {
                if (literal.Count == 0) literalReach = reach;
                literal.Add(single);
                if (literal.Count >= 3 || literal is [(byte)'@']) Offer(new Needle([[.. literal]], 0, literalReach, shortest), literal.Count >= 3 ? 2 : 1);
            }
            else
            {
                literal.Clear();
                if (s.Kind == Kind.Alternatives && s.Min == 1 && s.Alternatives!.Length <= 4 && s.Alternatives.All(a => a.Length >= 3)) Offer(new Needle(s.Alternatives, 0, reach, shortest), 2);
                if (s.Kind == Kind.Class && s.Min >= ShortestRun && reach < FarthestNeedle && s.Set.Except(Base64) == default) Offer(new Needle([], s.Min, reach, shortest), 3);
            }
            // A beginning of any length: names of hosts and the like are shorter than this.
            reach = Math.Min(FarthestNeedle, reach + (s.Kind == Kind.Alternatives ? s.Alternatives!.Max(a => a.Length) : s.Max));
        }
        return best;

        void Offer(Needle needle, int worth)
        {
            // The same literal, one byte longer, is better as well.
            if (needle.Reach > 0 && (best is null || worth > Worth(best) || (worth == 2 && best.Run == 0 && best.Reach == needle.Reach && best.Literals.Length == 1 && needle.Literals.Length == 1))) best = needle;
        }

        static int Worth(Needle needle) => needle.Run > 0 ? 3 : needle.Literals[0].Length >= 3 ? 2 : 1;
    }

    private const int ShortestRun = 32;
    private const int FarthestNeedle = 128;

    private static readonly ByteSet Base64 = ByteSet.Range('a', 'z') | ByteSet.Range('A', 'Z') | ByteSet.Range('0', '9') | ByteSet.Range('_', '_') | ByteSet.Range('-', '-') | ByteSet.Range('+', '+') | ByteSet.Range('/', '/');

    private int FindLeadingDigits()
    {
        var count = 0;
        var digits = ByteSet.Range('0', '9');
        var marks = ByteSet.Range(' ', ' ') | ByteSet.Range('\t', '\t') | ByteSet.Range('-', '/') | ByteSet.Range('(', ')') | ByteSet.Range(':', ':');
        foreach (var step in _steps)
        {
            if (step.Kind is Kind.ValueStart or Kind.ValueEnd) continue;
            if (step.Kind == Kind.Alternatives)
            {
                // Literals of digits count with the shortest of them; anything else ends the run.
                if (!step.Alternatives!.All(a => a.All(b => digits.Contains(b)))) break;
                count += step.Min * step.Alternatives!.Min(a => a.Length);
            }
            else if (step.Set.Except(digits) == default) count += step.Min;
            else if (step.Set.Except(marks) != default || step.Max > 2) break;
        }
        return count;
    }

    private List<byte[]> FindPrefixes()
    {
        List<byte[]> prefixes = [[]];
        foreach (var step in _steps)
        {
            if (step.Kind is Kind.ValueStart or Kind.ValueEnd) continue;
            if (prefixes.TrueForAll(p => p.Length >= 4) || step.Min == 0) break;
            var next = new List<byte[]>();
            if (step.Kind == Kind.Alternatives)
            {
                foreach (var prefix in prefixes)
                    foreach (var literal in step.Alternatives!)
                        next.Add([.. prefix, .. literal]);
            }
            else
            {
                var members = step.Set.FoldedMembers();
                if (members.Count > 8) break;
                next = prefixes;
                for (var n = 0; n < Math.Min(step.Min, 4); n++)
                {
                    var longer = new List<byte[]>();
                    foreach (var prefix in next)
                        foreach (var member in members)
                            longer.Add([.. prefix, member]);
                    next = longer;
                    if (next.Count > 256) break;
                }
            }
            if (next.Count > 256) break;
            prefixes = next;
            if (step.Kind == Kind.Class && step.Min != step.Max) break;
        }
        var result = new List<byte[]>();
        foreach (var prefix in prefixes)
        {
            var folded = prefix.AsSpan(0, Math.Min(4, prefix.Length)).ToArray();
            for (var i = 0; i < folded.Length; i++) folded[i] = ByteClass.Fold(folded[i]);
            if (folded.Length >= 2 && !result.Exists(r => r.AsSpan().SequenceEqual(folded))) result.Add(folded);
        }
        return prefixes.Exists(p => p.Length < 2) ? [] : result;
    }

    /// <summary>Marks the classes whose run the next step cannot share, so that only all of it can match.</summary>
    private static Step[] WithPossessive(List<Step> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Kind != Kind.Class || steps[i].Min == steps[i].Max) continue;
            var next = i + 1;
            while (next < steps.Count && steps[next].Kind is Kind.ValueStart or Kind.ValueEnd) next++;
            if (next == steps.Count || steps[next].Min == 0) continue;
            var set = steps[i].Set;
            var apart = steps[next].Kind == Kind.Class ? steps[next].Set.Except(set) == steps[next].Set : steps[next].Alternatives!.All(a => !set.Contains(a[0]) && !set.Contains(ByteClass.Fold(a[0])) && !set.BothCases().Contains(a[0]));
            if (apart) steps[i] = steps[i] with { Possessive = true };
        }
        return [.. steps];
    }

    private readonly record struct Step(Kind Kind, ByteSet Set, byte[][]? Alternatives, int Min, int Max, bool Possessive = false);
}

/// <summary>See <see cref="Pattern.FirstToken"/>. Bit n-1 of <paramref name="Lengths"/>: it can be n bytes long.</summary>
internal readonly record struct FirstWord(ulong Lengths, bool Digit, bool Letter);
