using System.Text.Json;
using Approvals.Web.Identity.Claims;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.SignIn;
using Approvals.Web.Problems;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Identity.People;

/// <summary>What an issuer says of a person, as far as it counts here: all that a session keeps of it.</summary>
/// <param name="Issuer">The issuer's URL.</param>
/// <param name="Subject">Never changes there.</param>
/// <param name="Local">The person of the configuration that this is; <see langword="null"/> for somebody unlisted.</param>
/// <param name="Groups">By claims; the configuration's come on top.</param>
/// <param name="Roles">By claims; the configuration's come on top.</param>
internal sealed record Identified(string Issuer, string Subject, PrincipalId? Local, string Name, IReadOnlyList<string> Groups, IReadOnlyList<Role> Roles);

/// <summary>
/// Decides who of an issuer is whom here. A person whom the configuration lists is that one principal, however they come in; anybody else
/// comes in only where the issuer admits the unlisted and their claims mean a group or a role here. Calls may overlap.
/// </summary>
internal sealed class Admission(KnownIdentities identities, IDirectory directory)
{
    private const int MaxSubject = 255;
    private const int MaxName = 200;
    private static readonly ClaimPath NameClaim = ClaimPath.Parse("name");
    private static readonly ClaimPath EmailVerified = ClaimPath.Parse("email_verified");

    /// <summary>Reads verified claims.</summary>
    /// <exception cref="ProblemException"><c>not_admitted</c>, <c>groups_overage</c>.</exception>
    public async ValueTask<Identified> IdentifyAsync(Issuer issuer, SignInClient client, JsonElement claims, CancellationToken cancellationToken)
    {
        string subject = client.Subject.Value(claims) is { Length: > 0 and <= MaxSubject } value && !value.Any(char.IsControl)
            ? value
            : throw Refused(issuer, $"it does not say who you are by the claim '{client.Subject}'");
        RequireWholeGroups(client, claims);
        IReadOnlyList<string> groups = client.Groups?.Read(claims) ?? [];
        IReadOnlyList<Role> roles = client.Roles?.Read(claims) ?? [];
        PrincipalId? local = identities.Find(issuer.Url, subject) ?? await FindByClaimAsync(issuer, client, claims, cancellationToken);
        if (local is null && !(client.AdmitsUnlisted && groups.Count + roles.Count > 0))
            throw Refused(issuer, "you are not among the people of this gate");

        string name = NameClaim.Value(claims) is { Length: > 0 and <= MaxName } shown ? shown : subject;
        return new Identified(issuer.Url, subject, local, name, groups, roles);
    }

    /// <summary>
    /// Who that is now, and what they may do: asked again for every request of a session. <see langword="null"/> when the person has left the
    /// configuration, or the configuration has changed so that they are somebody else.
    /// </summary>
    public async ValueTask<(Principal Principal, IReadOnlyList<Role> Roles)?> FindAsync(Identified person, CancellationToken cancellationToken)
    {
        if (person.Local is { } local)
        {
            if (identities.Find(person.Issuer, person.Subject) is { } now && now != local) return null;
            if (await directory.FindAsync(local, cancellationToken) is not { Kind: PrincipalKind.Human } listed) return null;
            return (listed with { Groups = [.. listed.Groups.Union(person.Groups)] }, [.. identities.RolesOf(local).Union(person.Roles)]);
        }

        // INVARIANT: one person has one principal: whoever was listed since comes in as that, by signing in again.
        if (identities.Find(person.Issuer, person.Subject) is not null) return null;
        IEnumerable<Role> roles = person.Groups.Count > 0 ? person.Roles.Append(Role.Reviewer) : person.Roles;
        return (new Principal(PrincipalKind.Human, person.Issuer, person.Subject, person.Name, person.Groups), [.. roles.Distinct()]);
    }

    /// <summary>The person whose subject here the claim has.</summary>
    private async ValueTask<PrincipalId?> FindByClaimAsync(Issuer issuer, SignInClient client, JsonElement claims, CancellationToken cancellationToken)
    {
        if (client.Person is not { } claim || claim.Value(claims) is not { Length: > 0 } value) return null;

        // Anybody can write another's address into an unverified account.
        if (claim.Text == "email" && EmailVerified.Value(claims) != "true") return null;
        var id = new PrincipalId(Principal.LocalIssuer, value);

        // INVARIANT: whoever is known there by a subject is not to be had by a name, which can be given to somebody else.
        if (identities.SubjectsAt(issuer.Url, id).Count > 0) return null;
        return await directory.FindAsync(id, cancellationToken) is { Kind: PrincipalKind.Human } ? id : null;
    }

    /// <summary>Entra ID leaves the groups out of a token when there are more than 200, and says so (OpenID Connect Core 1.0 section 5.6.2).</summary>
    private static void RequireWholeGroups(SignInClient client, JsonElement claims)
    {
        if (client.Groups is not { } groups || !claims.TryGetProperty("_claim_names", out JsonElement elsewhere)) return;
        if (elsewhere.ValueKind == JsonValueKind.Object && elsewhere.TryGetProperty(groups.Claim.Text, out _) && groups.Claim.Find(claims) is null)
            throw new ProblemException(ProblemTypes.GroupsOverage, "You are in more groups than your identity provider writes into one token. An administrator assigns the groups that matter to this application, or uses app roles.");
    }

    private static ProblemException Refused(Issuer issuer, string why) =>
        new(ProblemTypes.NotAdmitted, $"{issuer.Title} signed you in, but {why}. Ask an admin of this gate to list you.");
}
