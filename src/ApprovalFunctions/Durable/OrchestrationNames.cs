using System.Globalization;

namespace ApprovalFunctions.Durable;

/// <summary>
/// One function per version of an orchestration: <c>approval-v1</c>. An instance's function never changes, so neither does its version,
/// with every storage provider.
/// </summary>
public static class OrchestrationNames
{
    private const string Separator = "-v";

    public static string Function(string orchestration, int version) => orchestration + Separator + version.ToString(CultureInfo.InvariantCulture);

    /// <summary>False for instances that are not ours, entities among them.</summary>
    public static bool TryParse(string function, out string orchestration, out int version)
    {
        int at = function.LastIndexOf(Separator, StringComparison.Ordinal);
        orchestration = at > 0 ? function[..at] : "";
        version = 0;
        return at > 0 && int.TryParse(function.AsSpan(at + Separator.Length), NumberStyles.None, CultureInfo.InvariantCulture, out version) && version > 0;
    }
}
