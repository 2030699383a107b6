using Approvals.Policy;
using Approvals.Web.Identity.Claims;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Callers;

/// <summary>Who calls, as far as a scheme could prove it.</summary>
/// <param name="Principal">With groups as the directory has them now.</param>
/// <param name="Assurance">What a vote of this caller is worth.</param>
/// <param name="CredentialId">Public id of what proved it (key id, session id); for rate limits and logs.</param>
public sealed record Caller(Principal Principal, IReadOnlyList<Role> Roles, Assurance Assurance, string CredentialId)
{
    /// <summary>People who answer for the caller by its verified claims; the directory may know more.</summary>
    public IReadOnlyList<Principal> Owners { get; init; } = [];

    /// <summary>For whom the caller acts by its verified claims.</summary>
    public Principal? OnBehalfOf { get; init; }

    /// <summary>Whether its claims alone say for whom it acts, so that its own word does not count.</summary>
    public bool IsByClaims { get; init; }

    /// <summary>Types of actions that it may ask for; all when empty.</summary>
    public IReadOnlyList<ClaimPattern> Actions { get; init; } = [];

    public bool Has(Role role) => Roles.Contains(role);

    /// <summary>Whether this caller reads every action.</summary>
    public bool SeesAll => Has(Role.Auditor) || Has(Role.Admin);
}
