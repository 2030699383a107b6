using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Web.Health;
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
        return Answer.Ok(new PolicyDocument(policy.Digest, policy.Name, [.. policy.RuleIds], policy.Text, policy.DataFiles, [.. history.Select(ChangeDocument.Of)]));
    });

    /// <summary><c>GET /policy</c></summary>
    public static Task<IResult> ShowAsync(HttpContext context) => Page.SignedInAsync(context, async exchange =>
    {
        _ = new QueryParameters(exchange.Request);
        if (!exchange.Caller.SeesAll) throw new ProblemException(ProblemTypes.Forbidden, "The policy page is for auditors and admins.");
        PolicySet policy = exchange.Service<Func<PolicySet>>()();
        return await PageRenderer.RenderAsync<PolicyPage>(exchange.Http, new PolicyPageModel(
            policy,
            await ProblemAsync(exchange),
            await exchange.Service<PolicyHistory>().ListAsync(ShownChanges, exchange.Aborted),
            await RuleHits.CountAsync(exchange.Index, policy, exchange.Now, exchange.Aborted),
            await GrantsAsync(exchange),
            exchange.Now,
            SignedIn.Of(exchange.Http, exchange.Caller, exchange.Service<FormGuard>())));
    });

    /// <summary>Why the file that there is now is not what is in force; hosts whose policy never changes while they run have no such check.</summary>
    private static async Task<string?> ProblemAsync(Exchange exchange) =>
        (await HealthHandlers.CheckAsync(exchange)).FirstOrDefault(check => check.Name == "policy")?.Why;

    private static async Task<IReadOnlyList<StandingLine>> GrantsAsync(Exchange exchange)
    {
        var desk = exchange.Service<StandingApprovalDesk>();
        var lines = new List<StandingLine>();
        await foreach ((_, StandingApproval approval) in desk.GrantsAsync(exchange.Aborted))
        {
            lines.Add(new StandingLine(approval, await desk.CountAsync(approval, exchange.Aborted), false));
            if (lines.Count == ShownGrants) break;
        }

        // Together they allow more than anybody granted at once; what is over or used up adds nothing.
        StandingApproval[] usable = [.. lines.Where(line => line.Approval.Until > exchange.Now && line.Uses < line.Approval.MaximumUses).Select(line => line.Approval)];
        HashSet<string> overlapping = [.. StandingApprovals.Overlaps(usable).SelectMany(pair => new[] { pair.First.Id, pair.Second.Id })];
        return [.. lines.Select(line => line with { Overlaps = overlapping.Contains(line.Approval.Id) })];
    }

    private sealed record PolicyDocument(string Digest, string? Name, IReadOnlyList<string> Rules, string Text, IReadOnlyList<PolicyDataFile> Data, IReadOnlyList<ChangeDocument> History);

    private sealed record ChangeDocument(long Number, string Digest, string? Previous, string? Name, int Rules, RecordPrincipal? ChangedBy, DateTimeOffset At, long LedgerIndex)
    {
        public static ChangeDocument Of(PolicyEntry entry) => new(
            entry.Policy.Number, entry.Policy.Digest, entry.Policy.Previous, entry.Policy.Name, entry.Policy.Rules, entry.Policy.ChangedBy, entry.Policy.At, entry.LedgerIndex);
    }
}

/// <summary>A standing approval and how often it was used.</summary>
/// <param name="Overlaps">Whether another one covers the same actions at the same time.</param>
public sealed record StandingLine(StandingApproval Approval, int Uses, bool Overlaps);

/// <summary>What the policy page shows.</summary>
/// <param name="Problem">Why the policy file as it is now is not in force.</param>
public sealed record PolicyPageModel(
    PolicySet Policy, string? Problem, IReadOnlyList<PolicyEntry> History, RuleHits Hits, IReadOnlyList<StandingLine> Standing, DateTimeOffset Now, SignedIn Person);
