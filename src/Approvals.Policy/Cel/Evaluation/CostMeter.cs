using System.Runtime.CompilerServices;

namespace Approvals.Policy.Cel.Evaluation;

/// <summary>
/// Counts the work of one evaluation and ends it when the limit is reached. One unit is about one operator or one element looked at;
/// text and bytes cost one unit for each <see cref="CharactersPerUnit"/> of them. Unlike other errors, none of the operators absorbs this one.
/// </summary>
internal struct CostMeter(long limit)
{
    internal const int CharactersPerUnit = 16;

    /// <summary>For equality outside an evaluation, where no caller gave a limit.</summary>
    internal const long EqualityLimit = 10_000_000;

    private long _left = limit;

    internal readonly long Left => _left;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Charge(long units)
    {
        _left -= units;
        if (_left < 0)
        {
            throw Exceeded();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ChargeText(long characters) => Charge(1 + (characters / CharactersPerUnit));

    /// <summary>Charges for walking into an aggregate; refuses when the values nest deeper than the stack allows.</summary>
    internal void EnterAggregate(int count)
    {
        Charge(count);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new CelEvaluationException("too_deep", "the values nest too deep", null, -1);
        }
    }

    private static CelEvaluationException Exceeded() =>
        new("cost_exceeded", "the expression costs more than its limit; make it cheaper or raise the limit", null, -1);
}
