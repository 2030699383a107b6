using System.Text.Json;
using Approvals.Policy.Rules;
using Approvals.Policy.Yaml;

namespace Approvals.Policy.Lint;

/// <summary>Review plans that the people there are cannot meet. Nobody votes twice in one review, over all its stages.</summary>
internal sealed class Plans(PolicyDocument policy, PersonRef? author, PeopleDirectory? directory, Findings findings)
{
    private readonly HashSet<string> _groups = [.. directory?.People.SelectMany(p => p.Groups) ?? []];

    public void Check()
    {
        foreach (var (name, node) in policy.UnusedPlans)
            findings.AddAt(DiagnosticSeverity.Note, node, "unused_plan", $"No rule uses the plan `{name}`.", "Remove it, or use it.");
        foreach (var rule in policy.Rules)
        {
            if (rule.Plan is not { } plan)
                continue;
            foreach (var stage in plan.Stages)
                CheckStage(rule, stage);
            if (plan.ExcludesAuthor && author is null)
                findings.Add(DiagnosticSeverity.Error, rule, "policy_author_unknown", $"`{rule.Id}` keeps whoever last changed the policy from reviewing, and the file does not say who that was: it denies everything it matches.", "Say it at the top of the file: `changedBy: SUBJECT`.");
            if (directory is not null)
                CheckPeople(rule, plan, directory);
        }
        if (policy.Exceptions.BreakGlass is { } glass && directory is not null)
            CheckBreakGlass(glass, directory);
    }

    private void CheckBreakGlass(BreakGlassLimits limits, PeopleDirectory people)
    {
        var breakers = people.People.Count(p => p.Groups.Intersect(limits.Groups).Any());
        if (breakers < BreakGlass.People)
            findings.AddAt(DiagnosticSeverity.Error, policy.BreakGlassNode!, "break_glass_people", $"Breaking the glass takes {BreakGlass.People} people, and {breakers} may.", "Add people to its `groups`, or leave `breakGlass` out.");
        if (!people.People.Any(p => p.Groups.Intersect(limits.FollowUpGroups).Any()))
            findings.AddAt(DiagnosticSeverity.Error, policy.BreakGlassNode!, "empty_group", "Nobody is in the groups that owe the review after the glass was broken.", "Add people to `followUp.groups`.");
    }

    private void CheckStage(PolicyRule rule, ReviewStage stage)
    {
        if (stage.DenyThreshold > stage.Quorum)
            findings.Add(DiagnosticSeverity.Warning, rule, "deny_harder_than_approve", $"In stage `{stage.Name}` of `{rule.Id}` it takes {stage.DenyThreshold} people to deny and {stage.Quorum} to approve.", "Lower `denyThreshold`: doubt should weigh more than consent.");
        if (directory is null)
            return;
        foreach (var group in stage.Groups.Concat(stage.Escalation?.Groups ?? []).Where(g => !_groups.Contains(g)))
            findings.Add(DiagnosticSeverity.Error, rule, "empty_group", $"Nobody is in group `{group}`, which stage `{stage.Name}` of `{rule.Id}` asks.", Suggestion.For(group, _groups) ?? "Add people to it, or name another group.");
    }

    private void CheckPeople(PolicyRule rule, PlanSource plan, PeopleDirectory people)
    {
        var places = new List<IReadOnlyList<int>>();
        foreach (var (stage, _, excludesAuthor) in plan.Sources)
        {
            var eligible = Eligible(stage, stage.Groups, people, excludesAuthor);
            if (eligible.Count == 0)
            {
                // A group without members was reported already.
                if (stage.Groups.Any(_groups.Contains))
                    findings.Add(DiagnosticSeverity.Error, rule, "nobody_eligible", $"Nobody in the directory may review in stage `{stage.Name}` of `{rule.Id}`.", "Check its filter against the people there are.");
                return;
            }
            if (stage.Quorum > eligible.Count)
            {
                findings.Add(DiagnosticSeverity.Error, rule, "quorum_above_people", $"Stage `{stage.Name}` of `{rule.Id}` needs {stage.Quorum} approvals, and {eligible.Count} people may give one.", "Lower `quorum`, or add people to the groups.");
                return;
            }
            if (stage.Quorum == eligible.Count)
                findings.Add(DiagnosticSeverity.Warning, rule, "quorum_needs_everyone", $"Stage `{stage.Name}` of `{rule.Id}` needs everyone who may review ({eligible.Count}): one who is absent, or asks, blocks it.", "Add people to the groups, or an escalation.");

            // One place for each group first, the rest for anyone eligible.
            if (stage.OneFromEachGroup)
                places.AddRange(stage.Groups.Select(group => Eligible(stage, [group], people, excludesAuthor)));
            places.AddRange(Enumerable.Repeat(eligible, stage.Quorum - (stage.OneFromEachGroup ? stage.Groups.Count : 0)));
        }
        if (Assignment.Most(places, people.People.Count) < places.Count)
            findings.Add(DiagnosticSeverity.Error, rule, "plan_needs_more_people", $"`{rule.Id}` needs {places.Count} different people over all its stages, and there are not enough of them in the right groups.", "Nobody votes twice in one review: add people, or use fewer stages.");
    }

    private IReadOnlyList<int> Eligible(ReviewStage stage, IReadOnlyList<string> groups, PeopleDirectory people, bool excludesAuthor) =>
        [.. people.People.Index()
            .Where(p => p.Item.Groups.Intersect(groups).Any() && MayPass(stage, p.Item) && !(excludesAuthor && author?.Subject == p.Item.Subject))
            .Select(p => p.Index)];

    // A filter on the principal cannot be judged without one; only a filter on the reviewer alone rules people out here.
    private static bool MayPass(ReviewStage stage, DirectoryPerson person)
    {
        if (stage.Filter is null || !ReviewerFilter.LooksAtReviewerAlone(stage.Filter))
            return true;
        var nothing = JsonSerializer.SerializeToElement(new { });
        var reviewer = JsonSerializer.SerializeToElement(new { kind = "human", issuer = "approvals", subject = person.Subject, displayName = person.Name, groups = person.Groups });
        return ReviewerFilter.Admits(stage, reviewer, nothing);
    }
}
