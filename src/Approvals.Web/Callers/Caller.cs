using Approvals.Policy;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Callers;

/// <summary>Who calls, as far as a scheme could prove it.</summary>
/// <param name="Principal">With groups as the directory has them now.</param>
/// <param name="Assurance">What a vote of this caller is worth.</param>
/// <param name="CredentialId">Public id of what proved it (key id, session id); for rate limits and logs.</param>
public sealed record Caller(Principal Principal, IReadOnlyList<Role> Roles, Assurance Assurance, string CredentialId)
{
    public bool Has(Role role) => Roles.Contains(role);

    /// <summary>Whether this caller reads every action.</summary>
    public bool SeesAll => Has(Role.Auditor) || Has(Role.Admin);
}
