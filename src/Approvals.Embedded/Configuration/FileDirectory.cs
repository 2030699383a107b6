using Approvals.Embedded.Credentials;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Embedded.Configuration;

/// <summary>
/// The people of <c>approvals.yaml</c> and the holders of API keys that are not revoked. Somebody who is both is one principal,
/// with the groups of both.
/// </summary>
public sealed class FileDirectory(IReadOnlyList<Principal> people, SqliteCredentials credentials) : IDirectory
{
    public Task<Principal?> FindAsync(PrincipalId id, CancellationToken cancellationToken) => Task.FromResult(Find(id));

    public Task<IReadOnlyList<Principal>> MembersAsync(IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        IEnumerable<PrincipalId> everybody = people.Select(person => person.Id)
            .Concat(Valid().Where(credential => credential.Principal.Kind == PrincipalKind.Human).Select(credential => credential.Principal.Id));
        return Task.FromResult<IReadOnlyList<Principal>>(
            [.. everybody.Distinct().Select(Find).OfType<Principal>().Where(person => person.Groups.Intersect(groups).Any())]);
    }

    public Task<IReadOnlyList<Principal>> OwnersAsync(PrincipalId id, CancellationToken cancellationToken) =>
        // INVARIANT: an owner nobody knows (any more) still stands in the chain, and so never approves (promise 3).
        Task.FromResult<IReadOnlyList<Principal>>(
        [
            .. Valid().Where(credential => credential.Principal.Id == id).SelectMany(credential => credential.Owners).Distinct()
                .Select(owner => Find(owner) ?? new Principal(PrincipalKind.Human, owner.Issuer, owner.Subject, owner.Subject, [])),
        ]);

    private Principal? Find(PrincipalId id)
    {
        Principal[] known =
        [
            .. people.Where(person => person.Id == id),
            .. Valid().Where(credential => credential.Principal.Id == id).Select(credential => credential.Principal),
        ];
        if (known is not [Principal first, ..]) return null;
        // A service's key under a person's name lends the person no groups.
        return first with { Groups = [.. known.Where(other => other.Kind == first.Kind).SelectMany(other => other.Groups).Distinct()] };
    }

    private IEnumerable<Credential> Valid() => credentials.All.Where(credential => credential.RevokedAt is null);
}
