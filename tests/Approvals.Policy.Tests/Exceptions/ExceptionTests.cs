using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using static Approvals.Policy.Tests.Rules.Inputs;

namespace Approvals.Policy.Tests.Exceptions;

public sealed class BreakGlassTests
{
    private static readonly BreakGlassLimits s_limits = new(["commanders"], ["access.*", "infra.apply"], ["security"], TimeSpan.FromDays(2));
    private static readonly PersonRef s_requester = new("idp", "requester");
    private static readonly PolicyDecision s_review = new(PolicyVerdict.Review, "r", "", "sha256:00", new ReviewPlan([new ReviewStage("s", ["g"], 1, TimeSpan.FromHours(1))]));

    private static BreakGlassConsent Consent(string subject) => new(new PersonRef("idp", subject), true, ["commanders"], Assurance.IdpMfa, "The payment cluster is down for everyone.");

    private static BreakGlassVerdict Judge(params BreakGlassConsent[] consents) => BreakGlass.Judge(s_limits, "a-1", "access.ssh.grant", s_review, [s_requester], consents, Now);

    [Fact]
    public void Two_people_break_the_glass_and_owe_a_follow_up()
    {
        var verdict = Judge(Consent("a"), Consent("b"));

        Assert.Null(verdict.Refusal);
        Assert.Equal((Now.AddDays(2), true), (verdict.FollowUp!.DueAt, verdict.FollowUp.IsDebt));
        Assert.False(verdict.FollowUp.IsOverdue(Now.AddDays(2).AddTicks(-1)));
        Assert.True(verdict.FollowUp.IsOverdue(Now.AddDays(2)));
        Assert.False((verdict.FollowUp with { DoneAt = Now.AddDays(3) }).IsOverdue(Now.AddDays(9)));
    }

    [Fact]
    public void Glass_stays_whole_for_anything_less()
    {
        Assert.Equal("break_glass_people", Judge(Consent("a")).Refusal);
        Assert.Equal("break_glass_people", Judge(Consent("a"), Consent("a")).Refusal);
        Assert.Equal("break_glass_people", Judge(Consent("a"), Consent("requester")).Refusal);
        Assert.Equal("break_glass_people", Judge(Consent("a"), Consent("b") with { IsHuman = false }).Refusal);
        Assert.Equal("break_glass_people", Judge(Consent("a"), Consent("b") with { Groups = ["others"] }).Refusal);
        Assert.Equal("assurance_too_low", Judge(Consent("a"), Consent("b") with { Assurance = Assurance.Idp }).Refusal);
        Assert.Equal("justification_too_short", Judge(Consent("a"), Consent("b") with { Justification = new string(' ', 40) + "short" }).Refusal);
    }

    [Fact]
    public void Deny_of_the_policy_and_types_it_does_not_name_cannot_be_broken()
    {
        BreakGlassConsent[] two = [Consent("a"), Consent("b")];

        Assert.Equal("break_glass_off", BreakGlass.Judge(null, "a", "access.x", s_review, [], two, Now).Refusal);
        Assert.Equal("break_glass_type", BreakGlass.Judge(s_limits, "a", "access", s_review, [], two, Now).Refusal);
        Assert.Equal("break_glass_type", BreakGlass.Judge(s_limits, "a", "accessory.x", s_review, [], two, Now).Refusal);
        Assert.Equal("break_glass_type", BreakGlass.Judge(s_limits, "a", "infra.apply.x", s_review, [], two, Now).Refusal);
        Assert.Equal("denied_by_policy", BreakGlass.Judge(s_limits, "a", "access.x", s_review with { Verdict = PolicyVerdict.Deny }, [], two, Now).Refusal);
    }
}

public sealed class StandingApprovalTests
{
    private static readonly StandingApprovalLimits s_limits = new(["deployment.create"], 20, TimeSpan.FromDays(30));
    private static readonly PersonRef s_granter = new("idp", "granter");
    private static readonly StandingApproval s_approval = new("sa-1", "deployment.create", "sha256:aa", 3, Now, Now.AddDays(10), [s_granter]);
    private static readonly PolicyDecision s_review = new(PolicyVerdict.Review, "r", "", "sha256:00", new ReviewPlan([]));

    private static string? Use(StandingApproval? approval = null, int uses = 0, string type = "deployment.create", string target = "sha256:aa", PolicyVerdict verdict = PolicyVerdict.Review, double days = 1, PersonRef? requester = null) =>
        StandingApprovals.RefusalToUse(approval ?? s_approval, uses, s_limits, type, target, s_review with { Verdict = verdict }, requester is null ? [] : [requester], Now.AddDays(days));

    [Fact]
    public void Standing_approval_covers_exactly_what_it_names()
    {
        Assert.Null(Use());
        Assert.Null(Use(uses: 2));
        Assert.Equal("standing_approval_used_up", Use(uses: 3));
        Assert.Equal("standing_approval_other_action", Use(type: "deployment.delete"));
        Assert.Equal("standing_approval_other_action", Use(target: "sha256:AA"));
        Assert.Equal("standing_approval_expired", Use(days: 10));
        Assert.Equal("standing_approval_expired", Use(days: -0.1));
        Assert.Equal("standing_approval_own", Use(requester: s_granter));
        Assert.Equal("not_a_review", Use(verdict: PolicyVerdict.Deny));
        Assert.Equal("not_a_review", Use(verdict: PolicyVerdict.Allow));
    }

    [Fact]
    public void Standing_approval_beyond_the_policy_is_worth_nothing()
    {
        Assert.Equal("standing_approvals_off", StandingApprovals.RefusalToGrant(s_approval, null));
        Assert.Equal("standing_approval_uses", Use(s_approval with { MaximumUses = 21 }));
        Assert.Equal("standing_approval_uses", Use(s_approval with { MaximumUses = 0 }));
        Assert.Equal("standing_approval_too_long", Use(s_approval with { Until = Now.AddDays(31) }));
        Assert.Equal("standing_approval_too_long", Use(s_approval with { Until = Now }));
        Assert.Equal("standing_approval_type", Use(s_approval with { ActionType = "data.export" }, type: "data.export"));
        Assert.Equal("standing_approval_nobody", Use(s_approval with { GrantedBy = [] }));
    }

    [Fact]
    public void Uses_are_never_more_than_were_granted() => Prop.ForAll(
        (from granted in Gen.Choose(1, 20) from asked in Gen.Choose(0, 60) select (granted, asked)).ToArbitrary(),
        c =>
        {
            var approval = s_approval with { MaximumUses = c.granted };
            var used = 0;
            for (var i = 0; i < c.asked; i++)
                used += Use(approval, used) is null ? 1 : 0;
            return used == Math.Min(c.granted, c.asked);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Approvals_of_the_same_action_at_the_same_time_overlap()
    {
        var later = s_approval with { Id = "sa-2", From = Now.AddDays(9), Until = Now.AddDays(12) };

        Assert.Single(StandingApprovals.Overlaps([s_approval, later]));
        Assert.Empty(StandingApprovals.Overlaps([s_approval, later with { From = Now.AddDays(10) }]));
        Assert.Empty(StandingApprovals.Overlaps([s_approval, later with { TargetDigest = "sha256:bb" }]));
    }
}

public sealed class DelegationTests
{
    private static readonly DelegationLimits s_limits = new(TimeSpan.FromDays(21));
    private static readonly string[] s_everyone = ["a", "b", "c", "d"];

    private static PersonRef P(string subject) => new("idp", subject);

    private static Delegation From(string from, string to, params string[] groups) => new($"{from}-{to}", P(from), P(to), Now, Now.AddDays(7), groups);

    private static Standing Of(string voter, string[] own, Delegation[] delegations, PersonRef[]? excluded = null, double days = 1) => Delegations.StandingOf(
        P(voter), own, delegations, s_limits, p => p.Subject == "a" ? ["owners", "security"] : p.Subject == "b" ? ["platform"] : [], excluded ?? [], Now.AddDays(days));

    [Fact]
    public void Delegate_has_the_lent_groups_while_it_lasts()
    {
        var standing = Of("b", ["platform"], [From("a", "b", "owners", "admins")]);

        Assert.Equal(["platform", "owners"], standing.Groups); // admins was never a's to lend; security was not lent
        Assert.Equal([P("a")], standing.ActsFor);
        Assert.Empty(Of("b", ["platform"], [From("a", "b", "owners")], days: 7).ActsFor);
        Assert.Empty(Of("b", ["platform"], [From("a", "b", "owners")], days: -0.1).ActsFor);
    }

    [Fact]
    public void Nothing_is_lent_on_by_those_who_may_not_vote_or_further_than_once()
    {
        Assert.Empty(Of("b", ["platform"], [From("a", "b", "owners")], excluded: [P("a")]).ActsFor);
        Assert.Empty(Of("b", ["platform"], [From("a", "b", "owners")], excluded: [P("b")]).Groups);
        Assert.Equal(["platform"], Of("c", [], [From("a", "b", "owners"), From("b", "c", "owners", "platform")]).Groups);
        Assert.Empty(Of("b", ["owners"], [From("a", "b", "owners")]).ActsFor); // needs no loan, so uses up no vote
    }

    [Fact]
    public void Delegation_that_would_make_a_chain_or_reach_too_far_is_refused()
    {
        Assert.Null(Delegations.Refusal(From("a", "b", "owners"), s_limits, []));
        Assert.Equal("delegation_off", Delegations.Refusal(From("a", "b", "owners"), null, []));
        Assert.Equal("delegation_to_self", Delegations.Refusal(From("a", "a", "owners"), s_limits, []));
        Assert.Equal("delegation_of_nothing", Delegations.Refusal(From("a", "b"), s_limits, []));
        Assert.Equal("delegation_too_long", Delegations.Refusal(From("a", "b", "owners") with { Until = Now.AddDays(22) }, s_limits, []));
        Assert.Equal("delegation_chain", Delegations.Refusal(From("b", "c", "platform"), s_limits, [From("a", "b", "owners")]));
        Assert.Equal("delegation_chain", Delegations.Refusal(From("a", "b", "owners"), s_limits, [From("b", "c", "platform")]));
        Assert.Equal("delegation_overlaps", Delegations.Refusal(From("a", "b", "owners"), s_limits, [From("a", "c", "owners")]));
        Assert.Null(Delegations.Refusal(From("a", "b", "owners") with { Begins = Now.AddDays(7), Until = Now.AddDays(8) }, s_limits, [From("a", "c", "owners")]));
    }

    [Fact]
    public void Nobody_is_heard_twice_whatever_is_delegated() => Prop.ForAll(
        (from delegations in Gen.Zip(Gen.Elements(s_everyone), Gen.Elements(s_everyone)).ArrayOf(4)
         from voters in Gen.Elements(s_everyone).ArrayOf(8)
         select (delegations, voters)).ToArbitrary(),
        c =>
        {
            var all = c.delegations.Where(d => d.Item1 != d.Item2).Select((d, i) => From(d.Item1, d.Item2, "owners", "platform") with { Id = $"d{i}" }).ToArray();
            var votes = new List<(PersonRef Voter, IReadOnlyList<PersonRef> ActsFor)>();
            foreach (var voter in c.voters)
            {
                var standing = Of(voter, voter == "a" ? ["owners", "security"] : voter == "b" ? ["platform"] : [], all);
                if (standing.Groups.Count > 0 && !Delegations.IsSecondVote(P(voter), standing, votes))
                    votes.Add((P(voter), standing.ActsFor));
            }
            var heard = votes.SelectMany(v => v.ActsFor.Append(v.Voter)).ToList();
            return heard.Count == heard.Distinct().Count();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Exceptions_are_read_from_the_policy_and_off_without_it()
    {
        var exceptions = PolicySet.Load("""
            version: 1
            rules: []
            breakGlass: {groups: [commanders], types: ["access.*"], followUp: {groups: security, within: 2d}}
            standingApprovals: {types: deployment.create, maximumUses: 20, longest: 30d}
            delegation: {longest: 21d}
            """, "p").Exceptions;

        Assert.Equal(TimeSpan.FromDays(2), exceptions.BreakGlass!.FollowUpWithin);
        Assert.Equal(20, exceptions.StandingApprovals!.MaximumUses);
        Assert.Equal(TimeSpan.FromDays(21), exceptions.Delegation!.Longest);
        Assert.Equal(new PolicyExceptions(null, null, null), PolicySet.Load("version: 1\nrules: []", "p").Exceptions);
        Assert.Equal("wrong_pattern", Refused("version: 1\nrules: []\nstandingApprovals: {types: '*', maximumUses: 1, longest: 1d}")[0].Code);
        Assert.Equal("missing_key", Refused("version: 1\nrules: []\nbreakGlass: {groups: [g], types: [a]}")[0].Code);
    }

    [Fact]
    public void Records_of_exceptions_round_trip_as_json()
    {
        var delegation = From("a", "b", "owners");
        var followUp = new FollowUpReview("a", ["g"], Now, Now.AddDays(1), null);

        Assert.Equal(JsonSerializer.Serialize(delegation), JsonSerializer.Serialize(JsonSerializer.Deserialize<Delegation>(JsonSerializer.Serialize(delegation))));
        Assert.Equal(JsonSerializer.Serialize(followUp), JsonSerializer.Serialize(JsonSerializer.Deserialize<FollowUpReview>(JsonSerializer.Serialize(followUp))));
    }
}
