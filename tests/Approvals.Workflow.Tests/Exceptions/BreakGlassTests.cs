using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Tests.Orchestration;

namespace Approvals.Workflow.Tests.Exceptions;

public sealed class BreakGlassTests
{
    private const string Why = "The shop is down and customers cannot pay.";
    private static readonly Principal Kim = Person("kim", "commanders");
    private static readonly Principal Lee = Person("lee", "commanders");
    private static readonly Principal Sam = Person("sam", "security");

    [Fact]
    public async Task Two_people_break_the_glass_and_a_review_is_owed_until_it_is_done()
    {
        Gate gate = await InReviewAsync();
        Consent(gate, Kim);
        await gate.Context.RunAsync();
        Assert.Equal((ActionStatus.InReview, 1), (gate.Document.Status, gate.Document.Review!.Consents!.Count));
        Consent(gate, Lee);
        SealedDecision end = await gate.EndAsync();

        Assert.Equal((Outcome.Approved, DecidedBy.BreakGlass), (end.Decision.Outcome, end.Decision.By));
        SignedRecord record = SignedRecord.Parse(gate.Ports.Entries.Single(entry => entry.Key.StartsWith("decision:", StringComparison.Ordinal)).Entry);
        Assert.Equal(PredicateTypes.BreakGlass, record.Statement.PredicateType);
        RecordBreakGlass broken = record.ReadPredicate(RecordJson.Decision).BreakGlass!;
        Assert.Equal(["kim", "lee"], broken.Consents.Select(consent => consent.Voter.Subject));
        Assert.Equal(gate.Document.FollowUp!.DueAt, broken.FollowUpDueAt);
        Assert.True(gate.Document.FollowUp.IsDebt);
        Assert.True(gate.Document.FollowUp.IsOverdue(gate.Document.FollowUp.DueAt));

        var desk = new FollowUpDesk(gate.Ports, gate.Ports, gate.Ports, TimeProvider.System);
        Assert.Equal(FollowUpRefusal.NotEligible, (await desk.DoAsync(gate.Document, Gate.Ann, FollowUpFinding.Justified, Why, default)).Refusal);
        Assert.Equal(FollowUpRefusal.Involved, (await desk.DoAsync(gate.Document, Kim with { Groups = ["security"] }, FollowUpFinding.Justified, Why, default)).Refusal);
        (ActionDocument? done, _) = await desk.DoAsync(gate.Document, Sam, FollowUpFinding.Unjustified, Why, default);
        Assert.False(done!.FollowUp!.IsDebt);
        Assert.Equal(FollowUpRefusal.AlreadyDone, (await desk.DoAsync(gate.Document, Sam, FollowUpFinding.Justified, Why, default)).Refusal);
        FollowUpPredicate entry = SignedRecord.Parse(gate.Ports.Entries[^1].Entry).ReadPredicate(RecordJson.FollowUp);
        Assert.Equal(("unjustified", "sam"), (entry.Finding, entry.Reviewer.Subject));
    }

    [Fact]
    public async Task One_person_twice_is_one_person()
    {
        Gate gate = await InReviewAsync();
        Consent(gate, Kim);
        Consent(gate, Kim);
        await gate.Context.RunAsync();

        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.Single(gate.Document.Review!.Consents!);
    }

    [Fact]
    public async Task Consents_that_do_not_count_leave_the_glass_whole()
    {
        Gate gate = await InReviewAsync();
        Consent(gate, Lee);
        Consent(gate, Kim, Assurance.Idp);
        Consent(gate, Kim with { Kind = PrincipalKind.Agent });
        Consent(gate, Kim, why: "urgent");
        Consent(gate, Gate.Ann);
        Consent(gate, Gate.Requester with { Kind = PrincipalKind.Human, Groups = ["commanders"] });
        Consent(gate, Person("deputy", "commanders") with { Lent = [new LentGroups(Kim, ["commanders"])] });
        await gate.Context.RunAsync();

        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.Equal(["lee"], gate.Document.Review!.Consents!.Select(consent => consent.Voter.Subject));
    }

    [Fact]
    public async Task Author_whom_a_stage_keeps_out_does_not_go_past_all_stages()
    {
        Gate gate = await InReviewAsync(Limits, new PersonRef(Kim.Issuer, Kim.Subject));
        Consent(gate, Kim);
        Consent(gate, Lee);
        await gate.Context.RunAsync();

        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.Equal(["lee"], gate.Document.Review!.Consents!.Select(consent => consent.Voter.Subject));
        Assert.Equal(VoteRefusal.NotEligible, gate.Document.Review.CheckConsent(VoteOf(gate, Kim, Assurance.IdpMfa, Why), Limits, gate.Context.Now));
    }

    [Fact]
    public async Task Without_limits_in_the_policy_nobody_breaks_the_glass()
    {
        Gate gate = await InReviewAsync(limits: null);
        Consent(gate, Kim);
        Consent(gate, Lee);
        await gate.Context.RunAsync();

        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.Null(gate.Document.Review!.Consents);
        Assert.Equal(VoteRefusal.BreakGlassOff, gate.Document.Review.CheckConsent(VoteOf(gate, Kim, Assurance.IdpMfa, Why), null, gate.Context.Now));
    }

    private static readonly BreakGlassLimits Limits = new(["commanders"], ["data.*"], ["security"], TimeSpan.FromDays(2));

    private static Task<Gate> InReviewAsync() => InReviewAsync(Limits);

    private static async Task<Gate> InReviewAsync(BreakGlassLimits? limits, params PersonRef[] excluded)
    {
        var gate = new Gate();
        PolicyDecision decision = gate.Policy.Judge(null!);
        decision = decision with { Plan = new ReviewPlan([.. decision.Plan!.Stages.Select(stage => stage with { Excluded = excluded })]) };
        gate.Policy = Gate.PolicyOf("sha256:policy", decision with { Exceptions = limits is null ? null : new PolicyExceptions(limits, null, null) });
        _ = gate.Begin();
        await gate.Context.RunAsync();
        return gate;
    }

    private static void Consent(Gate gate, Principal person, Assurance assurance = Assurance.IdpMfa, string why = Why) =>
        gate.Context.Raise(ApprovalOrchestration.VoteEvent, VoteOf(gate, person, assurance, why));

    private static Vote VoteOf(Gate gate, Principal person, Assurance assurance, string why) =>
        new(Vote.IdOf(gate.Document.Review!, person.Id, breaksGlass: true), person, assurance, Verdict.Approve, why, gate.Document.View!.Digest, gate.Context.Now) { BreaksGlass = true };

    private static Principal Person(string subject, params string[] groups) => new(PrincipalKind.Human, Principal.LocalIssuer, subject, subject, groups);
}
