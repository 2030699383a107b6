using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;

namespace Approvals.Web.Policies;

/// <summary>How often each rule decided, day by day, over the actions of the last weeks.</summary>
/// <param name="Days">UTC days, oldest first.</param>
/// <param name="IsWhole">False where there were more actions than are counted: the oldest are missing.</param>
public sealed record RuleHits(IReadOnlyList<DateOnly> Days, IReadOnlyList<RuleHitsLine> Lines, int Actions, bool IsWhole)
{
    public const int NumberOfDays = 30;
    private const int PageSize = 200;
    private const int MaxPages = 25;

    /// <summary>Every rule of the policy in force, and those of earlier policies that decided something in this time.</summary>
    internal static async Task<RuleHits> CountAsync(IActionIndex index, PolicySet policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateOnly today = DateOnly.FromDateTime(now.UtcDateTime);
        DateOnly first = today.AddDays(1 - NumberOfDays);
        var counts = policy.Rules.ToDictionary(rule => rule.Id, _ => new int[NumberOfDays], StringComparer.Ordinal);
        int actions = 0;
        string? cursor = null;
        bool isWhole = false;
        for (int pages = 0; pages < MaxPages && !isWhole; pages++)
        {
            ActionPage page = await index.ListAsync(new ActionQuery(Limit: PageSize, Cursor: cursor), cancellationToken);
            foreach (ActionDocument action in page.Actions)
            {
                int day = DateOnly.FromDateTime(action.Request.RequestedAt.UtcDateTime).DayNumber - first.DayNumber;
                if (day < 0) isWhole = true; // newest first: everything after this is older too
                if (day is < 0 or >= NumberOfDays || action.Policy is not { } decision) continue;
                string rule = decision.Rule ?? RuleHitsLine.NoRule;
                if (!counts.TryGetValue(rule, out int[]? days)) counts[rule] = days = new int[NumberOfDays];
                days[day]++;
                actions++;
            }

            cursor = page.NextCursor;
            isWhole |= cursor is null;
        }

        Dictionary<string, PolicyRuleView> known = policy.Rules.ToDictionary(rule => rule.Id, StringComparer.Ordinal);
        return new RuleHits(
            [.. Enumerable.Range(0, NumberOfDays).Select(first.AddDays)],
            [.. counts.Select(line => new RuleHitsLine(line.Key, known.GetValueOrDefault(line.Key), line.Value))],
            actions,
            isWhole);
    }
}

/// <summary>One rule's days.</summary>
/// <param name="Rule">As the policy in force has it; <see langword="null"/> where it has none of that id.</param>
public sealed record RuleHitsLine(string Id, PolicyRuleView? Rule, IReadOnlyList<int> Days)
{
    /// <summary>Where no rule matched, which is a deny.</summary>
    public const string NoRule = "(no rule)";

    public int Total => Days.Sum();
}
