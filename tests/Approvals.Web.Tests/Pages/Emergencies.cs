using Approvals.Notifications.Outbox;
using Approvals.Policy;
using Approvals.Web.Tests.Hosting;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Policies;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Microsoft.Extensions.DependencyInjection;

namespace Approvals.Web.Tests.Pages;

/// <summary>What does not happen every day, for whoever looks at its pages: delegations, broken glass, changed policies, channels that are down.</summary>
/// <param name="Urgent">One person consents to breaking the glass; the first channel is down.</param>
/// <param name="Broken">The glass was broken; its review is owed, and late.</param>
internal sealed record Emergencies(ActionDocument Urgent, ActionDocument Broken)
{
    private const string LocalIssuer = Principal.LocalIssuer;

    public static async Task<Emergencies> AddAsync(Gate gate)
    {
        var limits = new BreakGlassLimits(["data-owners", "incident-commanders"], ["db.*"], ["data-owners"], TimeSpan.FromHours(48));
        gate.Exceptions = new PolicyExceptions(limits, null, new DelegationLimits(TimeSpan.FromDays(21)));
        gate.Policy = _ => Gate.Review(new ReviewStage("owners", ["data-owners"], 2, TimeSpan.FromHours(4)) { Reminders = [TimeSpan.FromMinutes(5)], Escalation = new Escalation(TimeSpan.FromMinutes(10), ["incident-commanders"]) })
            with { Exceptions = gate.Exceptions };
        ActionDocument urgent = await gate.InReviewAsync("""{"type":"db.failover","target":"prod-eu/orders","parameters":{"to":"replica-2","force":true},"justification":"The primary does not answer; orders are lost."}""");
        ActionDocument broken = await gate.InReviewAsync("""{"type":"db.restore","target":"prod-eu/payments","parameters":{"snapshot":"2026-03-01T22:00Z"},"justification":"Payments are corrupt since 22:10."}""");
        DateTimeOffset now = gate.Time.GetUtcNow();
        Vote eve = Consent(urgent, Gate.Eve, "The primary is gone and nobody of the owners answers the phone.", now.AddMinutes(6));
        urgent = await gate.Ports.UpdateAsync(urgent.Id, shown => shown with
        {
            Review = shown.Review! with { Consents = [eve] },
            PolicyChanges = [new PolicyChange(2, "sha256:" + new string('0', 64), PolicyEffect.Kept, now.AddMinutes(3))],
        }, CancellationToken.None);
        broken = await gate.Ports.UpdateAsync(broken.Id, shown => shown with
        {
            Status = ActionStatus.Approved,
            Request = shown.Request with { RequestedAt = now.AddDays(-3), ExpiresAt = now.AddDays(-2) },
            Review = shown.Review! with
            {
                StageStartedAt = now.AddDays(-3),
                Consents = [Consent(shown, Gate.Eve, "Payments are corrupt; every minute adds more.", now.AddDays(-3).AddMinutes(4)), Consent(shown, Gate.Ben, "Seen it myself. The owners are in the air.", now.AddDays(-3).AddMinutes(6))],
                Outcome = ReviewOutcome.GlassBroken,
            },
            Decision = Decision.ByPeople(ReviewOutcome.GlassBroken, now.AddDays(-3).AddMinutes(6)),
            FollowUp = new FollowUpReview(shown.Id, ["data-owners"], now.AddDays(-3).AddMinutes(6), now.AddDays(-1), null),
            LedgerIndex = 7,
        }, CancellationToken.None);

        gate.Ports.Delegations.AddRange(
        [
            new Delegation("past", Of(Gate.Ben), Of(Gate.Ann), now.AddDays(-20), now.AddDays(-6), ["data-owners"]),
            new Delegation("now", Of(Gate.Ann), Of(Gate.Eve), now.AddDays(-1), now.AddDays(6), ["data-owners", "security-approvers-europe"]),
            new Delegation("soon", Of(Gate.Ben), new PersonRef("https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0", "9f3b0c1e-2a67-4f0e-9d6a-0b7c1d2e3f40"), now.AddDays(10), now.AddDays(24), ["data-owners"]),
        ]);

        var history = gate.Services.GetRequiredService<PolicyHistory>();
        await history.RecordAsync(PolicySet.Load("version: 1\nname: first-steps\nchangedBy: root\nrules: []\n", "old"), CancellationToken.None);
        await history.RecordAsync(gate.Services.GetRequiredService<Func<PolicySet>>()(), CancellationToken.None);
        Notices(gate, urgent, broken, now);
        return new Emergencies(urgent, broken);
    }

    private static void Notices(Gate gate, ActionDocument urgent, ActionDocument broken, DateTimeOffset now)
    {
        gate.Engine.Show(OutboxOrchestration.Name, "notices-people-" + urgent.Id, new OutboxStatus(urgent.Id, ["slack", "teams"])
        {
            Told =
            [
                new Told("slack", NoticeKind.Requested, 0, now, now.AddMinutes(1), 4, "http_503"),
                new Told("teams", NoticeKind.Requested, 0, now, now.AddMinutes(1), 1, null),
                new Told("teams", NoticeKind.Reminder, 0, now.AddMinutes(5), now.AddMinutes(5), 1, null),
            ],
            Retrying = new Trouble("teams", "data-owners", NoticeKind.Escalated, "timeout", 2, now.AddMinutes(17)),
        });
        gate.Engine.Show(OutboxOrchestration.Name, "notices-webhook-siem-" + broken.Id, new OutboxStatus(broken.Id, ["webhook:siem"])
        {
            Dead =
            [
                new DeadLetter(new Notice("n1", NoticeKind.Requested, 0, now.AddDays(-3), null), "webhook:siem", "", "http_410", 1, now.AddDays(-3)),
                new DeadLetter(new Notice("n2", NoticeKind.Closed, 0, now.AddDays(-3), null), "webhook:siem", "", "name_resolution_error", 11, now.AddMinutes(-30)),
            ],
        });
    }

    private static Vote Consent(ActionDocument document, Principal person, string why, DateTimeOffset at) =>
        new("consent:" + person.Subject, person, Assurance.IdpMfa, Verdict.Approve, why, document.View!.Digest, at) { BreaksGlass = true };

    private static PersonRef Of(Principal person) => new(LocalIssuer, person.Subject);
}
