using Approvals.Web.Identity;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Workflow.Principals;

namespace ApprovalFunctions.Settings;

/// <summary>Issuers and people of the settings as the shared handlers take them.</summary>
public static class IdentitySettings
{
    /// <param name="assertion">Makes client assertions of the app's managed identity; <see langword="null"/> where it has none.</param>
    /// <exception cref="FormatException">The message names setting and remedy.</exception>
    public static IdentityOptions Read(GateSettings settings, Func<CancellationToken, ValueTask<string>>? assertion)
    {
        Issuer[] issuers = [.. settings.Issuers.Select((issuer, i) => At($"Issuers:{i}", () => issuer.ToIssuer(assertion)))];
        var identity = new IdentityOptions
        {
            Issuers = issuers,
            People = [.. settings.People.Select((person, i) => At($"People:{i}", () => Account(person, issuers)))],
            AppServiceIssuer = settings.AppServiceIssuer,
        };
        return At("Issuers", () =>
        {
            identity.Check();
            return identity;
        });
    }

    private static PersonAccount Account(PersonSettings person, Issuer[] issuers)
    {
        if (person.Identities.Any(identity => identity.Issuer.Length == 0 || identity.Subject.Length == 0))
            throw new FormatException("Identities: an identity needs the name of its Issuer and the Subject there.");
        return new PersonAccount(
            new PrincipalId(Principal.LocalIssuer, person.Subject),
            [.. (person.Roles ?? ["reviewer"]).Select(PersonAccount.ParseRole).Distinct()],
            [.. person.Identities.Select(identity => new PrincipalId(issuers.FirstOrDefault(issuer => issuer.Name == identity.Issuer)?.Url ?? identity.Issuer, identity.Subject))]);
    }

    private static T At<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException error)
        {
            throw new FormatException($"{GateSettings.Section}:{place}: {error.Message}", error);
        }
    }
}
