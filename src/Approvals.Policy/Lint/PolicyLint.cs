namespace Approvals.Policy.Lint;

/// <summary>
/// Looks for what a policy that loads can still be wrong about: rules that fail open, can never decide or can never be met. docs/policy.md
/// lists the codes.
/// </summary>
public static class PolicyLint
{
    /// <param name="directory">The people there are; without it nothing is said of groups and quorums.</param>
    /// <returns>What was found, with the policy's own warnings, in the order of the file.</returns>
    public static IReadOnlyList<PolicyDiagnostic> Check(PolicySet policy, PeopleDirectory? directory = null)
    {
        var findings = new Findings(policy.SourceName);
        OpenDoors.Check(policy.Document, findings);
        new Reachability(policy.Document, findings).Check();
        new Fields(policy.Document, findings).Check();
        Grants.Check(policy, findings);
        new Plans(policy.Document, policy.ChangedBy, directory, findings).Check();
        return [.. policy.Warnings, .. findings.InFileOrder];
    }
}
