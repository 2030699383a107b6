using System.Text;

namespace Approvals.Policy.Cel.Matching;

/// <summary>A mistake in a regular expression; the message says what and where.</summary>
internal sealed class PatternException(string reason) : Exception(reason);

/// <summary>
/// Parses the syntax of RE2 (github.com/google/re2/wiki/Syntax). Not supported: scripts in <c>\p{…}</c> (categories are), and <c>\C</c>.
/// </summary>
internal ref partial struct PatternParser
{
    internal const int MaxLength = 1000;
    private const int MaxRepeat = 1000;
    private const int MaxDepth = 100;

    private static readonly CodePointSet Any = CodePointSet.Of([(0, CodePointSet.MaxCodePoint)]);
    private static readonly CodePointSet NotNewline = CodePointSet.Of('\n').Negate();

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _multiline;
    private bool _dotAll;

    private PatternParser(ReadOnlySpan<char> text) => _text = text;

    /// <exception cref="PatternException">The text is no regular expression of RE2.</exception>
    internal static PatternNode Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            throw new PatternException($"the pattern is longer than {MaxLength} characters");
        }

        if (!CodePoints.IsWellFormed(text))
        {
            throw new PatternException("the pattern holds half of a surrogate pair");
        }

        var parser = new PatternParser(text);
        var node = parser.Choice();
        return parser._at == text.Length ? node : throw parser.Error("unexpected )");
    }

    private readonly bool AtEnd => _at >= _text.Length;

    private readonly char Current => AtEnd ? '\0' : _text[_at];

    private readonly char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private readonly PatternException Error(string reason) => new($"the pattern is no RE2 regular expression: {reason} at character {_at + 1}");

    private bool TryTake(string expected)
    {
        if (!_text[_at..].StartsWith(expected))
        {
            return false;
        }

        _at += expected.Length;
        return true;
    }

    private int TakeCodePoint()
    {
        Rune.DecodeFromUtf16(_text[_at..], out var rune, out var length);
        _at += length;
        return rune.Value;
    }

    private PatternNode Choice()
    {
        if (++_depth > MaxDepth)
        {
            throw Error($"groups nest deeper than {MaxDepth}");
        }

        // Flags set inside a group end with it.
        var (ignoreCase, multiline, dotAll) = (_ignoreCase, _multiline, _dotAll);
        var options = new List<PatternNode> { Sequence() };
        while (TryTake("|"))
        {
            options.Add(Sequence());
        }

        (_ignoreCase, _multiline, _dotAll) = (ignoreCase, multiline, dotAll);
        _depth--;
        return options.Count == 1 ? options[0] : new PatternNode.Choice([.. options]);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (!AtEnd && Current is not ('|' or ')'))
        {
            if (TryTake("\\Q"))
            {
                Quoted(parts);
            }
            else
            {
                parts.Add(Repeated(Atom()));
            }
        }

        return parts.Count switch
        {
            0 => new PatternNode.Empty(),
            1 => parts[0],
            _ => new PatternNode.Sequence([.. parts]),
        };
    }

    // \Q…\E: a repetition after it is of its last character alone.
    private void Quoted(List<PatternNode> parts)
    {
        var any = false;
        while (!AtEnd && !TryTake("\\E"))
        {
            any = true;
            parts.Add(One(TakeCodePoint()));
        }

        if (any && parts.Count > 0)
        {
            parts[^1] = Repeated(parts[^1]);
        }
    }

    private PatternNode Repeated(PatternNode part)
    {
        if (!TryRepetition(out var min, out var max))
        {
            return part;
        }

        // Lazy or greedy: for yes or no it is the same.
        TryTake("?");
        if (TryRepetition(out _, out _))
        {
            throw Error("a repetition of a repetition; put the inner one in a group");
        }

        return part is PatternNode.Empty ? part : new PatternNode.Repeat(part, min, max);
    }

    private bool TryRepetition(out int min, out int max)
    {
        (min, max) = (0, -1);
        switch (Current)
        {
            case '*':
                _at++;
                return true;
            case '+':
                _at++;
                min = 1;
                return true;
            case '?':
                _at++;
                max = 1;
                return true;
            case '{':
                return TryCounted(out min, out max);
            default:
                return false;
        }
    }

    // {n}, {n,}, {n,m}; anything else in braces is literal text.
    private bool TryCounted(out int min, out int max)
    {
        var start = _at++;
        (min, max) = (0, -1);
        if (TryNumber(out min))
        {
            max = min;
            if (TryTake(","))
            {
                max = Current == '}' ? -1 : TryNumber(out var upper) ? upper : -2;
            }

            if (max != -2 && TryTake("}"))
            {
                return min <= MaxRepeat && max <= MaxRepeat && (max < 0 || min <= max)
                    ? true
                    : throw Error($"a repetition counts up to {MaxRepeat}, the lower number first");
            }
        }

        _at = start;
        return false;
    }

    private bool TryNumber(out int number)
    {
        var start = _at;
        number = 0;
        while (char.IsAsciiDigit(Current))
        {
            number = Math.Min((number * 10) + (Current - '0'), MaxRepeat + 1);
            _at++;
        }

        return _at > start;
    }

    private PatternNode Atom()
    {
        switch (Current)
        {
            case '(':
                return Group();
            case '[':
                return new PatternNode.OneOf(Class());
            case '.':
                _at++;
                return new PatternNode.OneOf(_dotAll ? Any : NotNewline);
            case '^':
                _at++;
                return new PatternNode.Assert(_multiline ? Assertion.LineStart : Assertion.TextStart);
            case '$':
                _at++;
                return new PatternNode.Assert(_multiline ? Assertion.LineEnd : Assertion.TextEnd);
            case '*' or '+' or '?':
                throw Error("nothing to repeat");
            case '\\':
                return Escape();
            case '{' when TryCounted(out _, out _):
                throw Error("nothing to repeat");
            default:
                return One(TakeCodePoint());
        }
    }

    private readonly PatternNode.OneOf One(int codePoint)
    {
        var set = CodePointSet.Of(codePoint);
        return new PatternNode.OneOf(_ignoreCase ? UnicodeTables.FoldCase(set) : set);
    }

    private PatternNode Group()
    {
        _at++;
        var outer = (_ignoreCase, _multiline, _dotAll);
        if (TryTake("?"))
        {
            if (TryTake("P<") || (Current == '<' && Peek(1) is not ('=' or '!') && TryTake("<")))
            {
                GroupName();
            }
            else if (!Flags())
            {
                // (?i): for the rest of the group around it.
                return new PatternNode.Empty();
            }
        }

        var node = Choice();
        if (!TryTake(")"))
        {
            throw Error("a group without its )");
        }

        (_ignoreCase, _multiline, _dotAll) = outer;
        return node;
    }

    private void GroupName()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
        {
            _at++;
        }

        if (_at == start || !TryTake(">"))
        {
            throw Error("a group's name is letters, digits and _ between < and >");
        }
    }

    /// <summary>Reads flags up to <c>:</c> (true: a group follows) or <c>)</c> (false: that was all).</summary>
    private bool Flags()
    {
        var value = true;
        var any = false;
        while (true)
        {
            var flag = Current;
            _at++;
            switch (flag)
            {
                case 'i':
                    _ignoreCase = value;
                    break;
                case 'm':
                    _multiline = value;
                    break;
                case 's':
                    _dotAll = value;
                    break;
                case 'U':
                    // Swaps lazy and greedy, which is the same here.
                    break;
                case '-' when value:
                    value = false;
                    any = false;
                    continue;
                case ':' when any || value:
                    return true;
                case ')' when any:
                    return false;
                default:
                    _at--;
                    throw Error("only groups (…), (?:…), (?P<name>…) and the flags i, m, s, U are known: no look-around, no back-references");
            }

            any = true;
        }
    }
}
