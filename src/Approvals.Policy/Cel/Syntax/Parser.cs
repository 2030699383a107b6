namespace Approvals.Policy.Cel.Syntax;

/// <summary>
/// Recursive descent over the grammar of the language definition ("Syntax"), with precedence climbing for binary operators.
/// Limits: <see cref="MaxSourceLength"/>, <see cref="MaxDepth"/>, <see cref="MaxNodes"/>.
/// </summary>
internal ref struct Parser
{
    internal const int MaxSourceLength = 64 * 1024;
    internal const int MaxDepth = 250;
    internal const int MaxNodes = 20_000;

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var",
        "void", "while",
    };

    private readonly SourceText _source;
    private Lexer _lexer;
    private Token _current;
    private int _nesting;
    private int _nodes;

    private Parser(SourceText source)
    {
        _source = source;
        _lexer = new Lexer(source);
        _current = _lexer.Next();
    }

    /// <exception cref="CelSyntaxException">The text is no expression, or passes a limit.</exception>
    internal static Expr Parse(SourceText source)
    {
        if (source.Text.Length > MaxSourceLength)
        {
            throw new CelSyntaxException("source_too_long", $"the expression is longer than {MaxSourceLength} characters", source, 0);
        }

        var parser = new Parser(source);
        var expr = parser.Expression();
        parser.Expect(TokenKind.End);
        return expr;
    }

    private Expr Expression()
    {
        Enter();
        var condition = LogicalOr();
        if (_current.Kind == TokenKind.Question)
        {
            var at = Take().Start;
            var then = LogicalOr();
            Expect(TokenKind.Colon);
            var otherwise = Expression();
            condition = Made(new Expr.Conditional(condition, then, otherwise, at));
        }

        _nesting--;
        return condition;
    }

    private Expr LogicalOr() => Logical(TokenKind.Or);

    private Expr Logical(TokenKind op)
    {
        var first = op == TokenKind.Or ? Logical(TokenKind.And) : Binary(1);
        if (_current.Kind != op)
        {
            return first;
        }

        var at = _current.Start;
        var terms = new List<Expr> { first };
        while (_current.Kind == op)
        {
            Take();
            terms.Add(op == TokenKind.Or ? Logical(TokenKind.And) : Binary(1));
        }

        return Made(new Expr.Logical(op, [.. terms], at));
    }

    private static int Precedence(TokenKind kind) => kind switch
    {
        TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual => 1,
        TokenKind.Equal or TokenKind.NotEqual or TokenKind.In => 1,
        TokenKind.Plus or TokenKind.Minus => 2,
        TokenKind.Star or TokenKind.Slash or TokenKind.Percent => 3,
        _ => 0,
    };

    private Expr Binary(int minimum)
    {
        var left = Unary();
        while (Precedence(_current.Kind) is var precedence && precedence >= minimum)
        {
            var op = Take();
            var right = Binary(precedence + 1);
            left = Made(new Expr.Binary(op.Kind, left, right, op.Start));
        }

        return left;
    }

    // Unary ::= Member | "!"+ Member | "-"+ Member. A minus right before a number belongs to the literal.
    private Expr Unary()
    {
        var op = _current.Kind;
        if (op is not (TokenKind.Not or TokenKind.Minus))
        {
            return Member(false);
        }

        var first = _current.Start;
        var count = 0;
        while (_current.Kind == op)
        {
            Take();
            count++;
        }

        var hasSign = op == TokenKind.Not && TryTake(TokenKind.Minus);
        var isNumber = _current.Kind is TokenKind.Int or TokenKind.Double;
        if (hasSign && !isNumber)
        {
            throw Error("syntax", "! and - do not mix; put the inner operator in parentheses");
        }

        var takesMinus = op == TokenKind.Minus && isNumber;
        var expr = Member(hasSign || takesMinus);
        for (var i = takesMinus ? 1 : 0; i < count; i++)
        {
            expr = Made(new Expr.Unary(op, expr, first));
        }

        return expr;
    }

    private Expr Member(bool negative)
    {
        var expr = Primary(negative);
        while (true)
        {
            if (_current.Kind == TokenKind.Dot)
            {
                expr = Selector(expr);
            }
            else if (_current.Kind == TokenKind.LeftBracket)
            {
                var at = Take().Start;
                var isOptional = TryTake(TokenKind.Question);
                var key = Expression();
                Expect(TokenKind.RightBracket);
                expr = Made(new Expr.Index(expr, key, isOptional, at));
            }
            else if (_current.Kind == TokenKind.LeftBrace && expr is Expr.Ident or Expr.Select)
            {
                throw Error("unsupported", "protobuf messages are not part of this CEL; write a map: {'field': value}");
            }
            else
            {
                return expr;
            }
        }
    }

    private Expr Selector(Expr operand)
    {
        Take();
        var isOptional = TryTake(TokenKind.Question);
        var token = _current;
        string name;
        if (token.Kind == TokenKind.Ident)
        {
            name = Text(Take());
        }
        else if (token.Kind == TokenKind.QuotedIdent)
        {
            Take();
            name = _source.Text[(token.Start + 1)..(token.End - 1)];
        }
        else
        {
            throw Error("syntax", $"expected a field name after the dot, found {Shown(token)}");
        }

        if (token.Kind == TokenKind.Ident && !isOptional && _current.Kind == TokenKind.LeftParen)
        {
            return Made(new Expr.Call(operand, name, false, Arguments(), token.Start));
        }

        return Made(new Expr.Select(operand, name, isOptional, token.Start));
    }

    private Expr[] Arguments()
    {
        Expect(TokenKind.LeftParen);
        var args = new List<Expr>();
        if (_current.Kind != TokenKind.RightParen)
        {
            do
            {
                args.Add(Expression());
            }
            while (TryTake(TokenKind.Comma));
        }

        Expect(TokenKind.RightParen);
        return [.. args];
    }

    private Expr Primary(bool negative)
    {
        var token = _current;
        switch (token.Kind)
        {
            case TokenKind.Int or TokenKind.Uint or TokenKind.Double:
                Take();
                return Made(new Expr.Literal(Literals.Number(_source, token, negative), token.Start));
            case TokenKind.String:
                Take();
                return Made(new Expr.Literal(Literals.String(_source, token), token.Start));
            case TokenKind.Bytes:
                Take();
                return Made(new Expr.Literal(Literals.Bytes(_source, token), token.Start));
            case TokenKind.True or TokenKind.False:
                Take();
                return Made(new Expr.Literal(CelValue.Of(token.Kind == TokenKind.True), token.Start));
            case TokenKind.Null:
                Take();
                return Made(new Expr.Literal(CelValue.Null, token.Start));
            case TokenKind.LeftParen:
                Take();
                var inner = Expression();
                Expect(TokenKind.RightParen);
                return inner;
            case TokenKind.LeftBracket:
                return List();
            case TokenKind.LeftBrace:
                return Map();
            case TokenKind.Dot:
                Take();
                return Name(true);
            case TokenKind.Ident:
                return Name(false);
            default:
                throw Error("syntax", $"expected an expression, found {Shown(token)}");
        }
    }

    private Expr Name(bool isAbsolute)
    {
        var token = Expect(TokenKind.Ident);
        var name = Text(token);
        if (Reserved.Contains(name))
        {
            throw new CelSyntaxException("syntax", $"'{name}' is reserved and cannot be a name", _source, token.Start);
        }

        return _current.Kind == TokenKind.LeftParen
            ? Made(new Expr.Call(null, name, isAbsolute, Arguments(), token.Start))
            : Made(new Expr.Ident(name, isAbsolute, token.Start));
    }

    private Expr List()
    {
        var at = Take().Start;
        var elements = new List<(Expr, bool)>();
        while (_current.Kind != TokenKind.RightBracket)
        {
            var isOptional = TryTake(TokenKind.Question);
            elements.Add((Expression(), isOptional));
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        Expect(TokenKind.RightBracket);
        return Made(new Expr.ListLiteral([.. elements], at));
    }

    private Expr Map()
    {
        var at = Take().Start;
        var entries = new List<(Expr, Expr, bool)>();
        while (_current.Kind != TokenKind.RightBrace)
        {
            var isOptional = TryTake(TokenKind.Question);
            var key = Expression();
            Expect(TokenKind.Colon);
            entries.Add((key, Expression(), isOptional));
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        Expect(TokenKind.RightBrace);
        return Made(new Expr.MapLiteral([.. entries], at));
    }

    private void Enter()
    {
        if (++_nesting > MaxDepth)
        {
            throw Error("too_deep", $"the expression nests deeper than {MaxDepth} levels");
        }
    }

    private Expr Made(Expr expr)
    {
        if (++_nodes > MaxNodes)
        {
            throw new CelSyntaxException("too_many_nodes", $"the expression has more than {MaxNodes} parts", _source, expr.Offset);
        }

        return expr.Depth <= MaxDepth
            ? expr
            : throw new CelSyntaxException("too_deep", $"the expression nests deeper than {MaxDepth} levels", _source, expr.Offset);
    }

    private Token Take()
    {
        var token = _current;
        _current = _lexer.Next();
        return token;
    }

    private bool TryTake(TokenKind kind)
    {
        if (_current.Kind != kind)
        {
            return false;
        }

        Take();
        return true;
    }

    private Token Expect(TokenKind kind) => _current.Kind == kind
        ? kind == TokenKind.End ? _current : Take()
        : throw Error("syntax", $"expected {TokenText.Of(kind)}, found {Shown(_current)}");

    private readonly string Text(Token token) => _source.Text[token.Start..token.End];

    private readonly string Shown(Token token) => token.Kind == TokenKind.End ? "the end of the expression"
        : token.End - token.Start > 20 ? "this"
        : _source.Text[token.Start..token.End];

    private readonly CelSyntaxException Error(string code, string reason) => new(code, reason, _source, _current.Start);
}
