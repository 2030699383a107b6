using Approvals.Web.Identity.Claims;
using Approvals.Web.Identity.Issuers;
using Approvals.Web.Identity.People;
using Approvals.Web.Identity.SignIn;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;

namespace Approvals.Web.Identity.Workloads;

/// <summary>Which workloads of an issuer may call, as a host's configuration has it.</summary>
public sealed class WorkloadSettings
{
    private const int MaxRules = 200;

    public string Audience { get; set; } = "";

    public IReadOnlyList<WorkloadRuleSettings> Rules { get; set; } = [];

    internal WorkloadTrust ToTrust(string issuer)
    {
        if (Audience.Length is 0 or > 300 || Audience.Any(char.IsControl))
            throw new FormatException("workloads.audience: what the workloads' tokens are made for, e.g. the gate's name; no token for anybody else is taken.");
        if (Rules.Count is 0 or > MaxRules) throw new FormatException($"workloads.rules: 1 to {MaxRules}; what no rule takes is refused.");
        if (Rules.Select(rule => rule.Id).Distinct().Count() != Rules.Count) throw new FormatException("workloads.rules: two rules have the same id.");
        return new WorkloadTrust(Audience, [.. Rules.Select(rule => IssuerSettings.Read($"workloads.rules '{rule.Id}'", () => rule.ToRule(issuer)))]);
    }
}

/// <summary>One claim rule.</summary>
public sealed class WorkloadRuleSettings
{
    private const int MaxName = 200;

    public string Id { get; set; } = "";

    public IReadOnlyList<ClaimSettings> Claims { get; set; } = [];

    public string Kind { get; set; } = "service";

    public string Subject { get; set; } = "sub";

    public string? Name { get; set; }

    /// <summary><c>requester</c> when not set. (.NET configuration would add to a default list, not replace it.)</summary>
    public IReadOnlyList<string>? Roles { get; set; }

    public IReadOnlyList<string> Groups { get; set; } = [];

    public IReadOnlyList<string> Scopes { get; set; } = [];

    public IReadOnlyList<string> Actions { get; set; } = [];

    /// <summary>Subjects of people of the configuration.</summary>
    public IReadOnlyList<string> Owners { get; set; } = [];

    public IReadOnlyList<string> OwnerClaims { get; set; } = [];

    public string? OnBehalfOf { get; set; }

    internal WorkloadRule ToRule(string issuer)
    {
        if (Id.Length is 0 or > 60 || !Id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
            throw new FormatException("id: 1 to 60 letters, digits, '.', '-' and '_'.");
        if (Name is { Length: 0 or > MaxName }) throw new FormatException($"name: 1 to {MaxName} characters.");
        ClaimCondition[] conditions = [.. Claims.Select(claim => ClaimCondition.Parse(claim.Claim, claim.Values))];
        if (!conditions.Any(condition => condition.Patterns.All(pattern => !pattern.IsAnything)))
            throw new FormatException("claims: at least one claim must have a value that is not '*': a rule that takes everybody is no rule.");
        SharedIssuers.RequireTenant(issuer, conditions);
        PrincipalKind kind = Kind switch
        {
            "service" => PrincipalKind.Service,
            "agent" => PrincipalKind.Agent,
            _ => throw new FormatException("kind: 'service' or 'agent'; people sign in."),
        };
        Role[] roles = [.. (Roles ?? ["requester"]).Select(PersonAccount.ParseRole).Distinct()];
        if (roles.Length == 0 || roles.Contains(Role.Reviewer)) throw new FormatException("roles: at least one of requester, auditor, admin; only people review.");
        return new WorkloadRule(Id, conditions, kind)
        {
            Subject = ClaimPath.Parse(Subject),
            DisplayName = Name,
            Roles = roles,
            Groups = Groups,
            Scopes = Scopes,
            Actions = [.. Actions.Select(ClaimPattern.Parse)],
            Owners = [.. Owners.Select(owner => new PrincipalId(Principal.LocalIssuer, owner))],
            OwnerClaims = [.. OwnerClaims.Select(ClaimPath.Parse)],
            OnBehalfOf = OnBehalfOf is null ? null : ClaimPath.Parse(OnBehalfOf),
        };
    }
}
