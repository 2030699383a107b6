using Approvals.Policy.Cel.Evaluation;
using Approvals.Policy.Cel.Functions;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel.Binding;

internal sealed partial class Binder
{
    // Operators as overloads, for the check alone: their nodes do the work.
    private static readonly Dictionary<TokenKind, Overload[]> Operators = new()
    {
        [TokenKind.Plus] = Signatures(
            "+(int, int) -> int", "+(uint, uint) -> uint", "+(double, double) -> double", "+(string, string) -> string",
            "+(bytes, bytes) -> bytes", "+(list(A), list(A)) -> list(A)", "+(timestamp, duration) -> timestamp",
            "+(duration, timestamp) -> timestamp", "+(duration, duration) -> duration"),
        [TokenKind.Minus] = Signatures(
            "-(int, int) -> int", "-(uint, uint) -> uint", "-(double, double) -> double", "-(timestamp, timestamp) -> duration",
            "-(timestamp, duration) -> timestamp", "-(duration, duration) -> duration"),
        [TokenKind.Star] = Signatures("*(int, int) -> int", "*(uint, uint) -> uint", "*(double, double) -> double"),
        [TokenKind.Slash] = Signatures("/(int, int) -> int", "/(uint, uint) -> uint", "/(double, double) -> double"),
        [TokenKind.Percent] = Signatures("%(int, int) -> int", "%(uint, uint) -> uint"),
        [TokenKind.Equal] = Signatures("==(A, A) -> bool"),
        [TokenKind.NotEqual] = Signatures("!=(A, A) -> bool"),
        [TokenKind.In] = Signatures("in(A, list(A)) -> bool", "in(A, map(A, B)) -> bool"),
        [TokenKind.Less] = Order("<"),
        [TokenKind.LessOrEqual] = Order("<="),
        [TokenKind.Greater] = Order(">"),
        [TokenKind.GreaterOrEqual] = Order(">="),
    };

    private static readonly Overload[] Negation = Signatures("-(int) -> int", "-(double) -> double");

    private static Overload[] Signatures(params string[] signatures) =>
        [.. signatures.Select(s => new Overload(s, (_, ref _) => throw new InvalidOperationException("Operators have nodes of their own.")))];

    private static Overload[] Order(string op)
    {
        string[] numbers = ["int", "uint", "double"];
        string[] others = ["bool", "string", "bytes", "timestamp", "duration"];
        return Signatures([
            .. numbers.SelectMany(a => numbers.Select(b => $"{op}({a}, {b}) -> bool")),
            .. others.Select(a => $"{op}({a}, {a}) -> bool"),
        ]);
    }

    private Bound BindUnary(Expr.Unary unary)
    {
        var operand = Bind(unary.Operand);
        if (unary.Op == TokenKind.Not)
        {
            RequireType(operand, CelType.Bool, unary.Operand.Offset, "the operand of !");
            return new Bound(new NotNode(operand.Node, unary.Offset), CelType.Bool);
        }

        return new Bound(new NegateNode(operand.Node, unary.Offset), ResultType("-", Negation, [operand.Type], unary.Offset));
    }

    private Bound BindBinary(Expr.Binary binary)
    {
        var left = Bind(binary.Left);
        var right = Bind(binary.Right);
        var at = binary.Offset;
        Node node = binary.Op switch
        {
            TokenKind.Equal or TokenKind.NotEqual => new EqualNode(left.Node, right.Node, binary.Op == TokenKind.NotEqual, at),
            TokenKind.In => new InNode(left.Node, right.Node, at),
            TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual =>
                new CompareNode(binary.Op, left.Node, right.Node, at),
            _ => new ArithmeticNode(binary.Op, left.Node, right.Node, at),
        };
        return new Bound(node, ResultType(TokenText.Of(binary.Op), Operators[binary.Op], [left.Type, right.Type], at));
    }

    private Bound BindLogical(Expr.Logical logical)
    {
        var terms = new Node[logical.Terms.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            var term = Bind(logical.Terms[i]);
            RequireType(term, CelType.Bool, logical.Terms[i].Offset, $"an operand of {TokenText.Of(logical.Op)}");
            terms[i] = term.Node;
        }

        return new Bound(new LogicalNode(terms, logical.Op == TokenKind.Or, logical.Offset), CelType.Bool);
    }

    private Bound BindConditional(Expr.Conditional conditional)
    {
        var condition = Bind(conditional.Condition);
        RequireType(condition, CelType.Bool, conditional.Condition.Offset, "the condition of ?:");
        var then = Bind(conditional.Then);
        var otherwise = Bind(conditional.Otherwise);
        var mark = _types.Mark();
        if (!_types.TryAssign(then.Type, otherwise.Type))
        {
            _types.Undo(mark);
            Reject(
                "type_mismatch",
                $"both branches of ?: must be of one type, these are {_types.Resolve(then.Type)} and {_types.Resolve(otherwise.Type)}; use dyn() to mix",
                conditional.Offset);
        }

        return new Bound(
            new ConditionalNode(condition.Node, then.Node, otherwise.Node, conditional.Offset),
            _types.Join(then.Type, otherwise.Type));
    }
}
