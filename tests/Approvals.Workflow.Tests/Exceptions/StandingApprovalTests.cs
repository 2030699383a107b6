using Approvals.Durable;
using System.Text.Json;
using Approvals.Ledger.Records;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Exceptions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Records;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Tests.Orchestration;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Exceptions;

public sealed class StandingApprovalTests
{
    private const string GrantId = "01900000-0000-7000-8000-00000000aaaa";
    private static readonly StandingApprovalLimits Limits = new(["data.*"], 5, TimeSpan.FromDays(30));

    [Fact]
    public async Task Covered_action_goes_ahead_and_its_use_stands_in_the_ledger_before_the_decision()
    {
        Gate gate = await CoveredAsync(maximumUses: 2);
        _ = gate.Begin();
        SealedDecision end = await gate.EndAsync();

        Assert.Equal((Outcome.Approved, DecidedBy.StandingApproval), (end.Decision.Outcome, end.Decision.By));
        Assert.Empty(gate.Ports.Notices);
        string[] keys = [.. gate.Ports.Entries.Select(entry => entry.Key)];
        Assert.True(Array.IndexOf(keys, $"standing:{GrantId}:1") is >= 0 and var use && use < Array.IndexOf(keys, $"decision:{gate.Request.Id}"));
        RecordStandingApproval recorded = gate.Records.Single(record => record.ActionId == gate.Request.Id).StandingApproval!;
        Assert.Equal((GrantId, 1, 2), (recorded.Id, recorded.Use, recorded.Of));
        Assert.Equal("standing-approval", gate.Records.Single(record => record.ActionId == gate.Request.Id).Decision.By);
    }

    [Fact]
    public async Task Use_that_others_took_first_is_not_taken_twice_and_what_is_used_up_is_reviewed()
    {
        Gate gate = await CoveredAsync(maximumUses: 1);
        await TakeAsync(gate, 1, "another-action");
        _ = gate.Begin();
        await gate.Context.RunAsync();

        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.Single(gate.Ports.Entries, entry => entry.Key.StartsWith("standing:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_actions_at_once_at_the_last_use_one_gets_it()
    {
        Gate gate = await CoveredAsync(maximumUses: 1);
        var desk = new StandingApprovalDesk(gate.Ports, gate.Ports, gate.Ports, new At(Gate.Start));
        _ = gate.Begin();
        StandingUse? taken = null;
        gate.Ports.FaultOf = name =>
        {
            // Between finding the use free and taking it: another action, on another instance, takes it.
            if (name != "ledger.append" || taken is not null) return Fault.None;
            ActionDocument other = gate.Document with { Id = "other", Request = gate.Request with { Id = "other" }, StandingUse = null };
            gate.Ports.Documents["other"] = other;
            taken = new StandingUse("", 0, 0, [], -1); // not again for the append of the other one itself
            taken = desk.UseAsync(other, default).GetAwaiter().GetResult();
            return Fault.None;
        };
        await gate.Context.RunAsync();

        Assert.Equal(1, taken!.Number);
        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.Single(gate.Ports.Entries, entry => entry.Key.StartsWith("standing:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":2,"until":"2026-03-09T08:00:00Z"}""", null)]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":2,"until":"2026-03-09T08:00:00+02:00"}""", null)]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":2,"until":"2026-03-09T08:00:00"}""", "standing_approval_malformed")]
    [InlineData("""{"type":"data.export","maximumUses":2,"until":"2026-03-09T08:00:00Z"}""", "standing_approval_malformed")]
    [InlineData("\"s3://partner\"", "standing_approval_malformed")]
    [InlineData("""{"type":"iam.grant","target":"s3://partner","maximumUses":2,"until":"2026-03-09T08:00:00Z"}""", "standing_approval_type")]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":6,"until":"2026-03-09T08:00:00Z"}""", "standing_approval_uses")]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":0,"until":"2026-03-09T08:00:00Z"}""", "standing_approval_uses")]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":2,"until":"2026-06-09T08:00:00Z"}""", "standing_approval_too_long")]
    [InlineData("""{"type":"data.export","target":"s3://partner","maximumUses":2,"until":"2026-03-01T08:00:00Z"}""", "standing_approval_too_long")]
    public async Task Grant_that_would_be_worth_nothing_is_denied_before_anybody_is_asked(string target, string? refusal)
    {
        Assert.Equal(refusal, (await AskAsync(PolicyVerdict.Review, target, Limits)).Error);
    }

    [Fact]
    public async Task Grant_is_given_by_people_under_a_policy_that_knows_it()
    {
        const string target = """{"type":"data.export","target":"s3://partner","maximumUses":2,"until":"2026-03-09T08:00:00Z"}""";
        Assert.Equal("standing_approval_nobody", (await AskAsync(PolicyVerdict.Allow, target, Limits)).Error);
        Assert.Equal("standing_approvals_off", (await AskAsync(PolicyVerdict.Review, target, null)).Error);
        PolicyDecision denied = await AskAsync(PolicyVerdict.Deny, target, null);
        Assert.Equal((PolicyVerdict.Deny, null), (denied.Verdict, denied.Error)); // for the policy's own reason
    }

    /// <summary>What becomes of an action that asks for a standing approval.</summary>
    private static async Task<PolicyDecision> AskAsync(PolicyVerdict verdict, string target, StandingApprovalLimits? limits)
    {
        var gate = new Gate(verdict);
        gate.Policy = gate.Policy with { Exceptions = new PolicyExceptions(null, limits, null) };
        ActionRequest request = gate.Request with { Type = StandingGrant.ActionType };
        var view = new RedactedView(JsonDocument.Parse($$"""{"target":{{target}}}""").RootElement, "sha256:view", []);
        gate.Ports.Documents[request.Id] = new ActionDocument { Id = request.Id, Status = ActionStatus.Pending, Request = request, View = view };
        return await gate.Activities.EvaluatePolicyAsync(new ActivityContext(request.Id, 1), new PolicyStep(request, new RedactionSummary(view.Digest, [])), default);
    }

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    [Fact]
    public async Task Uses_are_counted_and_numbered_without_gaps()
    {
        Gate gate = await CoveredAsync(maximumUses: 5);
        for (int use = 1; use <= 4; use++) await TakeAsync(gate, use, $"other-{use}");
        _ = gate.Begin();
        await gate.EndAsync();

        Assert.Contains(gate.Ports.Entries, entry => entry.Key == $"standing:{GrantId}:5");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_that_fails_either_way_uses_it_once(bool stored)
    {
        Gate gate = await CoveredAsync(maximumUses: 3);
        bool failed = false;
        gate.Ports.FaultOf = name =>
        {
            if (name != "ledger.append" || failed) return Fault.None;
            failed = true;
            return stored ? Fault.FailedButStored : Fault.FailedAndNotStored;
        };
        _ = gate.Begin();
        SealedDecision end = await gate.EndAsync();

        Assert.True(failed);
        Assert.Equal(DecidedBy.StandingApproval, end.Decision.By);
        Assert.Single(gate.Ports.Entries, entry => entry.Key.StartsWith("standing:", StringComparison.Ordinal));
    }

    public static TheoryData<string> Uncovered => ["other-target", "other-type", "expired", "too-few-votes", "too-many-uses", "own-request", "not-in-ledger", "masked-target", "weak-assurance"];

    [Theory]
    [MemberData(nameof(Uncovered))]
    public async Task Whatever_is_not_covered_exactly_is_reviewed(string what)
    {
        Gate gate = await CoveredAsync(3, what);
        _ = gate.Begin();
        await gate.Context.RunAsync();

        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        Assert.DoesNotContain(gate.Ports.Entries, entry => entry.Key.StartsWith("standing:", StringComparison.Ordinal));
    }

    /// <summary>A gate whose policy wants two owners, and a grant for its action by both; spoilt in one way.</summary>
    private static async Task<Gate> CoveredAsync(int maximumUses, string spoilt = "")
    {
        var gate = new Gate();
        PolicyDecision decision = gate.Policy.Judge(null!) with { Exceptions = new PolicyExceptions(null, Limits, null) };
        if (spoilt == "weak-assurance")
            decision = decision with { Plan = new ReviewPlan([.. decision.Plan!.Stages.Select(stage => stage with { MinimumAssurance = Assurance.Idp })]) };
        gate.Policy = Gate.PolicyOf("sha256:policy", decision);
        Principal[] voters = spoilt switch
        {
            "too-few-votes" => [Gate.Ann],
            "own-request" => [Gate.Ann, Gate.Requester with { Kind = PrincipalKind.Human, Groups = ["owners"] }],
            _ => [Gate.Ann, Gate.Ben],
        };
        await GrantAsync(gate, voters, new
        {
            type = spoilt == "other-type" ? "data.delete" : "data.export",
            target = spoilt == "other-target" ? "s3://other" : "s3://partner",
            maximumUses = spoilt == "too-many-uses" ? 50 : maximumUses,
            until = Gate.Start + (spoilt == "expired" ? TimeSpan.Zero : TimeSpan.FromDays(7)),
        }, spoilt);
        return gate;
    }

    private static async Task GrantAsync(Gate gate, Principal[] voters, object target, string spoilt)
    {
        DateTimeOffset granted = Gate.Start - TimeSpan.FromDays(1);
        var request = new ActionRequest(
            GrantId, StandingGrant.ActionType, new PrincipalChain(new Principal(PrincipalKind.Human, Principal.LocalIssuer, "cal", "Cal", []), null, []),
            "sha256:" + new string('a', 64), granted, granted.AddHours(1), null, null);
        string digest = "sha256:" + new string('b', 64);
        CountedVote[] votes = [.. voters.Select(voter => new CountedVote(new Vote($"vote:{voter.Id}", voter, Assurance.Link, Verdict.Approve, "fine", digest, granted), 0))];
        var review = new Review(gate.Policy.Judge(null!).Plan!, request.Chain, digest, 0, granted, votes, ReviewOutcome.Approved);
        var decision = new Decision(Outcome.Approved, DecidedBy.People, "yes", granted);
        var document = new ActionDocument
        {
            Id = GrantId, Status = ActionStatus.Approved, Request = request, Review = review, Decision = decision,
            View = new RedactedView(
                JsonSerializer.SerializeToElement(new { type = request.Type, target }), digest,
                spoilt == "masked-target" ? [new Approvals.Redaction.Finding("EMAIL", "email", "/target/target", 0, 1, 1, "mask")] : []),
        };
        gate.Ports.Documents[GrantId] = document;
        if (spoilt == "not-in-ledger") return;
        string record = await DecisionRecord.SignAsync(new SignStep(request, null, null, review, decision), document.View, gate.Ports, default);
        await gate.Ports.AppendAsync(DecisionRecord.LedgerKey(GrantId), System.Text.Encoding.UTF8.GetBytes(record), default);
    }

    private static async Task TakeAsync(Gate gate, int use, string action)
    {
        var predicate = new StandingUsePredicate { ActionId = action, StandingApproval = GrantId, Use = use, Of = 5, UsedAt = Gate.Start };
        SignedRecord record = await SignedRecord.SignAsync(
            action, "sha256:" + new string('c', 64), PredicateTypes.StandingUse, predicate, RecordJson.StandingUse, "key", (digest, token) => gate.Ports.SignAsync("key", digest, token));
        await gate.Ports.AppendAsync($"standing:{GrantId}:{use}", record.Bytes, default);
    }
}
