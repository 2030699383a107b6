using Approvals.Policy.Cel.Matching;

namespace Approvals.Policy.Cel.Evaluation;

/// <summary><c>text.matches(pattern)</c> with a pattern known when compiling.</summary>
internal sealed class MatchNode(Node text, Pattern pattern, int offset) : Node(offset)
{
    internal override CelValue Eval(ref EvalState state)
    {
        state.Meter.Charge(1);
        var value = text.Eval(ref state);
        return value.Kind == CelKind.String ? CelValue.Of(pattern.IsMatch(value.StringValue, ref state.Meter))
            : value.IsError ? value
            : Fail(CelError.NoSuchOverload);
    }
}
