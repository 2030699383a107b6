using System.Runtime.CompilerServices;
using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Lint;

/// <summary>
/// What can be said of conditions without evaluating them. Every answer is certain when it is yes; no means "cannot tell".
/// </summary>
internal static class Logic
{
    // Quadratic in the size of the conditions: beyond this a condition is not reasoned about.
    private const int LargestCondition = 400;

    // Every rule is compared with many: each part is printed once, and forgotten with its policy.
    private static readonly ConditionalWeakTable<Expr, string> s_printed = [];

    private static readonly CelEnvironment s_empty = new(new Dictionary<string, CelType>(StringComparer.Ordinal));

    /// <summary>The value of a condition that does not depend on the input; null where it does, or fails.</summary>
    public static bool? Constant(Expr expr)
    {
        switch (expr)
        {
            case Expr.Literal { Value.Kind: CelKind.Bool } literal:
                return literal.Value.AsBool();
            case Expr.Unary { Op: TokenKind.Not } not:
                return !Constant(not.Operand);
            case Expr.Logical logical:
                var absorbing = logical.Op == TokenKind.Or;
                var terms = logical.Terms.Select(Constant).ToList();
                return terms.Contains(absorbing) ? absorbing : terms.TrueForAll(t => t == !absorbing) ? !absorbing : null;
            case var other when !ExprWalk.All(other).Any(e => e is Expr.Ident):
                try
                {
                    return s_empty.Compile(ExprPrinter.Print(other), check: false).EvaluateCondition(new CelActivation(s_empty), 10_000, out _);
                }
                catch (CelCompileException)
                {
                    return null;
                }
            default:
                return null;
        }
    }

    /// <summary>Whether it can never be true: constant, or asks one thing to be two.</summary>
    public static bool IsContradiction(Expr expr)
    {
        if (Constant(expr) == false)
            return true;
        if (expr is Expr.Logical { Op: TokenKind.Or } or)
            return or.Terms.All(IsContradiction);
        var terms = Conjuncts(expr);
        return terms.Any(a => a != expr && IsContradiction(a)) || terms.Any(a => terms.Any(b => Excludes(a, b)));
    }

    /// <summary>Whether <paramref name="q"/> is true, or an error, whenever <paramref name="p"/> is true.</summary>
    public static bool Implies(Expr p, Expr q) => IsSmall(p) && IsSmall(q) && ImpliesSmall(p, q);

    private static bool IsSmall(Expr expr) => ExprWalk.All(expr).Take(LargestCondition).Count() < LargestCondition;

    private static bool ImpliesSmall(Expr p, Expr q)
    {
        if (Constant(q) == true || Constant(p) == false || Same(p, q))
            return true;
        return q is Expr.Logical { Op: TokenKind.And } all && all.Terms.All(t => ImpliesSmall(p, t))
            || p is Expr.Logical { Op: TokenKind.Or } any && any.Terms.All(t => ImpliesSmall(t, q))
            || q is Expr.Logical { Op: TokenKind.Or } one && one.Terms.Any(t => ImpliesSmall(p, t))
            || p is Expr.Logical { Op: TokenKind.And } some && some.Terms.Any(t => ImpliesSmall(t, q))
            || AtomImplies(p, q);
    }

    private static bool AtomImplies(Expr p, Expr q)
    {
        // x == "a", x in ["a", "b"]: x is one of these texts.
        if (OneOf(p) is not { } from)
        {
            return Call(p, "startsWith") is { } a && Call(q, "startsWith") is { } b && Same(a.Target, b.Target) && a.Text.StartsWith(b.Text, StringComparison.Ordinal)
                || Call(p, "endsWith") is { } c && Call(q, "endsWith") is { } d && Same(c.Target, d.Target) && c.Text.EndsWith(d.Text, StringComparison.Ordinal);
        }
        if (OneOf(q) is { } to)
            return Same(from.Of, to.Of) && from.Texts.All(to.Texts.Contains);
        if (q is Expr.Binary { Op: TokenKind.NotEqual } not && ExprWalk.Text(not.Right) is { } other)
            return Same(from.Of, not.Left) && !from.Texts.Contains(other);
        if (Call(q, "startsWith") is { } prefix)
            return Same(from.Of, prefix.Target) && from.Texts.All(t => t.StartsWith(prefix.Text, StringComparison.Ordinal));
        if (Call(q, "endsWith") is { } suffix)
            return Same(from.Of, suffix.Target) && from.Texts.All(t => t.EndsWith(suffix.Text, StringComparison.Ordinal));
        return Call(q, "contains") is { } part && Same(from.Of, part.Target) && from.Texts.All(t => t.Contains(part.Text, StringComparison.Ordinal));
    }

    private static bool Excludes(Expr a, Expr b)
    {
        if (b is Expr.Unary { Op: TokenKind.Not } not && Same(a, not.Operand))
            return true;
        if (b is Expr.Logical { Op: TokenKind.Or } any)
            return any.Terms.All(t => Constant(t) == false || Excludes(a, t));
        if (OneOf(a) is not { } left)
            return false;
        if (OneOf(b) is { } right)
            return Same(left.Of, right.Of) && !left.Texts.Intersect(right.Texts).Any();
        if (b is Expr.Binary { Op: TokenKind.NotEqual } unequal && ExprWalk.Text(unequal.Right) is { } other)
            return Same(left.Of, unequal.Left) && left.Texts.All(t => t == other);
        return Call(b, "startsWith") is { } prefix && Same(left.Of, prefix.Target) && !left.Texts.Any(t => t.StartsWith(prefix.Text, StringComparison.Ordinal));
    }

    /// <summary>Whether no input makes both true.</summary>
    public static bool AreDisjoint(Expr a, Expr b)
    {
        var (left, right) = (Conjuncts(a), Conjuncts(b));
        return left.Any(x => right.Any(y => Excludes(x, y) || Excludes(y, x)));
    }

    /// <summary>The types of action that it names; null where it does not.</summary>
    public static HashSet<string>? TypesOf(Expr condition) => Conjuncts(condition).Select(OneOf)
        .FirstOrDefault(one => one is { Of: Expr.Select { Field: "type", Operand: Expr.Ident { Name: "action" } } })?.Texts;

    public static IReadOnlyList<Expr> Conjuncts(Expr expr) =>
        expr is Expr.Logical { Op: TokenKind.And } all ? [.. all.Terms.SelectMany(Conjuncts)] : [expr];

    /// <summary>A condition that something is one of some texts: <c>x == "a"</c>, <c>x in ["a", "b"]</c>.</summary>
    public static (Expr Of, HashSet<string> Texts)? OneOf(Expr expr) => expr switch
    {
        Expr.Binary { Op: TokenKind.Equal } equal when ExprWalk.Text(equal.Right) is { } text => (equal.Left, [text]),
        Expr.Binary { Op: TokenKind.Equal } equal when ExprWalk.Text(equal.Left) is { } text => (equal.Right, [text]),
        Expr.Binary { Op: TokenKind.In, Right: Expr.ListLiteral list } within when list.Elements.All(e => !e.IsOptional && ExprWalk.Text(e.Value) is not null) =>
            (within.Left, [.. list.Elements.Select(e => ExprWalk.Text(e.Value)!)]),
        _ => null,
    };

    /// <summary>A call of one function on something, with one text.</summary>
    public static (Expr Target, string Text)? Call(Expr expr, string function) =>
        expr is Expr.Call { Target: { } target, Args: [var argument] } call && call.Function == function && ExprWalk.Text(argument) is { } text
            ? (target, text)
            : null;

    private static bool Same(Expr a, Expr b) => string.Equals(Printed(a), Printed(b), StringComparison.Ordinal);

    private static string Printed(Expr expr) => s_printed.GetValue(expr, ExprPrinter.Print);
}
