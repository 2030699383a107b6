using System.Collections.Frozen;

namespace Approvals.Policy.Cel.Functions;

/// <summary>All functions, by name and style of call (<c>f(x)</c> or <c>x.f()</c>).</summary>
internal static class FunctionTable
{
    private static readonly FrozenDictionary<(string Name, bool IsMember), Overload[]> Functions =
        new[]
        {
            StandardFunctions.All,
            ConversionFunctions.All,
            TimeFunctions.All,
            StringFunctions.All,
            MathFunctions.All,
            EncoderFunctions.All,
            OptionalFunctions.All,
            NetworkFunctions.All,
        }
        .SelectMany(library => library)
        .GroupBy(overload => (overload.Name, overload.IsMember))
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    internal static bool TryGet(string name, bool isMember, out Overload[] overloads) =>
        Functions.TryGetValue((name, isMember), out overloads!);

    /// <summary>All names of one style of call, for the hint of an error message.</summary>
    internal static IEnumerable<string> Names(bool isMember) => Functions.Keys.Where(key => key.IsMember == isMember).Select(key => key.Name);

    internal static bool Exists(string name) => Functions.ContainsKey((name, true)) || Functions.ContainsKey((name, false));
}
