using System.Globalization;

namespace Approvals.Policy.Cel.Matching;

// Escapes and character classes.
internal ref partial struct PatternParser
{
    private static readonly (int, int)[] Digits = [('0', '9')];
    private static readonly (int, int)[] Spaces = [('\t', '\n'), ('\f', '\r'), (' ', ' ')];
    private static readonly (int, int)[] WordCharacters = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

    private static readonly Dictionary<string, (int, int)[]> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = [('0', '9'), ('A', 'Z'), ('a', 'z')],
        ["alpha"] = [('A', 'Z'), ('a', 'z')],
        ["ascii"] = [(0, 0x7F)],
        ["blank"] = [('\t', '\t'), (' ', ' ')],
        ["cntrl"] = [(0, 0x1F), (0x7F, 0x7F)],
        ["digit"] = Digits,
        ["graph"] = [('!', '~')],
        ["lower"] = [('a', 'z')],
        ["print"] = [(' ', '~')],
        ["punct"] = [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ["space"] = [('\t', '\r'), (' ', ' ')],
        ["upper"] = [('A', 'Z')],
        ["word"] = WordCharacters,
        ["xdigit"] = [('0', '9'), ('A', 'F'), ('a', 'f')],
    };

    private PatternNode Escape()
    {
        var assertion = Peek(1) switch
        {
            'A' => Assertion.TextStart,
            'z' => Assertion.TextEnd,
            'b' => Assertion.WordBoundary,
            'B' => Assertion.NotWordBoundary,
            _ => (Assertion?)null,
        };
        if (assertion is { } kind)
        {
            _at += 2;
            return new PatternNode.Assert(kind);
        }

        return TryClassEscape(out var set) ? new PatternNode.OneOf(set) : One(EscapedCodePoint());
    }

    /// <summary>\d \D \s \S \w \W \pN \p{Name} \P…</summary>
    private bool TryClassEscape(out CodePointSet set)
    {
        var letter = Peek(1);
        (int, int)[]? ranges = letter switch
        {
            'd' or 'D' => Digits,
            's' or 'S' => Spaces,
            'w' or 'W' => WordCharacters,
            _ => null,
        };
        if (ranges is not null)
        {
            _at += 2;
            set = CodePointSet.Of(ranges);
            set = _ignoreCase ? UnicodeTables.FoldCase(set) : set;
            set = char.IsAsciiLetterUpper(letter) ? set.Negate() : set;
            return true;
        }

        if (letter is not ('p' or 'P'))
        {
            set = Any;
            return false;
        }

        _at += 2;
        var negate = letter == 'P';
        string name;
        if (TryTake("{"))
        {
            negate ^= TryTake("^");
            var length = _text[_at..].IndexOf('}');
            name = length < 0 ? "" : _text.Slice(_at, length).ToString();
            _at += Math.Max(length, 0) + 1;
        }
        else
        {
            name = AtEnd ? "" : Current.ToString();
            _at++;
        }

        set = UnicodeTables.Category(name)
            ?? throw Error("\\p{…} takes a general category such as L, Lu or Nd; scripts are not supported");
        set = _ignoreCase ? UnicodeTables.FoldCase(set) : set;
        set = negate ? set.Negate() : set;
        return true;
    }

    private int EscapedCodePoint()
    {
        _at++;
        if (AtEnd)
        {
            throw Error("a backslash at the end");
        }

        var c = _text[_at];
        switch (c)
        {
            case 'a' or 'f' or 't' or 'n' or 'r' or 'v':
                _at++;
                return c switch
                {
                    'a' => '\a',
                    'f' => '\f',
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    _ => '\v',
                };
            case 'x':
                _at++;
                return Hexadecimal();
            case '0':
                return Octal(3);
            case >= '1' and <= '7' when Peek(1) is >= '0' and <= '7':
                return Octal(3);
            case >= '1' and <= '9':
                throw Error("back-references are not supported");
            default:
                if (char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c))
                {
                    _at++;
                    return c;
                }

                throw Error("unknown escape");
        }
    }

    private int Octal(int maxDigits)
    {
        var value = 0;
        for (var i = 0; i < maxDigits && Current is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + (Current - '0');
            _at++;
        }

        return value;
    }

    private int Hexadecimal()
    {
        var digits = TryTake("{") ? _text[_at..].IndexOf('}') : 2;
        if (digits is < 1 or > 8 || _at + digits > _text.Length
            || !int.TryParse(_text.Slice(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > CodePointSet.MaxCodePoint)
        {
            throw Error("\\x takes two hexadecimal digits, or a code point in braces");
        }

        _at += digits;
        _at += _text[_at - digits - 1] == '{' ? 1 : 0;
        return value;
    }

    private CodePointSet Class()
    {
        var start = _at++;
        var negate = TryTake("^");
        var ranges = new List<(int, int)>();
        for (var isFirst = true; isFirst || Current != ']'; isFirst = false)
        {
            if (AtEnd)
            {
                _at = start;
                throw Error("a class without its ]");
            }

            if (TryTake("[:"))
            {
                Posix(ranges);
                continue;
            }

            if (Current == '\\' && TryClassEscape(out var set))
            {
                ranges.AddRange(set.Ranges);
                continue;
            }

            var first = ClassCodePoint();
            var last = first;
            if (Current == '-' && Peek(1) is not (']' or '\0'))
            {
                _at++;
                last = ClassCodePoint();
                if (last < first)
                {
                    throw Error("a range whose end comes before its start");
                }
            }

            ranges.Add((first, last));
        }

        _at++;
        var result = CodePointSet.Of(ranges);
        result = _ignoreCase ? UnicodeTables.FoldCase(result) : result;
        return negate ? result.Negate() : result;
    }

    private int ClassCodePoint()
    {
        if (Current != '\\')
        {
            return AtEnd ? throw Error("a class without its ]") : TakeCodePoint();
        }

        return Peek(1) is 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'p' or 'P'
            ? throw Error("a range must be between two characters")
            : EscapedCodePoint();
    }

    private void Posix(List<(int, int)> ranges)
    {
        var negate = TryTake("^");
        var length = _text[_at..].IndexOf(":]");
        if (length < 0 || !PosixClasses.TryGetValue(_text.Slice(_at, length).ToString(), out var found))
        {
            throw Error("an unknown class name between [: and :]");
        }

        _at += length + 2;
        ranges.AddRange(negate ? [.. CodePointSet.Of(found).Negate().Ranges] : found);
    }
}
