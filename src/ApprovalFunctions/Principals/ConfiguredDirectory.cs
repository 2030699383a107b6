using ApprovalFunctions.Index;
using ApprovalFunctions.Settings;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Microsoft.Extensions.Options;

namespace ApprovalFunctions.Principals;

/// <summary>
/// The people of the settings (<c>Approvals:People</c>) and the holders of API keys that are not revoked. Somebody who is both is one
/// principal, with the groups of both.
/// </summary>
internal sealed class ConfiguredDirectory(IOptionsMonitor<GateSettings> settings, TableCredentials credentials) : IDirectory
{
    public async Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken)
    {
        Principal[] known =
        [
            .. People().Where(person => person.Id == id),
            .. (await credentials.OfAsync(id, cancellationToken)).Select(credential => credential.Principal),
        ];
        return Merge(known);
    }

    public async Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken) =>
    [
        .. People()
            .Concat((await credentials.ValidAsync(cancellationToken)).Select(credential => credential.Principal))
            .GroupBy(principal => principal.Id)
            .Select(same => Merge([.. same])!)
            .Where(person => person.Kind == PrincipalKind.Human && person.Groups.Intersect(groups).Any()),
    ];

    public async Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken)
    {
        var owners = new List<Principal>();
        foreach (PrincipalId owner in (await credentials.OfAsync(id, cancellationToken)).SelectMany(credential => credential.Owners).Distinct())
        {
            // INVARIANT: an owner nobody knows (any more) still stands in the chain, and so never approves (promise 3).
            owners.Add(await FindAsync(owner, cancellationToken) ?? new Principal(PrincipalKind.Human, owner.Issuer, owner.Subject, owner.Subject, []));
        }

        return owners;
    }

    private IEnumerable<Principal> People() => settings.CurrentValue.People.Select(person =>
        new Principal(PrincipalKind.Human, Principal.LocalIssuer, person.Subject, person.Name ?? person.Subject, person.Groups));

    // A service's key under a person's name lends the person no groups.
    private static Principal? Merge(Principal[] known) => known is [Principal first, ..]
        ? first with { Groups = [.. known.Where(other => other.Kind == first.Kind).SelectMany(other => other.Groups).Distinct()] }
        : null;
}
