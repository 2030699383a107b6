using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Lint;
using Approvals.Policy.Rules;

namespace Approvals.Policy.Explain;

/// <summary>Takes a condition apart at its logical operators and evaluates every part on its own.</summary>
internal static class ConditionTracer
{
    private const int MaximumParts = 200;
    private const int MaximumOperands = 4;

    public static ConditionTrace Trace(Expr condition, CelActivation activation)
    {
        var left = MaximumParts;
        return Trace(condition, activation, ref left);
    }

    private static ConditionTrace Trace(Expr expr, CelActivation activation, ref int left)
    {
        left--;
        var (value, isError) = Value(expr, activation);
        var parts = new List<ConditionTrace>();
        foreach (var part in Parts(expr))
        {
            if (left > 0)
                parts.Add(Trace(part, activation, ref left));
        }
        return new ConditionTrace(ExprPrinter.Print(expr), value, isError, parts.Count == 0 ? null : Operator(expr), parts.Count == 0 ? Operands(expr, activation) : [], parts);
    }

    private static string Operator(Expr expr) => expr switch
    {
        Expr.Logical { Op: TokenKind.And } => "&&",
        Expr.Logical => "||",
        Expr.Unary => "!",
        _ => "?:",
    };

    private static Expr[] Parts(Expr expr) => expr switch
    {
        Expr.Logical logical => logical.Terms,
        Expr.Unary { Op: TokenKind.Not } not => Parts(not.Operand).Length > 0 ? [not.Operand] : [],
        Expr.Conditional conditional => [conditional.Condition, conditional.Then, conditional.Otherwise],
        _ => [],
    };

    private static IReadOnlyList<OperandValue> Operands(Expr expr, CelActivation activation) =>
        [.. Looked(expr).DistinctBy(ExprPrinter.Print, StringComparer.Ordinal).Take(MaximumOperands).Select(e => new OperandValue(ExprPrinter.Print(e), Value(e, activation).Text))];

    /// <summary>The outermost paths into the input; what stands inside a macro is bound to its variable and has no value of its own.</summary>
    private static IEnumerable<Expr> Looked(Expr expr)
    {
        switch (expr)
        {
            case Expr.Select or Expr.Index when IsPath(expr):
                return [expr];
            case Expr.Ident { Name: "findings" or "now" }:
                return [expr];
            case Expr.Call { Target: { } range, Args: [Expr.Ident, ..], Function: "all" or "exists" or "exists_one" or "existsOne" or "map" or "filter" }:
                return Looked(range);
            case Expr.Call { Function: "has", Target: null, Args: [Expr.Select tested] }:
                return Looked(tested.Operand);
            default:
                return ExprWalk.Children(expr).SelectMany(Looked);
        }
    }

    private static bool IsPath(Expr expr) => expr switch
    {
        Expr.Select select => IsPath(select.Operand),
        Expr.Index { Key: Expr.Literal } index => IsPath(index.Operand),
        Expr.Ident { Name: "action" or "principal" or "context" or "findings" } => true,
        _ => false,
    };

    private static (string Text, bool IsError) Value(Expr expr, CelActivation activation)
    {
        try
        {
            var program = Activation.Environment.Compile(ExprPrinter.Print(expr), check: false);
            return (CelText.Write(program.Evaluate(activation, Expression.CostLimit)), false);
        }
        catch (CelEvaluationException e)
        {
            return (e.Code, true);
        }
        catch (CelCompileException e)
        {
            return (e.Code, true);
        }
    }
}
