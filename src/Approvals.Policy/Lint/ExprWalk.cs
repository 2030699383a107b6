using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Lint;

/// <summary>Walks syntax trees. The parser bounds their depth, so recursion is safe.</summary>
internal static class ExprWalk
{
    public static IEnumerable<Expr> Children(Expr expr) => expr switch
    {
        Expr.Select select => [select.Operand],
        Expr.Index index => [index.Operand, index.Key],
        Expr.Call { Target: { } target } call => [target, .. call.Args],
        Expr.Call call => call.Args,
        Expr.Unary unary => [unary.Operand],
        Expr.Binary binary => [binary.Left, binary.Right],
        Expr.Logical logical => logical.Terms,
        Expr.Conditional c => [c.Condition, c.Then, c.Otherwise],
        Expr.ListLiteral list => list.Elements.Select(e => e.Value),
        Expr.MapLiteral map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        _ => [],
    };

    public static IEnumerable<Expr> All(Expr root)
    {
        var open = new Stack<Expr>([root]);
        while (open.TryPop(out var expr))
        {
            yield return expr;
            foreach (var child in Children(expr))
                open.Push(child);
        }
    }

    public static bool Uses(Expr root, string variable) => All(root).Any(e => e is Expr.Ident ident && ident.Name == variable);

    /// <summary>The field of a variable that is selected: <c>lists.x</c>, <c>lists["x"]</c> or <c>lists.?x</c>; null for anything else.</summary>
    public static string? Member(Expr expr, string variable) => expr switch
    {
        Expr.Select { Operand: Expr.Ident ident } select when ident.Name == variable => select.Field,
        Expr.Index { Operand: Expr.Ident ident, Key: Expr.Literal { Value: { Kind: Cel.CelKind.String } key } } when ident.Name == variable => key.AsString(),
        _ => null,
    };

    public static string? Text(Expr expr) => expr is Expr.Literal { Value: { Kind: Cel.CelKind.String } value } ? value.AsString() : null;
}
