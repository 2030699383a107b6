using Approvals.Web.Requests;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Identity.People;

/// <summary>What the configuration says of a person beyond name and groups.</summary>
/// <param name="Person">Who it is here, for good.</param>
/// <param name="Roles">What the person may do once signed in.</param>
/// <param name="Identities">Who it is elsewhere: at an OpenID issuer (its URL and the subject there), or in a system such as <c>slack</c>.</param>
public sealed record PersonAccount(PrincipalId Person, IReadOnlyList<Role> Roles, IReadOnlyList<PrincipalId> Identities)
{
    /// <summary>A role by its name in configurations and claims.</summary>
    /// <exception cref="FormatException">The message names the remedy.</exception>
    public static Role ParseRole(string name) =>
        SnakeCase.TryParse(name, out Role role) ? role : throw new FormatException($"a role is one of {string.Join(", ", SnakeCase.Names<Role>())}.");
}
