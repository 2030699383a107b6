using System.Globalization;
using Approvals.Policy.Calendars;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Reads a whole policy file; complains about everything it finds at once.</summary>
internal static class PolicyReader
{
    public const int MaximumRules = 5_000;
    private const int MaximumPlans = 200;

    private static readonly Dictionary<string, MatchMode> s_modes = new(StringComparer.Ordinal)
    {
        ["first-match"] = MatchMode.FirstMatch,
        ["highest-severity"] = MatchMode.HighestSeverity,
    };

    private static readonly Dictionary<string, OpenReviews> s_onChange = new(StringComparer.Ordinal)
    {
        ["keep"] = OpenReviews.Keep,
        ["redecide"] = OpenReviews.Redecide,
    };

    /// <exception cref="PolicyException">The policy cannot be loaded.</exception>
    public static PolicyDocument Read(string text, DiagnosticList diagnostics, Func<string, string?>? readData)
    {
        var files = new DataFiles(diagnostics, readData);
        var node = files.Merge(YamlReader.Read(text, diagnostics));
        if (YamlKeys.Of(node, "A policy", diagnostics) is not { } root)
            throw new PolicyException(diagnostics.InFileOrder);
        Version(root);
        var name = root.Text("name");
        _ = root.Text("description");
        _ = root.Get("data");
        var changedBy = ChangedBy(root);
        var mode = root.Word("mode", s_modes) ?? MatchMode.FirstMatch;
        var onChange = root.Word("onChange", s_onChange) ?? OpenReviews.Keep;
        var calendars = new CalendarReader(diagnostics);
        calendars.Read(root);
        var data = new DataReader(diagnostics).Read(root, calendars);
        var expressions = new RuleExpressions(diagnostics);
        var plans = new PlanReader(diagnostics, expressions, calendars.Calendars);
        plans.ReadNamed(root.Named("plans", MaximumPlans));
        var rules = new RuleReader(diagnostics, expressions, plans);
        var read = root.Items("rules", MaximumRules, required: true).Select(rules.Read).OfType<PolicyRule>().ToList();
        var exceptions = ExceptionReader.Read(root, diagnostics);
        root.Finish();
        diagnostics.ThrowIfErrors();
        return new PolicyDocument { Name = name, DataFiles = files.Files, ChangedBy = changedBy, Mode = mode, Rules = read, Data = data, Exceptions = exceptions, BreakGlassNode = root.Get("breakGlass"), StandingApprovalsNode = root.Get("standingApprovals"), OnChange = onChange, UnusedPlans = plans.Unused };
    }

    /// <summary>A subject of the gate's own directory, or <c>{issuer, subject}</c>.</summary>
    private static PersonRef? ChangedBy(YamlKeys root)
    {
        if (root.Get("changedBy") is YamlScalar)
            return root.Text("changedBy") is { Length: > 0 } subject ? new PersonRef(PersonRef.LocalIssuer, subject) : null;
        if (root.Mapping("changedBy") is not { } keys)
            return null;
        var (issuer, name) = (keys.Text("issuer", required: true), keys.Text("subject", required: true));
        keys.Finish();
        return issuer is null || name is null ? null : new PersonRef(issuer, name);
    }

    private static void Version(YamlKeys root)
    {
        if (root.Scalar("version", required: true) is { } version && version is not { IsPlain: true, Text: "1" })
            root.Diagnostics.Error(version, "unknown_version", string.Create(CultureInfo.InvariantCulture, $"Version `{version.Text}` of the policy format is not known here."), "Write `version: 1`, or update this program.");
    }
}
