using System.Buffers;
using System.Text;

namespace Approvals.Policy.Cel.Syntax;

/// <summary>Cuts the source into tokens, by the lexis of the language definition ("Syntax").</summary>
internal ref struct Lexer(SourceText source)
{
    private static readonly SearchValues<char> QuotedIdentCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/ ");

    private readonly string _text = source.Text;
    private int _at;

    internal Token Next()
    {
        SkipSpace();
        if (_at >= _text.Length)
        {
            return new Token(TokenKind.End, _text.Length, _text.Length);
        }

        var start = _at;
        var c = _text[_at];
        if (IsStringStart(out var prefixLength, out var isBytes))
        {
            return String(start, prefixLength, isBytes);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            return Word(start);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
        {
            return Number(start);
        }

        return c == '`' ? QuotedIdent(start) : Punctuation(start, c);
    }

    private readonly char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void SkipSpace()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (_text[_at] == '/' && Peek(1) == '/')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    // BYTES_LIT ::= [bB] STRING_LIT; STRING_LIT ::= [rR]? quotes
    private readonly bool IsStringStart(out int prefixLength, out bool isBytes)
    {
        prefixLength = 0;
        isBytes = Peek(0) is 'b' or 'B';
        prefixLength += isBytes ? 1 : 0;
        prefixLength += Peek(prefixLength) is 'r' or 'R' ? 1 : 0;
        return Peek(prefixLength) is '"' or '\'';
    }

    private Token String(int start, int prefixLength, bool isBytes)
    {
        var isRaw = prefixLength > 0 && _text[start + prefixLength - 1] is 'r' or 'R';
        _at += prefixLength;
        var quote = _text[_at];
        var isTriple = Peek(1) == quote && Peek(2) == quote;
        _at += isTriple ? 3 : 1;
        while (true)
        {
            if (_at >= _text.Length || (!isTriple && _text[_at] is '\n' or '\r'))
            {
                throw new CelSyntaxException("invalid_literal", $"this string has no closing {(isTriple ? new string(quote, 3) : quote)}", source, start);
            }

            if (_text[_at] == '\\' && !isRaw)
            {
                _at += 2;
            }
            else if (_text[_at] == quote && (!isTriple || (Peek(1) == quote && Peek(2) == quote)))
            {
                _at += isTriple ? 3 : 1;
                return new Token(isBytes ? TokenKind.Bytes : TokenKind.String, start, _at);
            }
            else
            {
                _at++;
            }
        }
    }

    private Token Word(int start)
    {
        while (char.IsAsciiLetterOrDigit(Peek(0)) || Peek(0) == '_')
        {
            _at++;
        }

        var kind = _text.AsSpan(start, _at - start) switch
        {
            "true" => TokenKind.True,
            "false" => TokenKind.False,
            "null" => TokenKind.Null,
            "in" => TokenKind.In,
            _ => TokenKind.Ident,
        };
        return new Token(kind, start, _at);
    }

    private Token Number(int start)
    {
        if (_text[_at] == '0' && Peek(1) is 'x' or 'X' && char.IsAsciiHexDigit(Peek(2)))
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek(0)))
            {
                _at++;
            }

            return EndInteger(start);
        }

        SkipDigits();
        var isDouble = false;
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            isDouble = true;
            _at++;
            SkipDigits();
        }

        var sign = Peek(1) is '+' or '-' ? 1 : 0;
        if (Peek(0) is 'e' or 'E' && char.IsAsciiDigit(Peek(1 + sign)))
        {
            isDouble = true;
            _at += 1 + sign;
            SkipDigits();
        }

        return isDouble ? new Token(TokenKind.Double, start, _at) : EndInteger(start);
    }

    private Token EndInteger(int start)
    {
        var isUnsigned = Peek(0) is 'u' or 'U';
        _at += isUnsigned ? 1 : 0;
        return new Token(isUnsigned ? TokenKind.Uint : TokenKind.Int, start, _at);
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
        {
            _at++;
        }
    }

    // ESC_IDENT: letters, digits and _ . - / space between backquotes; allowed as a field name only.
    private Token QuotedIdent(int start)
    {
        var length = _text.AsSpan(start + 1).IndexOfAnyExcept(QuotedIdentCharacters);
        if (length < 1 || _text[start + 1 + length] != '`')
        {
            throw new CelSyntaxException(
                "syntax", "a quoted field name holds letters, digits and _ . - / space between two backquotes; write m['…'] for others", source, start);
        }

        _at = start + length + 2;
        return new Token(TokenKind.QuotedIdent, start, _at);
    }

    private Token Punctuation(int start, char c)
    {
        var next = Peek(1);
        var (kind, length) = c switch
        {
            '.' => (TokenKind.Dot, 1),
            ',' => (TokenKind.Comma, 1),
            ':' => (TokenKind.Colon, 1),
            '?' => (TokenKind.Question, 1),
            '(' => (TokenKind.LeftParen, 1),
            ')' => (TokenKind.RightParen, 1),
            '[' => (TokenKind.LeftBracket, 1),
            ']' => (TokenKind.RightBracket, 1),
            '{' => (TokenKind.LeftBrace, 1),
            '}' => (TokenKind.RightBrace, 1),
            '+' => (TokenKind.Plus, 1),
            '-' => (TokenKind.Minus, 1),
            '*' => (TokenKind.Star, 1),
            '/' => (TokenKind.Slash, 1),
            '%' => (TokenKind.Percent, 1),
            '!' => next == '=' ? (TokenKind.NotEqual, 2) : (TokenKind.Not, 1),
            '=' when next == '=' => (TokenKind.Equal, 2),
            '<' => next == '=' ? (TokenKind.LessOrEqual, 2) : (TokenKind.Less, 1),
            '>' => next == '=' ? (TokenKind.GreaterOrEqual, 2) : (TokenKind.Greater, 1),
            '&' when next == '&' => (TokenKind.And, 2),
            '|' when next == '|' => (TokenKind.Or, 2),
            _ => throw Unexpected(start, c),
        };
        _at += length;
        return new Token(kind, start, _at);
    }

    private readonly CelSyntaxException Unexpected(int start, char c)
    {
        var hint = c switch
        {
            '=' => "; equality is written ==",
            '&' => "; logical and is written &&",
            '|' => "; logical or is written ||",
            _ => "",
        };
        var shown = Rune.TryGetRuneAt(_text, start, out var rune) && !Rune.IsControl(rune) ? rune.ToString() : $"U+{(int)c:X4}";
        return new CelSyntaxException("syntax", $"unexpected character {shown}{hint}", source, start);
    }
}
