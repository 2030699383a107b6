using System.Runtime.CompilerServices;

namespace Approvals.Policy.Cel.Evaluation;

/// <summary>What one evaluation carries through the tree: variables by slot, local variables by slot, and what is left of the cost limit.</summary>
internal ref struct EvalState
{
    /// <summary>Values of the declared variables, by their slot in the environment.</summary>
    internal readonly ReadOnlySpan<CelValue> Variables;

    /// <summary>Values of comprehension and bind variables, by the slot given to them when compiling.</summary>
    internal readonly Span<CelValue> Locals;

    internal CostMeter Meter;

    internal EvalState(ReadOnlySpan<CelValue> variables, Span<CelValue> locals, long costLimit)
    {
        Variables = variables;
        Locals = locals;
        Meter = new CostMeter(costLimit);
    }
}

/// <summary>Room for local variables on the stack: enough for every expression that people write.</summary>
[InlineArray(Length)]
internal struct LocalSlots
{
    internal const int Length = 8;

    private CelValue _element;
}
