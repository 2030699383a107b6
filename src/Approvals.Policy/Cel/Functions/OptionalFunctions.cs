namespace Approvals.Policy.Cel.Functions;

/// <summary>Optional values, beside the syntax <c>?.</c> and <c>[?]</c>.</summary>
internal static class OptionalFunctions
{
    internal static readonly Overload[] All =
    [
        new("optional.of(A) -> optional_type(A)", (args, ref _) => CelValue.OptionalOf(args[0])),
        new("optional.none() -> optional_type(A)", (_, ref _) => CelValue.OptionalNone),
        new("optional.ofNonZeroValue(A) -> optional_type(A)", (args, ref _) =>
            IsZero(args[0]) ? CelValue.OptionalNone : CelValue.OptionalOf(args[0])),
        new("optional_type(A).hasValue() -> bool", (args, ref _) => CelValue.Of(args[0].HasOptionalValue)),
        new("optional_type(A).value() -> A", (args, ref _) =>
            args[0].HasOptionalValue ? args[0].OptionalValue : CelValue.Of(CelError.OptionalNone)),
        new("optional_type(A).or(optional_type(A)) -> optional_type(A)", (args, ref _) => args[0].HasOptionalValue ? args[0] : args[1]),
        new("optional_type(A).orValue(A) -> A", (args, ref _) => args[0].HasOptionalValue ? args[0].OptionalValue : args[1]),
        new("optional.unwrap(list(optional_type(A))) -> list(A)", Unwrap),
        new("list(optional_type(A)).unwrapOpt() -> list(A)", Unwrap),
        new("list(A).first() -> optional_type(A)", (args, ref _) =>
            args[0].ListValue is [var first, ..] ? CelValue.OptionalOf(first) : CelValue.OptionalNone),
        new("list(A).last() -> optional_type(A)", (args, ref _) =>
            args[0].ListValue is [.., var last] ? CelValue.OptionalOf(last) : CelValue.OptionalNone),
    ];

    private static CelValue Unwrap(ReadOnlySpan<CelValue> args, ref Evaluation.CostMeter meter)
    {
        meter.Charge(args[0].ListValue.Length);
        var values = new List<CelValue>();
        foreach (var element in args[0].ListValue)
        {
            if (element.Kind != CelKind.Optional)
            {
                return CelValue.Of(CelError.NoSuchOverload);
            }

            if (element.HasOptionalValue)
            {
                values.Add(element.OptionalValue);
            }
        }

        return CelValue.Of(values.ToArray());
    }

    /// <summary>The value that a field of the type has when nobody set it: null, false, zero, empty.</summary>
    private static bool IsZero(in CelValue value) => value.Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Duration => value.IntValue == 0,
        CelKind.Double => value.DoubleValue == 0,
        CelKind.String => value.StringValue.Length == 0,
        CelKind.Bytes => value.BytesValue.Length == 0,
        CelKind.List => value.ListValue.Length == 0,
        CelKind.Map => value.MapValue.Count == 0,
        CelKind.Timestamp => value.TimestampSeconds == 0 && value.TimestampNanos == 0,
        CelKind.Optional => !value.HasOptionalValue,
        _ => false,
    };
}
