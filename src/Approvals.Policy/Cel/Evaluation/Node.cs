namespace Approvals.Policy.Cel.Evaluation;

/// <summary>
/// One operation of a compiled expression. Immutable but for a cache of its own error; evaluating is safe from any number of threads.
/// Errors travel as values (<see cref="CelKind.Error"/>), so that <c>&amp;&amp;</c>, <c>||</c>, <c>all</c> and <c>exists</c> can absorb them.
/// </summary>
internal abstract class Node(int offset)
{
    // A race writes equal errors: either is right.
    private CelError? _failure;

    protected int Offset { get; } = offset;

    internal abstract CelValue Eval(ref EvalState state);

    /// <summary>The error at this node's place, made once for each reason.</summary>
    protected CelValue Fail(CelError error)
    {
        var failure = _failure;
        if (failure is null || !ReferenceEquals(failure.Reason, error.Reason))
        {
            _failure = failure = error with { Offset = Offset };
        }

        return CelValue.Of(failure);
    }

    /// <summary>Gives an error without a place this node's place.</summary>
    protected CelValue Located(in CelValue value) => value.IsError && value.ErrorValue.Offset < 0 ? Fail(value.ErrorValue) : value;
}

internal sealed class ConstantNode(CelValue value, int offset) : Node(offset)
{
    internal CelValue Value { get; } = value;

    internal override CelValue Eval(ref EvalState state) => Value;
}

internal sealed class VariableNode(int slot, string name, int offset) : Node(offset)
{
    private readonly CelError _unbound = new("unbound_variable", $"the variable '{name}' has no value here");

    internal override CelValue Eval(ref EvalState state)
    {
        ref readonly var value = ref state.Variables[slot];
        return value.Kind != CelKind.Undefined ? value : Fail(_unbound);
    }
}

internal sealed class LocalNode(int slot, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state) => state.Locals[slot];
}

/// <summary>What is known when compiling to fail, in a program compiled without check.</summary>
internal sealed class ErrorNode(CelError error, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state) => Fail(error);
}

/// <summary><c>cel.bind(name, init, body)</c>. An error of the initial value shows only where the name is used.</summary>
internal sealed class BindNode(int slot, Node init, Node body, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        state.Locals[slot] = init.Eval(ref state);
        return body.Eval(ref state);
    }
}

/// <summary><c>cel.block([…], body)</c>: a row of binds, each of which may use those before it.</summary>
internal sealed class BlockNode(int firstSlot, Node[] inits, Node body, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        for (var i = 0; i < inits.Length; i++)
        {
            state.Meter.Charge(1);
            state.Locals[firstSlot + i] = inits[i].Eval(ref state);
        }

        return body.Eval(ref state);
    }
}

/// <summary><c>x.optMap(name, body)</c>, and <c>optFlatMap</c>, whose body is an optional itself.</summary>
internal sealed class OptionalMapNode(Node target, int slot, Node body, bool isFlat, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var optional = target.Eval(ref state);
        if (optional.Kind != CelKind.Optional)
        {
            return optional.IsError ? optional : Fail(CelError.NoSuchOverload);
        }

        if (!optional.HasOptionalValue)
        {
            return optional;
        }

        state.Locals[slot] = optional.OptionalValue;
        var result = body.Eval(ref state);
        if (result.IsError)
        {
            return result;
        }

        return !isFlat ? CelValue.OptionalOf(result) : result.Kind == CelKind.Optional ? result : Fail(CelError.NoSuchOverload);
    }
}
