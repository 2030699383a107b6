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
        ["action"] = CelType.JsonObject,
        ["principal"] = CelType.JsonObject,
    });

    internal static bool LooksAtReviewerAlone(string filter)
    {
        var expr = Parser.Parse(new SourceText(filter));
        return !ExprWalk.Uses(expr, "action") && !ExprWalk.Uses(expr, "principal");
    }

    /// <summary>Whether the filter admits a reviewer; a stage without filter admits everyone.</summary>
    /// <param name="reviewer"><c>{kind, issuer, subject, displayName, groups}</c>.</param>
    /// <param name="action">As in <see cref="PolicyInput.Action"/>: redacted.</param>
    /// <param name="principal">As in <see cref="PolicyInput.Principal"/>.</param>
    public static bool Admits(ReviewStage stage, JsonElement reviewer, JsonElement action, JsonElement principal)
    {
        if (stage.Filter is null)
            return true;
        try
        {
            var activation = new CelActivation(Environment)
            {
                ["reviewer"] = CelValue.FromJson(reviewer),
                ["action"] = CelValue.FromJson(action),
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
