using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Web.Pages;
using Approvals.Web.Problems;
using Approvals.Web.Requests;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Microsoft.AspNetCore.Http;

namespace Approvals.Web.Policies;

/// <summary>The policy in force, where it came from and what it does; for auditors and admins.</summary>
public static class PolicyHandlers
{
    private const int ShownChanges = 30;
    private const int ShownGrants = 50;

    /// <summary><c>GET /api/policy</c></summary>
    public static Task<IResult> GetAsync(HttpContext context) => Api.CallerAsync(context, [Role.Auditor, Role.Admin], async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        PolicySet policy = exchange.Service<Func<PolicySet>>()();
        IReadOnlyList<PolicyEntry> history = await exchange.Service<PolicyHistory>().ListAsync(ShownChanges, exchange.Aborted);
        return Answer.Ok(new PolicyDocument(policy.Digest, policy.Name, [.. policy.RuleIds], policy.Text, [.. history.Select(ChangeDocument.Of)]));
    });

    /// <summary><c>GET /policy</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        if (!exchange.Caller.SeesAll) throw new ProblemException(ProblemTypes.Forbidden, "The policy page is for auditors and admins.");
        PolicySet policy = exchange.Service<Func<PolicySet>>()();
        return await PageRenderer.RenderAsync<PolicyPage>(exchange.Http, new PolicyPageModel(
            policy,
            await exchange.Service<PolicyHistory>().ListAsync(ShownChanges, exchange.Aborted),
            await RuleHits.CountAsync(exchange.Index, policy, exchange.Now, exchange.Aborted),
            await GrantsAsync(exchange),
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>())));
    });

    private static async Task<IReadOnlyList<StandingLine>> GrantsAsync(Exchange exchange)
    {
        var desk = exchange.Service<StandingApprovalDesk>();
        var lines = new List<StandingLine>();
        await foreach ((_, StandingApproval approval) in desk.GrantsAsync(exchange.Aborted))
        {
            lines.Add(new StandingLine(approval, await desk.CountAsync(approval, exchange.Aborted)));
            if (lines.Count == ShownGrants) break;
        }

        return lines;
    }

    private sealed record PolicyDocument(string Digest, string? Name, IReadOnlyList<string> Rules, string Text, IReadOnlyList<ChangeDocument> History);

    private sealed record ChangeDocument(long Number, string Digest, string? Previous, string? Name, int Rules, RecordPrincipal? ChangedBy, DateTimeOffset At, long LedgerIndex)
    {
        public static ChangeDocument Of(PolicyEntry entry) => new(
            entry.Policy.Number, entry.Policy.Digest, entry.Policy.Previous, entry.Policy.Name, entry.Policy.Rules, entry.Policy.ChangedBy, entry.Policy.At, entry.LedgerIndex);
    }
}

/// <summary>A standing approval and how often it was used.</summary>
public sealed record StandingLine(StandingApproval Approval, int Uses);

/// <summary>What the policy page shows.</summary>
public sealed record PolicyPageModel(
    PolicySet Policy, IReadOnlyList<PolicyEntry> History, RuleHits Hits, IReadOnlyList<StandingLine> Standing, DateTimeOffset Now, SignedIn Person);
