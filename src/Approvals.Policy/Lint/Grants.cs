using System.Text.Json;

namespace Approvals.Policy.Lint;

/// <summary>Standing approvals that nobody can be granted: the policy sets their limits and has nobody review the action that asks for one.</summary>
internal static class Grants
{
    private static readonly string[] s_kinds = ["human", "service", "agent"];

    public static void Check(PolicySet policy, Findings findings)
    {
        if (policy.Exceptions.StandingApprovals is not { } limits || policy.Document.StandingApprovalsNode is not { } node)
            return;
        if (!s_kinds.Any(kind => policy.Evaluate(Asking(limits, kind)).Verdict == PolicyVerdict.Review))
        {
            findings.AddAt(DiagnosticSeverity.Warning, node, "standing_approval_not_reviewed",
                $"No rule has people review `{StandingApprovals.GrantType}`: nobody can be granted a standing approval.",
                $"Add a rule: `when: action.type == \"{StandingApprovals.GrantType}\"`, `verdict: review`.");
        }
    }

    /// <summary>Asks for one use of the first type that is covered, of a target without members.</summary>
    private static PolicyInput Asking(StandingApprovalLimits limits, string kind)
    {
        var now = DateTimeOffset.UnixEpoch;
        var type = limits.Types[0].EndsWith(".*", StringComparison.Ordinal) ? limits.Types[0][..^1] + "x" : limits.Types[0];
        var target = new { type, target = new { }, maximumUses = 1, until = now + limits.Longest };
        return new PolicyInput(
            JsonSerializer.SerializeToElement(new { type = StandingApprovals.GrantType, target, parameters = new { }, audience = (string?)null, justification = "" }),
            JsonSerializer.SerializeToElement(new { actor = new { kind, issuer = "approvals", subject = "zz", displayName = "zz", groups = Array.Empty<string>() }, onBehalfOf = (string?)null, owners = Array.Empty<string>() }),
            JsonSerializer.SerializeToElement(new { }),
            JsonSerializer.SerializeToElement(Array.Empty<string>()),
            now);
    }
}
