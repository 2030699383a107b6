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

    /// <summary>Who last changed the file, as it says itself.</summary>
    public PersonRef? ChangedBy { get; init; }

    public required PolicyData Data { get; init; }

    /// <summary>The files under <c>data:</c>, in the order of the policy file.</summary>
    public required IReadOnlyList<PolicyDataFile> DataFiles { get; init; }

    public required PolicyExceptions Exceptions { get; init; }

    /// <summary>Where <c>breakGlass</c> stands, for whoever complains about it; set where the policy has one.</summary>
    public YamlNode? BreakGlassNode { get; init; }

    /// <summary>Where <c>standingApprovals</c> stands; set where the policy has them.</summary>
    public YamlNode? StandingApprovalsNode { get; init; }

    public required OpenReviews OnChange { get; init; }

    /// <summary>Named plans that no rule names, and where they stand.</summary>
    public required IReadOnlyList<KeyValuePair<string, YamlNode>> UnusedPlans { get; init; }
}

internal sealed class PolicyRule
{
    public required string Id { get; init; }

    public string? Description { get; init; }

    public required Expression When { get; init; }

    /// <summary>Which types of action <see cref="When"/> can be true for; null where that cannot be told without evaluating it.</summary>
    public TypeGuard? Guard { get; init; }

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

/// <summary>A stage as the policy has it, with what only the moment of a decision can fill in.</summary>
internal sealed record StageSource(ReviewStage Stage, WorkCalendar? Calendar, bool ExcludesAuthor);

/// <summary>A plan as the policy has it.</summary>
internal sealed record PlanSource(IReadOnlyList<StageSource> Sources)
{
    private readonly ReviewPlan _plan = new([.. Sources.Select(s => s.Stage)]);
    private readonly bool _isFixed = Sources.All(s => s.Calendar is null && !s.ExcludesAuthor);

    public IReadOnlyList<ReviewStage> Stages => _plan.Stages;

    public bool ExcludesAuthor => Sources.Any(s => s.ExcludesAuthor);

    /// <summary>The plan for a review that begins now. The same object each time where it depends on neither time nor author.</summary>
    public ReviewPlan For(DateTimeOffset now, PersonRef? author) => _isFixed ? _plan : new ReviewPlan([.. Sources.Select(source => source.Stage with
    {
        Hours = source.Calendar?.Windows(now, WorkCalendar.Horizon),
        Excluded = source.ExcludesAuthor && author is not null ? [author] : [],
    })]);
}
