using System.Collections.Frozen;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Identity.People;

/// <summary>
/// Who of elsewhere is whom here: one person has one principal, however they come in. For sign-in, for claims that name people, and
/// for channels that know people by ids of their own. Immutable.
/// </summary>
public sealed class KnownIdentities
{
    private readonly FrozenDictionary<PrincipalId, PrincipalId> people;
    private readonly FrozenDictionary<PrincipalId, PersonAccount> accounts;

    public KnownIdentities(IReadOnlyList<PersonAccount> accounts)
    {
        this.accounts = accounts.ToFrozenDictionary(account => account.Person);
        people = accounts.SelectMany(account => account.Identities.Select(identity => (identity, account.Person))).ToFrozenDictionary(pair => pair.identity, pair => pair.Person);
    }

    /// <summary>The person who is known by this subject at that issuer; <see langword="null"/> when nobody is. Exact, no mercy on case.</summary>
    /// <param name="issuer">An OpenID issuer's URL, or the name of another system as the configuration has it.</param>
    public PrincipalId? Find(string issuer, string subject) =>
        people.TryGetValue(new PrincipalId(issuer, subject), out PrincipalId person) ? person : null;

    /// <summary>By what subjects this person is known at that issuer.</summary>
    public IReadOnlyList<string> SubjectsAt(string issuer, PrincipalId person) =>
        accounts.TryGetValue(person, out PersonAccount? account)
            ? [.. account.Identities.Where(identity => identity.Issuer == issuer).Select(identity => identity.Subject)]
            : [];

    /// <summary>What the person may do once signed in; nothing when the configuration does not list them.</summary>
    public IReadOnlyList<Role> RolesOf(PrincipalId person) => accounts.TryGetValue(person, out PersonAccount? account) ? account.Roles : [];
}
