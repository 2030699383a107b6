using Approvals.Policy.Calendars;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

internal enum MatchMode
{
    FirstMatch,
    HighestSeverity,
}

/// <summary>A policy as it was read: everything checked, every expression compiled.</summary>
internal sealed class PolicyDocument
{
    public string? Name { get; init; }

    public required MatchMode Mode { get; init; }

    /// <summary>In the order of the file.</summary>
    public required IReadOnlyList<PolicyRule> Rules { get; init; }

    public required PolicyData Data { get; init; }

    public required PolicyExceptions Exceptions { get; init; }

    public required OpenReviews OnChange { get; init; }

    /// <summary>Named plans that no rule names, and where they stand.</summary>
    public required IReadOnlyList<KeyValuePair<string, YamlNode>> UnusedPlans { get; init; }
}

internal sealed class PolicyRule
{
    public required string Id { get; init; }

    public string? Description { get; init; }

    public required Expression When { get; init; }

    public required PolicyVerdict Verdict { get; init; }

    public required ReasonTemplate Reason { get; init; }

    public required int Risk { get; init; }

    public required Obligations Obligations { get; init; }

    public required IReadOnlyList<string> Evidence { get; init; }

    /// <summary>Set exactly when the verdict is review.</summary>
    public PlanSource? Plan { get; init; }

    /// <summary>The rule's own lines, for whoever complains about it.</summary>
    public required YamlNode Node { get; init; }
}

/// <summary>A plan as the policy has it, and the calendars its stages count in, stage by stage.</summary>
internal sealed record PlanSource(ReviewPlan Plan, IReadOnlyList<WorkCalendar?> Calendars)
{
    private readonly bool _anyCalendar = Calendars.Any(c => c is not null);

    public IReadOnlyList<ReviewStage> Stages => Plan.Stages;

    /// <summary>The plan for a review that begins now. The same object each time where no stage has a calendar.</summary>
    public ReviewPlan At(DateTimeOffset now) => !_anyCalendar ? Plan : new ReviewPlan(
        [.. Plan.Stages.Zip(Calendars, (stage, calendar) => calendar is null ? stage : stage with { Hours = calendar.Windows(now, WorkCalendar.Horizon) })]);
}
