using System.Globalization;
using System.Text.RegularExpressions;
using Approvals.Policy.Calendars;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Rules;

/// <summary>Reads review plans: the named ones under <c>plans:</c> and those that stand in a rule.</summary>
internal sealed class PlanReader(DiagnosticList diagnostics, RuleExpressions expressions, IReadOnlyDictionary<string, WorkCalendar> calendars)
{
    public const int LongestJustification = 1_000;
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(90);

    private const int MaximumStages = 10;
    private const int MaximumGroups = 50;
    private const int MaximumQuorum = 50;
    private const int MaximumReminders = 20;

    /// <summary>Over all stages: every vote stands in the record of the decision, which is one ledger entry of 64 KiB.</summary>
    private const int MaximumVotes = 25;

    private readonly Dictionary<string, PlanSource?> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> _unused = new(StringComparer.Ordinal);

    public IReadOnlyList<KeyValuePair<string, YamlNode>> Unused => [.. _unused];

    public void ReadNamed(IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> plans)
    {
        foreach (var (name, node) in plans)
        {
            if (Names.Check(name, "plan name", diagnostics))
            {
                _named[name.Text] = ReadPlan(node);
                _unused[name.Text] = name;
            }
        }
    }

    /// <summary>The name of a plan, <c>{stages: […]}</c>, or the keys of its only stage.</summary>
    public PlanSource? Read(YamlNode node)
    {
        if (node is not YamlScalar name)
            return ReadPlan(node);
        if (_named.TryGetValue(name.Text, out var plan))
        {
            _unused.Remove(name.Text);
            return plan;
        }
        diagnostics.Error(name, "unknown_plan", $"There is no plan `{name.Text}`.", Suggestion.For(name.Text, _named.Keys) ?? "Define it under `plans:`, or write its groups, quorum and timeout here.");
        return null;
    }

    public static string? Ticket(YamlKeys keys)
    {
        if (keys.Scalar("ticket") is not { } scalar)
            return null;
        try
        {
            _ = new Regex(scalar.Text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return scalar.Text;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            keys.Diagnostics.Error(scalar, "wrong_pattern", $"`{scalar.Text}` is not a regular expression that runs in linear time.", "Write for example `CHG-[0-9]+`; back references and lookarounds are not available.");
            return null;
        }
    }

    private PlanSource? ReadPlan(YamlNode node)
    {
        if (YamlKeys.Of(node, "A review plan", diagnostics) is not { } keys)
            return null;
        if (keys.Node.Entries.All(e => e.Key.Text != "stages"))
            return ReadStage(keys, 0) is { } only ? Bounded(node, [only]) : null;

        var nodes = keys.Items("stages", MaximumStages);
        keys.Finish();
        if (nodes.Count == 0)
            diagnostics.Error(node, "no_stages", "A review plan without stages asks nobody.", "Add a stage with `groups`, `quorum` and `timeout`.");
        var stages = nodes.Select((stage, index) => YamlKeys.Of(stage, "A stage", diagnostics) is { } stageKeys ? ReadStage(stageKeys, index) : null).ToList();
        foreach (var twice in stages.GroupBy(s => s?.Stage.Name ?? "", StringComparer.Ordinal).Where(g => g.Count() > 1))
            diagnostics.Error(node, "duplicate_stage", $"Two stages are named `{twice.Key}`.", "Give each stage a name of its own: votes name their stage.");
        return stages.Count > 0 && stages.TrueForAll(s => s is not null)
            ? Bounded(node, [.. stages.Select(s => s!)])
            : null;
    }

    private PlanSource Bounded(YamlNode node, IReadOnlyList<StageSource> stages)
    {
        var votes = stages.Sum(s => s.Stage.Quorum + s.Stage.DenyThreshold - 1);
        if (votes > MaximumVotes)
            diagnostics.Error(node, "too_many_votes", string.Create(CultureInfo.InvariantCulture, $"This plan may count {votes} votes, and a record holds {MaximumVotes}."), "Lower `quorum` and `denyThreshold`: so many people decide nothing together.");
        return new PlanSource(stages);
    }

    private StageSource? ReadStage(YamlKeys keys, int index)
    {
        var name = keys.Scalar("name");
        if (name is not null && !Names.Check(name, "stage name", diagnostics))
            name = null;
        var groups = Groups(keys, "groups");
        var filter = keys.Scalar("filter");
        if (groups.Count == 0)
            diagnostics.Error(keys.Node, "no_reviewers", "Nobody is asked in this stage.", "Name `groups`: they are notified; a `filter` only narrows them down.");
        var quorum = keys.Integer("quorum", 1, MaximumQuorum) ?? 1;
        var timeout = keys.Duration("timeout", LongestTimeout, required: true);
        var stage = new ReviewStage(name?.Text ?? (index == 0 ? "review" : string.Create(CultureInfo.InvariantCulture, $"review-{index + 1}")), groups, quorum, timeout ?? TimeSpan.FromHours(1))
        {
            DenyThreshold = keys.Integer("denyThreshold", 1, MaximumQuorum) ?? 1,
            Reminders = Reminders(keys, timeout),
            Escalation = Escalation(keys, timeout),
            MinimumAssurance = keys.Word("assurance", Names.Assurances) ?? Assurance.Link,
            MinimumJustification = keys.Integer("justification", 0, LongestJustification) ?? 0,
            TicketPattern = Ticket(keys),
            OneFromEachGroup = keys.Flag("oneFromEachGroup"),
            Filter = filter is null ? null : expressions.ReviewerFilter(filter)?.Source,
        };
        var calendar = Calendar(keys);
        var excludesAuthor = keys.Flag("excludePolicyAuthor");
        keys.Finish();
        if (stage.OneFromEachGroup && (groups.Count == 0 || quorum < groups.Count))
            diagnostics.Error(keys.Node, "quorum_below_groups", string.Create(CultureInfo.InvariantCulture, $"One from each of {groups.Count} groups cannot be had with a quorum of {quorum}."), string.Create(CultureInfo.InvariantCulture, $"Write `quorum: {Math.Max(groups.Count, 1)}`: nobody counts for two groups."));
        return new StageSource(stage, calendar, excludesAuthor);
    }

    private WorkCalendar? Calendar(YamlKeys keys)
    {
        if (keys.Scalar("hours") is not { } name)
            return null;
        if (calendars.TryGetValue(name.Text, out var calendar))
            return calendar;
        diagnostics.Error(name, "unknown_calendar", $"There is no calendar `{name.Text}`.", Suggestion.For(name.Text, calendars.Keys) ?? "Define it under `calendars:`.");
        return null;
    }

    private IReadOnlyList<string> Groups(YamlKeys keys, string key)
    {
        var groups = keys.Scalars(key, MaximumGroups);
        foreach (var twice in groups.GroupBy(g => g.Text, StringComparer.Ordinal).Where(g => g.Count() > 1))
            diagnostics.Error(twice.Last(), "duplicate_group", $"Group `{twice.Key}` stands here twice.", "Name it once.");
        return [.. groups.Where(group => Names.CheckGroup(group, diagnostics)).Select(group => group.Text)];
    }

    private IReadOnlyList<TimeSpan> Reminders(YamlKeys keys, TimeSpan? timeout)
    {
        var reminders = new SortedSet<TimeSpan>();
        foreach (var scalar in keys.Scalars("reminders", MaximumReminders))
        {
            if (Durations.Read(scalar, "reminders", LongestTimeout, diagnostics) is not { } reminder)
                continue;
            if (timeout <= reminder)
                diagnostics.Error(scalar, "reminder_after_deadline", $"A reminder after {scalar.Text} comes too late: the stage ends after {Durations.Write(timeout.Value)}.", "Reminders count from the start of the stage; make it shorter than `timeout`.");
            reminders.Add(reminder);
        }
        return [.. reminders];
    }

    private Escalation? Escalation(YamlKeys keys, TimeSpan? timeout)
    {
        if (keys.Mapping("escalation") is not { } mapping)
            return null;
        var after = mapping.Duration("after", LongestTimeout, required: true);
        var groups = Groups(mapping, "groups");
        mapping.Finish();
        if (groups.Count == 0)
            diagnostics.Error(mapping.Node, "no_reviewers", "This escalation adds nobody.", "Name the `groups` that may decide once it is late.");
        if (timeout <= after)
            diagnostics.Error(mapping.Node, "escalation_after_deadline", $"An escalation after {Durations.Write(after.Value)} comes too late: the stage ends after {Durations.Write(timeout.Value)}.", "Make `after` shorter than `timeout`.");
        return after is null ? null : new Escalation(after.Value, groups);
    }
}
