using System.Text;

namespace Approvals.Redaction.Rules;

/// <summary>Reads one atom and one count at a time from the rule language.</summary>
internal sealed class PatternParser(string source, int position, bool ignoreCase)
{
    private int _position = position;
    private bool _marker;

    public bool More => _position < source.Length;

    public (char Kind, ByteSet Set, byte[][]? Alternatives) Atom()
    {
        var c = source[_position++];
        _marker = c is '<' or '>';
        switch (c)
        {
            case '<' or '>': return (c, default, null);
            case '[': return ('c', Class(), null);
            case '(': return ('a', default, Group());
            case '.': return ('c', ByteSet.Range('!', '~'), null);
            case '\\': return ('c', Escape(), null);
            case '{' or '}' or '?' or '+' or '*' or ']' or ')' or '|': throw Error($"stray '{c}'");
            default: return ('c', Literal(c), null);
        }
    }

    public (int Min, int Max) Count(int unbounded)
    {
        if (_marker || !More) return (1, 1);
        switch (source[_position])
        {
            case '?': _position++; return (0, 1);
            case '+': _position++; return (1, unbounded);
            case '*': _position++; return (0, unbounded);
            case '{': break;
            default: return (1, 1);
        }
        var close = source.IndexOf('}', _position);
        if (close < 0) throw Error("count without '}'");
        var parts = source[(_position + 1)..close].Split(',');
        _position = close + 1;
        if (!int.TryParse(parts[0], out var min) || min < 0) throw Error("bad count");
        var max = parts.Length == 1 ? min : parts[1].Length == 0 ? unbounded : int.TryParse(parts[1], out var m) ? m : -1;
        if (max < min || max > unbounded || parts.Length > 2) throw Error("bad count");
        return (min, max);
    }

    private ByteSet Class()
    {
        var set = default(ByteSet);
        // "[^...]" is any printable ASCII but these; never a blank, so that a match stays within one word of a line.
        var negated = More && source[_position] == '^';
        if (negated) _position++;
        while (true)
        {
            if (!More) throw Error("class without ']'");
            var c = source[_position++];
            if (c == ']') return negated ? ByteSet.Range('!', '~').Except(set) : set;
            if (c == '\\')
            {
                set |= Escape();
                continue;
            }
            if (_position + 1 < source.Length && source[_position] == '-' && source[_position + 1] != ']')
            {
                var last = source[_position + 1];
                if (last < c) throw Error("range runs backwards");
                set |= ByteSet.Range(c, last);
                _position += 2;
            }
            else
            {
                set |= ByteSet.Range(c, c);
            }
            if (ignoreCase) set = set.BothCases();
        }
    }

    private ByteSet Escape()
    {
        if (!More) throw Error("escape at the end");
        var c = source[_position++];
        return c switch
        {
            'd' => ByteSet.Range('0', '9'),
            'w' => ByteSet.Range('0', '9') | ByteSet.Range('A', 'Z') | ByteSet.Range('a', 'z') | ByteSet.Range('_', '_'),
            'h' => ByteSet.Range('0', '9') | ByteSet.Range('A', 'F') | ByteSet.Range('a', 'f'),
            'a' => ByteSet.Range('0', '9') | ByteSet.Range('A', 'Z') | ByteSet.Range('a', 'z'),
            's' => ByteSet.Range(' ', ' ') | ByteSet.Range('\t', '\t'),
            'n' => ByteSet.Range(' ', ' ') | ByteSet.Range('\t', '\t') | ByteSet.Range('\n', '\n') | ByteSet.Range('\r', '\r'),
            _ => Literal(c),
        };
    }

    private byte[][] Group()
    {
        var alternatives = new List<byte[]>();
        var current = new StringBuilder();
        while (true)
        {
            if (!More) throw Error("group without ')'");
            var c = source[_position++];
            if (c is '|' or ')')
            {
                if (current.Length == 0) throw Error("empty alternative");
                alternatives.Add(Encoding.UTF8.GetBytes(ignoreCase ? current.ToString().ToLowerInvariant() : current.ToString()));
                current.Clear();
                if (c == ')') break;
                continue;
            }
            if (c == '\\' && More) c = source[_position++];
            else if (c is '[' or '(' or '{' or '?' or '*' or '+') throw Error("groups hold literals only");
            current.Append(c);
        }
        // Longest first, so that "test_pub" is tried before "test".
        alternatives.Sort((x, y) => y.Length.CompareTo(x.Length));
        return [.. alternatives];
    }

    private ByteSet Literal(char c)
    {
        if (c is < ' ' or > '~') throw Error("patterns are printable ASCII");
        var set = ByteSet.Range(c, c);
        return ignoreCase ? set.BothCases() : set;
    }

    private FormatException Error(string what) => new($"Pattern '{source}' at {_position}: {what}.");
}
