using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Identity;

/// <summary>Whose word on identities this gate takes. Nobody's but its own keys' by default.</summary>
public sealed class IdentityOptions
{
    public IReadOnlyList<Issuer> Issuers { get; init; } = [];

    /// <summary>The people of the configuration.</summary>
    public IReadOnlyList<PersonAccount> People { get; init; } = [];

    /// <summary>
    /// Name of the issuer at which Azure App Service's own authentication signs people in. INVARIANT: a host sets it only when the platform stands
    /// in front and takes <c>X-MS-CLIENT-PRINCIPAL</c> out of every request from outside; otherwise the header is not looked at.
    /// </summary>
    public string? AppServiceIssuer { get; init; }

    /// <summary>What the parts must be to each other. Hosts call it at start.</summary>
    /// <exception cref="FormatException">The message names the remedy.</exception>
    public void Check()
    {
        if (Twice(Issuers.Select(issuer => issuer.Name)) is { } name) throw new FormatException($"two issuers have the name '{name}'.");
        if (Twice(Issuers.Select(issuer => issuer.Url)) is { } url) throw new FormatException($"the issuer {url} is there twice; put its sign-in and its workloads into one entry.");
        if (Issuers.Count(issuer => issuer.SignIn is { AdmitsUnlisted: true }) > 1)
            throw new FormatException("only one issuer may admit unlisted people: who came in by two of them would be two people, and vote twice. List them under 'people' with their identities.");
        string[] clients = [.. Issuers.Select(issuer => issuer.SignIn?.ClientId).OfType<string>()];
        if (Issuers.FirstOrDefault(issuer => issuer.Workloads is { } workloads && clients.Contains(workloads.Audience)) is { } confused)
            throw new FormatException($"the workloads of '{confused.Name}' have the client id of a sign-in as their audience: then a person's ID token would be a workload's. Give them an audience of their own.");
        if (AppServiceIssuer is not null && !Issuers.Any(issuer => issuer.Name == AppServiceIssuer && issuer.SignIn is not null))
            throw new FormatException("the App Service issuer must be the name of an issuer with a sign-in.");
        CheckPeople();
    }

    private void CheckPeople()
    {
        if (Twice(People.Select(person => person.Person)) is { } person) throw new FormatException($"the person '{person.Subject}' is there twice.");
        if (Twice(People.SelectMany(account => account.Identities)) is { } identity)
            throw new FormatException($"the identity '{identity.Subject}' at {identity.Issuer} is given to two people, or twice.");
        PrincipalId? nobody = Issuers.SelectMany(issuer => issuer.Workloads?.Rules ?? []).SelectMany(rule => rule.Owners)
            .Where(owner => !People.Any(known => known.Person == owner)).Select(owner => (PrincipalId?)owner).FirstOrDefault();
        if (nobody is { } owner) throw new FormatException($"the owner '{owner.Subject}' of a workload is not among the people.");
    }

    private static string? Twice(IEnumerable<string> values) => values.GroupBy(value => value).FirstOrDefault(same => same.Count() > 1)?.Key;

    private static PrincipalId? Twice(IEnumerable<PrincipalId> values) => values.GroupBy(value => value).FirstOrDefault(same => same.Count() > 1)?.Key;
}
