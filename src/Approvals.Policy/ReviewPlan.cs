using System.Text.RegularExpressions;

namespace Approvals.Policy;

/// <summary>Who must look at an action, in which order and by when. Wire format: stands in workflow histories.</summary>
/// <param name="Stages">At least one; each begins when the one before it is approved.</param>
public sealed record ReviewPlan(IReadOnlyList<ReviewStage> Stages);

/// <summary>One step of a review plan.</summary>
/// <param name="Groups">A reviewer is eligible who is in one of these.</param>
/// <param name="Quorum">How many distinct people must approve; at least 1.</param>
/// <param name="Timeout">The stage expires this long after it began; <see cref="After"/> says when that is.</param>
public sealed record ReviewStage(string Name, IReadOnlyList<string> Groups, int Quorum, TimeSpan Timeout)
{
    /// <summary>So many denials deny the action; at least 1.</summary>
    public int DenyThreshold { get; init; } = 1;

    /// <summary>When to remind, counted from the stage's start, ascending.</summary>
    public IReadOnlyList<TimeSpan> Reminders { get; init; } = [];

    public Escalation? Escalation { get; init; }

    public Assurance MinimumAssurance { get; init; } = Assurance.Link;

    /// <summary>A justification needs at least so many characters, after trimming.</summary>
    public int MinimumJustification { get; init; }

    /// <summary>A justification must hold a match of this regular expression; <see langword="null"/> asks for none.</summary>
    public string? TicketPattern { get; init; }

    /// <summary>Every group must give at least one of the approvals, and nobody counts for two groups.</summary>
    public bool OneFromEachGroup { get; init; }

    /// <summary>CEL over <c>reviewer</c> and <c>principal</c>: only a reviewer for whom it is true is eligible. <see cref="ReviewerFilter"/> evaluates it.</summary>
    public string? Filter { get; init; }

    /// <summary>The working time in which timeout, reminders and escalation are counted, ascending and apart; <see langword="null"/>: day and night.</summary>
    public IReadOnlyList<OpenWindow>? Hours { get; init; }

    /// <summary>People who are not eligible here besides those who never are: whoever last changed the policy, where the policy says so.</summary>
    public IReadOnlyList<PersonRef> Excluded { get; init; } = [];

    /// <summary>
    /// When a span of this stage (its timeout, a reminder, its escalation) is over, counted from its start in <see cref="Hours"/>. Pure, so that
    /// an orchestration may ask at any replay. Spans beyond the hours that are known end with them.
    /// </summary>
    public DateTimeOffset After(TimeSpan span, DateTimeOffset startedAt)
    {
        if (Hours is null)
            return startedAt + span;
        var last = startedAt;
        foreach (var window in Hours)
        {
            if (window.Until <= startedAt)
                continue;
            var from = window.From > startedAt ? window.From : startedAt;
            if (window.Until - from >= span)
                return from + span;
            span -= window.Until - from;
            last = window.Until;
        }
        return last;
    }

    /// <summary>Whether a justification names the ticket that <see cref="TicketPattern"/> asks for. A pattern that cannot be read is never met.</summary>
    public bool HasTicket(string justification)
    {
        if (TicketPattern is null)
            return true;
        try
        {
            return Regex.IsMatch(justification, TicketPattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}

/// <summary>Members of <paramref name="Groups"/> become eligible too, <paramref name="After"/> the stage's start.</summary>
public sealed record Escalation(TimeSpan After, IReadOnlyList<string> Groups);
