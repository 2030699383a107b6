using System.Runtime.CompilerServices;
using Approvals.Policy.Cel.Functions;

namespace Approvals.Policy.Cel.Evaluation;

/// <summary>A call of a function: strict in all arguments; the overload is chosen by the kinds of the values.</summary>
internal sealed class CallNode(Overload[] overloads, Node[] args, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        ArgumentSlots slots = default;
        var values = args.Length <= ArgumentSlots.Length ? ((Span<CelValue>)slots)[..args.Length] : new CelValue[args.Length];
        for (var i = 0; i < args.Length; i++)
        {
            values[i] = args[i].Eval(ref state);
            if (values[i].IsError)
            {
                return values[i];
            }
        }

        foreach (var overload in overloads)
        {
            if (overload.Accepts(values))
            {
                return Located(overload.Invoke(values, ref state.Meter));
            }
        }

        return Fail(CelError.NoSuchOverload);
    }

    [InlineArray(Length)]
    private struct ArgumentSlots
    {
        internal const int Length = 4;

        private CelValue _element;
    }
}
