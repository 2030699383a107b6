namespace Approvals.Policy.Simulation;

/// <summary>An action that was decided, as far as its record tells.</summary>
/// <param name="Verdict">What policy said then.</param>
/// <param name="Rule">Which rule said so; <see langword="null"/> where none matched.</param>
/// <param name="IsWhole">False where the record does not hold all that policy saw then (a ledger keeps no parameters and no context).</param>
public sealed record PastAction(string Id, DateTimeOffset At, PolicyInput Input, PolicyVerdict Verdict, string? Rule, bool IsWhole);

/// <summary>One action and what each policy says of it.</summary>
/// <param name="After">The decision under the new policy.</param>
public sealed record SimulatedAction(PastAction Action, PolicyDecision After)
{
    /// <summary>The new policy asks for something that the record does not hold: nothing can be said.</summary>
    public bool IsUnknown => !Action.IsWhole && After.Error is not null;

    public bool Changes => !IsUnknown && After.Verdict != Action.Verdict;

    /// <summary>The verdict stays, another rule gives it.</summary>
    public bool ChangesRuleOnly => !IsUnknown && !Changes && After.Rule != Action.Rule;
}

/// <summary>What would change if past actions came again under another policy.</summary>
public sealed record SimulationReport(IReadOnlyList<SimulatedAction> Actions)
{
    public int Unknown => Actions.Count(a => a.IsUnknown);

    public int Changed => Actions.Count(a => a.Changes);

    /// <summary>How many went from one verdict to another; what is unknown counts nowhere.</summary>
    public int Count(PolicyVerdict before, PolicyVerdict after) => Actions.Count(a => !a.IsUnknown && a.Action.Verdict == before && a.After.Verdict == after);
}

/// <summary>Replays past actions under a policy, each at its own time.</summary>
public static class PolicySimulation
{
    public static SimulationReport Run(PolicySet policy, IEnumerable<PastAction> actions) =>
        new([.. actions.Select(action => new SimulatedAction(action, policy.Evaluate(action.Input)))]);
}
