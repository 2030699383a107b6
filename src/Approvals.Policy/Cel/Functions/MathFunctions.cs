using Approvals.Policy.Cel.Evaluation;

namespace Approvals.Policy.Cel.Functions;

/// <summary>The math extension.</summary>
internal static class MathFunctions
{
    private static readonly CelError NegativeShift = CelError.Invalid("a shift must not be negative");
    private static readonly CelError EmptyList = CelError.Invalid("the list must not be empty");

    internal static readonly Overload[] All =
    [
        .. Extreme("math.greatest", 1),
        .. Extreme("math.least", -1),
        Double("math.ceil", Math.Ceiling),
        Double("math.floor", Math.Floor),
        Double("math.round", x => Math.Round(x, MidpointRounding.AwayFromZero)),
        Double("math.trunc", Math.Truncate),
        Double("math.sqrt", Math.Sqrt),
        new("math.sqrt(int) -> double", (args, ref _) => CelValue.Of(Math.Sqrt(args[0].IntValue))),
        new("math.sqrt(uint) -> double", (args, ref _) => CelValue.Of(Math.Sqrt(args[0].UintValue))),
        Double("math.abs", Math.Abs),
        new("math.abs(int) -> int", (args, ref _) =>
            args[0].IntValue == long.MinValue ? CelValue.Of(CelError.Overflow) : CelValue.Of(Math.Abs(args[0].IntValue))),
        new("math.abs(uint) -> uint", (args, ref _) => args[0]),
        Double("math.sign", x => double.IsNaN(x) ? x : Math.Sign(x)),
        new("math.sign(int) -> int", (args, ref _) => CelValue.Of((long)Math.Sign(args[0].IntValue))),
        new("math.sign(uint) -> uint", (args, ref _) => CelValue.Of(args[0].UintValue == 0 ? 0UL : 1UL)),
        new("math.isNaN(double) -> bool", (args, ref _) => CelValue.Of(double.IsNaN(args[0].DoubleValue))),
        new("math.isInf(double) -> bool", (args, ref _) => CelValue.Of(double.IsInfinity(args[0].DoubleValue))),
        new("math.isFinite(double) -> bool", (args, ref _) => CelValue.Of(double.IsFinite(args[0].DoubleValue))),
        .. Bits("math.bitAnd", (a, b) => a & b),
        .. Bits("math.bitOr", (a, b) => a | b),
        .. Bits("math.bitXor", (a, b) => a ^ b),
        new("math.bitNot(int) -> int", (args, ref _) => CelValue.Of(~args[0].IntValue)),
        new("math.bitNot(uint) -> uint", (args, ref _) => CelValue.Of(~args[0].UintValue)),
        .. Shift("math.bitShiftLeft", (value, by) => value << by),

        // On int too the sign is no more than a bit: zeros come in from the left.
        .. Shift("math.bitShiftRight", (value, by) => value >> by),
    ];

    private static Overload Double(string name, Func<double, double> apply) =>
        new($"{name}(double) -> double", (args, ref _) => CelValue.Of(apply(args[0].DoubleValue)));

    private static Overload[] Bits(string name, Func<ulong, ulong, ulong> apply) =>
    [
        new($"{name}(int, int) -> int", (args, ref _) => CelValue.Of((long)apply(args[0].UintValue, args[1].UintValue))),
        new($"{name}(uint, uint) -> uint", (args, ref _) => CelValue.Of(apply(args[0].UintValue, args[1].UintValue))),
    ];

    private static Overload[] Shift(string name, Func<ulong, int, ulong> apply) =>
    [
        new($"{name}(int, int) -> int", (args, ref _) => args[1].IntValue < 0 ? CelValue.Of(NegativeShift)
            : CelValue.Of(args[1].IntValue > 63 ? 0L : (long)apply(args[0].UintValue, (int)args[1].IntValue))),
        new($"{name}(uint, int) -> uint", (args, ref _) => args[1].IntValue < 0 ? CelValue.Of(NegativeShift)
            : CelValue.Of(args[1].IntValue > 63 ? 0UL : apply(args[0].UintValue, (int)args[1].IntValue))),
    ];

    private static Overload[] Extreme(string name, int direction)
    {
        FunctionBody body = (args, ref meter) => Pick(args, direction, ref meter);
        FunctionBody ofList = (args, ref meter) => Pick(args[0].ListValue, direction, ref meter);
        return
        [
            new($"{name}(int...) -> int", body),
            new($"{name}(uint...) -> uint", body),
            new($"{name}(double...) -> double", body),
            new($"{name}(list(int)) -> int", ofList),
            new($"{name}(list(uint)) -> uint", ofList),
            new($"{name}(list(double)) -> double", ofList),
            new($"{name}(dyn, dyn...) -> dyn", body),
        ];
    }

    private static CelValue Pick(ReadOnlySpan<CelValue> values, int direction, ref CostMeter meter)
    {
        if (values.IsEmpty)
        {
            return CelValue.Of(EmptyList);
        }

        meter.Charge(values.Length);
        var best = values[0];
        foreach (ref readonly var value in values)
        {
            if (!CelEquality.IsNumber(value))
            {
                return CelValue.Of(CelError.NoSuchOverload);
            }

            var order = CelEquality.CompareNumbers(value, best);
            if (order != CelEquality.Unordered && order * direction > 0)
            {
                best = value;
            }
        }

        return best;
    }
}
