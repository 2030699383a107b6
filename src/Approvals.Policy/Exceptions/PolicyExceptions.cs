namespace Approvals.Policy;

/// <summary>The limits that a policy sets to its exceptions. What is absent is not to be had under this policy.</summary>
public sealed record PolicyExceptions(BreakGlassLimits? BreakGlass, StandingApprovalLimits? StandingApprovals, DelegationLimits? Delegation)
{
    /// <summary>What of this concerns an action of one type that people are asked about; <see langword="null"/> where nothing does.</summary>
    public PolicyExceptions? For(string actionType)
    {
        BreakGlassLimits? glass = BreakGlass?.Covers(actionType) == true ? BreakGlass : null;
        StandingApprovalLimits? standing = StandingApprovals?.Covers(actionType) == true ? StandingApprovals : null;
        return glass is null && standing is null ? null : new PolicyExceptions(glass, standing, null);
    }
}

/// <summary>Which action types a pattern names: the type itself, or everything under it with <c>.*</c> at the end.</summary>
internal static class TypePatterns
{
    public static bool Match(IReadOnlyList<string> patterns, string type) => patterns.Any(pattern =>
        pattern.EndsWith(".*", StringComparison.Ordinal)
            ? type.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) && type.Length > pattern.Length - 1
            : type == pattern);
}
