using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Reads <c>breakGlass:</c>, <c>standingApprovals:</c> and <c>delegation:</c>.</summary>
internal static class ExceptionReader
{
    private const int MaximumTypes = 200;
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    public static PolicyExceptions Read(YamlKeys root, DiagnosticList diagnostics) =>
        new(ReadBreakGlass(root, diagnostics), ReadStanding(root, diagnostics), ReadDelegation(root));

    private static BreakGlassLimits? ReadBreakGlass(YamlKeys root, DiagnosticList diagnostics)
    {
        if (root.Mapping("breakGlass") is not { } keys)
            return null;
        var groups = Groups(keys, diagnostics);
        var types = Types(keys, diagnostics);
        _ = keys.Require("followUp");
        var followUp = keys.Mapping("followUp");
        var reviewers = followUp is null ? [] : Groups(followUp, diagnostics);
        var within = followUp?.Duration("within", PlanReader.LongestTimeout, required: true);
        followUp?.Finish();
        keys.Finish();
        return within is null ? null : new BreakGlassLimits(groups, types, reviewers, within.Value);
    }

    private static StandingApprovalLimits? ReadStanding(YamlKeys root, DiagnosticList diagnostics)
    {
        if (root.Mapping("standingApprovals") is not { } keys)
            return null;
        var types = Types(keys, diagnostics);
        _ = keys.Require("maximumUses");
        var uses = keys.Integer("maximumUses", 1, 10_000);
        var longest = keys.Duration("longest", s_longest, required: true);
        keys.Finish();
        return uses is null || longest is null ? null : new StandingApprovalLimits(types, uses.Value, longest.Value);
    }

    private static DelegationLimits? ReadDelegation(YamlKeys root)
    {
        if (root.Mapping("delegation") is not { } keys)
            return null;
        var longest = keys.Duration("longest", s_longest, required: true);
        keys.Finish();
        return longest is null ? null : new DelegationLimits(longest.Value);
    }

    private static IReadOnlyList<string> Groups(YamlKeys keys, DiagnosticList diagnostics)
    {
        var groups = keys.Scalars("groups", 50);
        if (groups.Count == 0)
            diagnostics.Error(keys.Node, "no_reviewers", "Nobody is named here.", "Name `groups`.");
        return [.. groups.Where(g => Names.CheckGroup(g, diagnostics)).Select(g => g.Text)];
    }

    private static IReadOnlyList<string> Types(YamlKeys keys, DiagnosticList diagnostics)
    {
        var types = keys.Scalars("types", MaximumTypes);
        if (types.Count == 0)
            diagnostics.Error(keys.Node, "missing_key", "No types of action are named here.", "Write for example `types: [\"access.*\"]`.");
        foreach (var type in types)
        {
            var name = type.Text.EndsWith(".*", StringComparison.Ordinal) ? type.Text[..^2] : type.Text;
            if (name.Length == 0 || name.Contains('*', StringComparison.Ordinal))
                diagnostics.Error(type, "wrong_pattern", $"`{type.Text}` names no type.", "Write a type, or everything under one: `access.*`.");
        }
        return [.. types.Select(t => t.Text)];
    }
}
