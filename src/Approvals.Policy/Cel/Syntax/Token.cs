namespace Approvals.Policy.Cel.Syntax;

internal enum TokenKind : byte
{
    End,
    Ident,
    QuotedIdent,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    True,
    False,
    Null,
    In,
    Dot,
    Comma,
    Colon,
    Question,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Not,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

/// <summary>A piece of the source: <c>[Start, End)</c>.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End);

internal static class TokenText
{
    /// <summary>How a token is written, where it is written in one way only.</summary>
    internal static string Of(TokenKind kind) => kind switch
    {
        TokenKind.In => "in",
        TokenKind.Plus => "+",
        TokenKind.Minus => "-",
        TokenKind.Star => "*",
        TokenKind.Slash => "/",
        TokenKind.Percent => "%",
        TokenKind.Not => "!",
        TokenKind.Equal => "==",
        TokenKind.NotEqual => "!=",
        TokenKind.Less => "<",
        TokenKind.LessOrEqual => "<=",
        TokenKind.Greater => ">",
        TokenKind.GreaterOrEqual => ">=",
        TokenKind.And => "&&",
        TokenKind.Or => "||",
        TokenKind.Colon => ":",
        TokenKind.RightParen => ")",
        TokenKind.RightBracket => "]",
        TokenKind.RightBrace => "}",
        TokenKind.Ident => "a name",
        TokenKind.End => "the end of the expression",
        _ => kind.ToString(),
    };
}
