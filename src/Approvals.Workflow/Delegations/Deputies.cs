using Approvals.Policy;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Workflow.Delegations;

/// <summary>Who stands in for whom now: the delegations that are in force, as far as the policy in force allows them. Calls may overlap.</summary>
public sealed class Deputies(IDelegationStore store, IDirectory directory, Func<PolicyInForce> policy, TimeProvider time)
{
    /// <summary>The person with what others lend them now. The directory has the last word on what those are still in.</summary>
    public async Task<Principal> WithLentAsync(Principal person, CancellationToken cancellationToken)
    {
        if (person.Kind != PrincipalKind.Human) return person;
        var lent = new List<LentGroups>();
        foreach (Delegation delegation in await InForceAsync(cancellationToken).ConfigureAwait(false))
        {
            if (IdOf(delegation.To) != person.Id) continue;
            if (await directory.FindAsync(IdOf(delegation.From), cancellationToken).ConfigureAwait(false) is not { Kind: PrincipalKind.Human } absent) continue;

            // INVARIANT: only a person's own groups are lent, never lent ones (the directory knows no delegations), so there are no chains.
            string[] groups = [.. absent.Groups.Intersect(delegation.Groups).Except(person.Groups)];
            if (groups.Length > 0) lent.Add(new LentGroups(absent, groups));
        }

        return lent.Count == 0 ? person : person with { Groups = [.. person.Groups.Union(lent.SelectMany(one => one.Groups))], Lent = lent };
    }

    /// <summary>The people in any of the groups, and who stands in for them, each once.</summary>
    public async Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        IReadOnlyList<Principal> members = await directory.MembersAsync(groups, cancellationToken).ConfigureAwait(false);
        var all = members.ToDictionary(member => member.Id);
        foreach (Delegation delegation in await InForceAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!all.ContainsKey(IdOf(delegation.From)) || all.ContainsKey(IdOf(delegation.To)) || !delegation.Groups.Intersect(groups).Any()) continue;
            if (await directory.FindAsync(IdOf(delegation.To), cancellationToken).ConfigureAwait(false) is { } deputy)
                all[deputy.Id] = await WithLentAsync(deputy, cancellationToken).ConfigureAwait(false);
        }

        return [.. all.Values];
    }

    private async Task<IEnumerable<Delegation>> InForceAsync(CancellationToken cancellationToken)
    {
        if (policy().Exceptions.Delegation is not { } limits) return [];
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<Delegation> known = await store.ListAsync(cancellationToken).ConfigureAwait(false);
        return known.Where(one => one.Begins <= now && now < one.Until && Policy.Delegations.Refusal(one, limits, []) is null);
    }

    private static PrincipalId IdOf(PersonRef person) => new(person.Issuer, person.Subject);
}
