using System.Text.Json;
using Approvals.Web.Identity.Claims;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Identity.Workloads;

/// <summary>Which workloads of an issuer may call this gate. What no rule takes is refused.</summary>
/// <param name="Audience">The only audience their tokens may have: a token meant for anybody else is no credential here.</param>
/// <param name="Rules">The first that holds decides.</param>
public sealed record WorkloadTrust(string Audience, IReadOnlyList<WorkloadRule> Rules);

/// <summary>Tokens with these claims are this kind of caller.</summary>
/// <param name="Id">Names the rule in logs.</param>
/// <param name="Conditions">All of them must hold. At least one.</param>
/// <param name="Kind">A service or an agent: people sign in.</param>
public sealed record WorkloadRule(string Id, IReadOnlyList<ClaimCondition> Conditions, PrincipalKind Kind)
{
    /// <summary>The claim that never changes for a workload.</summary>
    public ClaimPath Subject { get; init; } = ClaimPath.Parse("sub");

    public string? DisplayName { get; init; }

    public IReadOnlyList<Role> Roles { get; init; } = [Role.Requester];

    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>OAuth scopes that the token must have, in <c>scope</c> or <c>scp</c>.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Types of actions that it may ask for; all when empty.</summary>
    public IReadOnlyList<ClaimPattern> Actions { get; init; } = [];

    /// <summary>People who answer for it: never approvers of what it asks.</summary>
    public IReadOnlyList<PrincipalId> Owners { get; init; } = [];

    /// <summary>Claims that name further owners, e.g. <c>actor_id</c>: who started the pipeline. Each must be there and name a known person.</summary>
    public IReadOnlyList<ClaimPath> OwnerClaims { get; init; } = [];

    /// <summary>The claim that names for whom it acts; must be there and name a known principal.</summary>
    public ClaimPath? OnBehalfOf { get; init; }

    public bool Holds(JsonElement claims)
    {
        if (!Conditions.All(condition => condition.Holds(claims))) return false;
        if (Scopes.Count == 0) return true;
        HashSet<string> granted = [.. ScopeClaims.SelectMany(claim => claim.Values(claims)).SelectMany(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        return Scopes.All(granted.Contains);
    }

    // RFC 8693 section 4.2 and RFC 9068: scope; Entra ID and Okta: scp.
    private static readonly ClaimPath[] ScopeClaims = [ClaimPath.Parse("scope"), ClaimPath.Parse("scp")];
}
