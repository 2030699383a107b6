using Approvals.Policy.Cel.Matching;

namespace Approvals.Policy.Cel.Functions;

/// <summary>Functions of the language definition on strings, bytes, lists and maps.</summary>
internal static class StandardFunctions
{
    private static readonly CelError InvalidPattern = CelError.Invalid("the pattern is no RE2 regular expression");

    private static readonly FunctionBody SizeOfString = (args, ref meter) =>
    {
        meter.ChargeText(args[0].StringValue.Length);
        return CelValue.Of((long)CodePoints.Count(args[0].StringValue));
    };

    private static readonly FunctionBody SizeOfBytes = (args, ref _) => CelValue.Of((long)args[0].BytesValue.Length);

    private static readonly FunctionBody SizeOfList = (args, ref _) => CelValue.Of((long)args[0].ListValue.Length);

    private static readonly FunctionBody SizeOfMap = (args, ref _) => CelValue.Of((long)args[0].MapValue.Count);

    private static readonly FunctionBody Matches = (args, ref meter) =>
    {
        // A pattern out of the data: compiled anew each time, and charged for it.
        meter.Charge(Pattern.CompileCost + (10 * args[1].StringValue.Length));
        if (!Pattern.TryCompile(args[1].StringValue, out var pattern, out _))
        {
            return CelValue.Of(InvalidPattern);
        }

        meter.Charge(pattern.Size);
        return CelValue.Of(pattern.IsMatch(args[0].StringValue, ref meter));
    };

    internal static readonly Overload[] All =
    [
        new("size(string) -> int", SizeOfString),
        new("size(bytes) -> int", SizeOfBytes),
        new("size(list(A)) -> int", SizeOfList),
        new("size(map(A, B)) -> int", SizeOfMap),
        new("string.size() -> int", SizeOfString),
        new("bytes.size() -> int", SizeOfBytes),
        new("list(A).size() -> int", SizeOfList),
        new("map(A, B).size() -> int", SizeOfMap),
        new("string.contains(string) -> bool", (args, ref meter) =>
        {
            meter.ChargeText(args[0].StringValue.Length);
            return CelValue.Of(args[0].StringValue.Contains(args[1].StringValue, StringComparison.Ordinal));
        }),
        new("string.startsWith(string) -> bool", (args, ref meter) =>
        {
            meter.ChargeText(args[1].StringValue.Length);
            return CelValue.Of(args[0].StringValue.StartsWith(args[1].StringValue, StringComparison.Ordinal));
        }),
        new("string.endsWith(string) -> bool", (args, ref meter) =>
        {
            meter.ChargeText(args[1].StringValue.Length);
            return CelValue.Of(args[0].StringValue.EndsWith(args[1].StringValue, StringComparison.Ordinal));
        }),
        new("matches(string, string) -> bool", Matches),
        new("string.matches(string) -> bool", Matches),
        new("type(A) -> type", (args, ref _) => CelValue.Of(args[0].Type)),
        new("dyn(A) -> dyn", (args, ref _) => args[0]),
    ];
}
