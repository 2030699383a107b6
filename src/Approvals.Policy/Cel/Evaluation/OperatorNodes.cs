using Approvals.Policy.Cel.Syntax;

namespace Approvals.Policy.Cel.Evaluation;

/// <summary>
/// <c>&amp;&amp;</c> (decided by false) and <c>||</c> (decided by true) over two or more terms. A deciding term wins over the errors of all others,
/// wherever it stands ("Logical Operators" in the language definition).
/// </summary>
internal sealed class LogicalNode(Node[] terms, bool decider, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var error = default(CelValue);
        foreach (var term in terms)
        {
            var value = term.Eval(ref state);
            if (value.Kind == CelKind.Bool)
            {
                if (value.BoolValue == decider)
                {
                    return value;
                }
            }
            else if (!error.IsError)
            {
                error = value.IsError ? value : Fail(CelError.NoSuchOverload);
            }
        }

        return error.IsError ? error : CelValue.Of(!decider);
    }
}

internal sealed class NotNode(Node operand, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var value = operand.Eval(ref state);
        return value.Kind == CelKind.Bool ? CelValue.Of(!value.BoolValue) : value.IsError ? value : Fail(CelError.NoSuchOverload);
    }
}

internal sealed class NegateNode(Node operand, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var value = operand.Eval(ref state);
        return value.Kind switch
        {
            CelKind.Int => value.IntValue == long.MinValue ? Fail(CelError.Overflow) : CelValue.Of(-value.IntValue),
            CelKind.Double => CelValue.Of(-value.DoubleValue),
            CelKind.Error => value,
            _ => Fail(CelError.NoSuchOverload),
        };
    }
}

internal sealed class ConditionalNode(Node condition, Node then, Node otherwise, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var value = condition.Eval(ref state);
        if (value.Kind != CelKind.Bool)
        {
            return value.IsError ? value : Fail(CelError.NoSuchOverload);
        }

        return value.BoolValue ? then.Eval(ref state) : otherwise.Eval(ref state);
    }
}

internal sealed class EqualNode(Node left, Node right, bool negate, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var a = left.Eval(ref state);
        if (a.IsError)
        {
            return a;
        }

        var b = right.Eval(ref state);
        return b.IsError ? b : CelValue.Of(CelEquality.AreEqual(a, b, ref state.Meter) != negate);
    }
}

/// <summary>The four orders. NaN is in no order with anything.</summary>
internal sealed class CompareNode(TokenKind op, Node left, Node right, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var a = left.Eval(ref state);
        if (a.IsError)
        {
            return a;
        }

        var b = right.Eval(ref state);
        if (b.IsError)
        {
            return b;
        }

        if (!CelEquality.TryCompare(a, b, out var order))
        {
            return Fail(CelError.NoSuchOverload);
        }

        return CelValue.Of(order != CelEquality.Unordered && op switch
        {
            TokenKind.Less => order < 0,
            TokenKind.LessOrEqual => order <= 0,
            TokenKind.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

internal sealed class InNode(Node left, Node right, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var element = left.Eval(ref state);
        if (element.IsError)
        {
            return element;
        }

        var container = right.Eval(ref state);
        switch (container.Kind)
        {
            case CelKind.Map:
                return CelValue.Of(container.MapValue.TryGetValue(element, out _));
            case CelKind.List:
                var list = container.ListValue;
                for (var i = 0; i < list.Length; i++)
                {
                    state.Meter.Charge(1);
                    if (CelEquality.AreEqual(element, list[i], ref state.Meter))
                    {
                        return CelValue.True;
                    }
                }

                return CelValue.False;
            case CelKind.Error:
                return container;
            default:
                return Fail(CelError.NoSuchOverload);
        }
    }
}

internal sealed class ArithmeticNode(TokenKind op, Node left, Node right, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var a = left.Eval(ref state);
        if (a.IsError)
        {
            return a;
        }

        var b = right.Eval(ref state);
        return b.IsError ? b : Located(Arithmetic.Apply(op, a, b, ref state.Meter));
    }
}
