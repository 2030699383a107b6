using Approvals.Policy;

namespace Approvals.Cli.Policy;

/// <summary>A stage of a review plan as one line for people.</summary>
internal static class PlanText
{
    internal static string Of(ReviewStage stage)
    {
        var who = stage.Groups.Count > 0 ? string.Join(stage.OneFromEachGroup ? " and " : " or ", stage.Groups) : "whoever passes the filter";
        var parts = new List<string> { $"{stage.Name}: {stage.Quorum} of {who} within {Span(stage.Timeout)}" };
        if (stage.Groups.Count > 0 && stage.Filter is not null)
            parts.Add("filtered");
        if (stage.MinimumAssurance > Assurance.Link)
            parts.Add($"assurance {(stage.MinimumAssurance == Assurance.IdpMfa ? "idp+mfa" : stage.MinimumAssurance.ToString().ToLowerInvariant())}");
        if (stage.MinimumJustification > 0)
            parts.Add($"justification of {stage.MinimumJustification} characters");
        if (stage.TicketPattern is not null)
            parts.Add($"ticket {stage.TicketPattern}");
        if (stage.Escalation is { } escalation)
            parts.Add($"after {Span(escalation.After)} also {string.Join(" or ", escalation.Groups)}");
        return string.Join("; ", parts);
    }

    private static string Span(TimeSpan span) =>
        string.Join(' ', new[] { (span.Days, "d"), (span.Hours, "h"), (span.Minutes, "min"), (span.Seconds, "s") }.Where(p => p.Item1 > 0).Select(p => $"{p.Item1} {p.Item2}"));
}
