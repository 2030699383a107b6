namespace Approvals.Policy;

/// <summary>How long somebody may be stood in for at a time.</summary>
public sealed record DelegationLimits(TimeSpan Longest);

/// <summary>Somebody is away and another decides for them. Wire format.</summary>
/// <param name="From">Who is away.</param>
/// <param name="To">Who stands in.</param>
/// <param name="Until">Not at or after this.</param>
/// <param name="Groups">For which of the absent person's groups; never all by default.</param>
public sealed record Delegation(string Id, PersonRef From, PersonRef To, DateTimeOffset Begins, DateTimeOffset Until, IReadOnlyList<string> Groups);

/// <summary>As whose member somebody may vote: their own groups and those lent to them.</summary>
/// <param name="ActsFor">Whose groups are lent; a vote of this person is theirs too.</param>
public sealed record Standing(IReadOnlyList<string> Groups, IReadOnlyList<PersonRef> ActsFor);

/// <summary>
/// Delegation as pure functions. INVARIANTS: no chains (only a person's own groups are lent, never lent ones); nobody gets a second vote (a
/// vote uses up the vote of everyone it stands for); whoever may not vote lends nothing.
/// </summary>
public static class Delegations
{
    /// <summary>Why it may not be made, as a stable code, or <see langword="null"/>.</summary>
    /// <param name="others">All that are known: somebody who is away cannot stand in at the same time, which would be a chain.</param>
    public static string? Refusal(Delegation delegation, DelegationLimits? limits, IReadOnlyList<Delegation> others) =>
        limits is null ? "delegation_off"
        : delegation.From == delegation.To ? "delegation_to_self"
        : delegation.Groups.Count == 0 ? "delegation_of_nothing"
        : delegation.Until <= delegation.Begins || delegation.Until - delegation.Begins > limits.Longest ? "delegation_too_long"
        : others.Any(o => o.Id != delegation.Id && Overlap(o, delegation) && (o.To == delegation.From || o.From == delegation.To)) ? "delegation_chain"
        : others.Any(o => o.Id != delegation.Id && Overlap(o, delegation) && o.From == delegation.From && o.Groups.Intersect(delegation.Groups).Any()) ? "delegation_overlaps"
        : null;

    /// <param name="ownGroups">What the directory says of the voter.</param>
    /// <param name="groupsOf">What the directory says of anybody: one can lend only what one has now.</param>
    /// <param name="excluded">Everyone in the principal chain.</param>
    public static Standing StandingOf(
        PersonRef voter, IReadOnlyList<string> ownGroups, IReadOnlyList<Delegation> delegations, DelegationLimits? limits,
        Func<PersonRef, IReadOnlyList<string>> groupsOf, IReadOnlyCollection<PersonRef> excluded, DateTimeOffset now)
    {
        if (limits is null || excluded.Contains(voter))
            return new Standing(excluded.Contains(voter) ? [] : ownGroups, []);
        var groups = new List<string>(ownGroups);
        var actsFor = new List<PersonRef>();
        foreach (var delegation in delegations.Where(d => d.To == voter && d.Begins <= now && now < d.Until && Refusal(d, limits, []) is null))
        {
            if (excluded.Contains(delegation.From))
                continue;
            var lent = groupsOf(delegation.From).Intersect(delegation.Groups).Except(ownGroups).ToList();
            if (lent.Count == 0)
                continue;
            groups.AddRange(lent.Except(groups));
            if (!actsFor.Contains(delegation.From))
                actsFor.Add(delegation.From);
        }
        return new Standing(groups, actsFor);
    }

    /// <summary>Whether a vote would be a second one for anybody, among votes with their standings.</summary>
    public static bool IsSecondVote(PersonRef voter, Standing standing, IReadOnlyList<(PersonRef Voter, IReadOnlyList<PersonRef> ActsFor)> votes)
    {
        var heard = votes.SelectMany(v => v.ActsFor.Append(v.Voter)).ToHashSet();
        return heard.Contains(voter) || standing.ActsFor.Any(heard.Contains);
    }

    private static bool Overlap(Delegation a, Delegation b) => a.Begins < b.Until && b.Begins < a.Until;
}
