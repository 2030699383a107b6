using System.Text.Json;
using Approvals.Policy.Cel;
using Approvals.Policy.Cel.Syntax;
using Approvals.Policy.Lint;

namespace Approvals.Policy;

/// <summary>
/// Evaluates <see cref="ReviewStage.Filter"/> for one reviewer. Never throws: a filter that fails, or that is no expression, admits nobody.
/// </summary>
public static class ReviewerFilter
{
    private const int CostLimit = 10_000;

    internal static CelEnvironment Environment { get; } = new(new Dictionary<string, CelType>(StringComparer.Ordinal)
    {
        ["reviewer"] = CelType.JsonObject,
        ["principal"] = CelType.JsonObject,
    });

    internal static bool LooksAtReviewerAlone(string filter) => !ExprWalk.Uses(Parser.Parse(new SourceText(filter)), "principal");

    /// <summary>Whether the filter admits a reviewer; a stage without filter admits everyone.</summary>
    /// <param name="reviewer"><c>{kind, issuer, subject, displayName, groups}</c>.</param>
    /// <param name="principal">As in <see cref="PolicyInput.Principal"/>.</param>
    public static bool Admits(ReviewStage stage, JsonElement reviewer, JsonElement principal)
    {
        if (stage.Filter is null)
            return true;
        if (reviewer.ValueKind != JsonValueKind.Object || principal.ValueKind != JsonValueKind.Object)
            return false;
        try
        {
            var activation = new CelActivation(Environment)
            {
                ["reviewer"] = CelValue.FromJson(reviewer),
                ["principal"] = CelValue.FromJson(principal),
            };
            return Environment.Compile(stage.Filter).EvaluateCondition(activation, CostLimit, out _) == true;
        }
        catch (Exception)
        {
            // Fails closed: stages come from recorded histories, whose filters an older version may have compiled.
            return false;
        }
    }
}
