using Approvals.Web.Identity.Claims;

namespace Approvals.Web.Identity.Workloads;

/// <summary>
/// Issuers that sign for everybody in the world. A rule there that does not say whose workload it is (<c>ref: refs/heads/main</c> alone) lets
/// anybody in who has an account, so it is refused at start.
/// </summary>
internal static class SharedIssuers
{
    // Each issuer's own documents of its tokens; in each claim the tenant's name or number comes first or is all.
    private static readonly Dictionary<string, string[]> Tenants = new()
    {
        ["https://token.actions.githubusercontent.com"] =
            ["repository", "repository_id", "repository_owner", "repository_owner_id", "sub", "job_workflow_ref", "workflow_ref", "enterprise_id"],
        ["https://gitlab.com"] = ["project_path", "project_id", "namespace_path", "namespace_id", "sub", "user_id", "user_login"],
        ["https://agent.buildkite.com"] = ["organization_slug", "organization_id", "sub"],
        ["https://app.terraform.io"] = ["terraform_organization_name", "terraform_organization_id", "terraform_workspace_id", "sub"],
        ["https://accounts.google.com"] = ["sub", "email", "hd"],
    };

    /// <exception cref="FormatException">The message names the claims that would do.</exception>
    public static void RequireTenant(string issuer, IReadOnlyList<ClaimCondition> conditions)
    {
        if (!Tenants.TryGetValue(issuer, out string[]? claims)) return;
        bool isBound = conditions.Any(condition => claims.Contains(condition.Claim.Text) && condition.Patterns.All(NamesTenant));
        if (!isBound) throw new FormatException($"claims: this issuer signs for everybody, so say whose workload it is by one of: {string.Join(", ", claims)}.");
    }

    /// <summary>No star, or whole names before it, beyond what every subject there begins with: <c>octo*</c> is anybody's to register.</summary>
    private static bool NamesTenant(ClaimPattern pattern)
    {
        string text = pattern.ToString();
        int star = text.IndexOf('*');
        return star < 0 || (star > 0 && text[star - 1] is ('/' or ':') && text[..(star - 1)] is not ("repo" or "project_path" or "organization"));
    }
}
