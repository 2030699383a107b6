using System.Text;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Decisions;
using Approvals.Workflow.Orchestration;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Reviews;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Orchestration;

public sealed class ApprovalOrchestrationTests
{
    [Fact]
    public async Task Allowed_action_is_redacted_judged_signed_logged_and_released_in_this_order()
    {
        var gate = new Gate(PolicyVerdict.Allow);
        _ = gate.Begin();
        SealedDecision end = await gate.EndAsync();

        Assert.Equal(["redact", "evaluate-policy", "record", "release"], gate.Context.Begun);
        Assert.Equal(Outcome.Approved, end.Decision.Outcome);
        Assert.Equal(DecidedBy.Policy, end.Decision.By);
        Assert.Equal(ActionStatus.Approved, gate.Document.Status);
        Assert.Equal("approved", Assert.Single(gate.Records).Decision.Outcome);
        Assert.Single(gate.Ports.Published);
    }

    [Fact]
    public async Task Denied_action_is_recorded_and_nobody_is_asked()
    {
        var gate = new Gate(PolicyVerdict.Deny);
        _ = gate.Begin();
        await gate.EndAsync();

        Assert.Equal("denied", Assert.Single(gate.Records).Decision.Outcome);
        Assert.Empty(gate.Ports.Notices);
    }

    [Fact]
    public async Task Quorum_of_votes_approves_and_the_record_names_every_vote()
    {
        Gate gate = await InReviewAsync();
        gate.Vote(Gate.Ann);
        await gate.Context.RunAsync();
        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        gate.Vote(Gate.Ben);
        SealedDecision end = await gate.EndAsync();

        Assert.Equal(Outcome.Approved, end.Decision.Outcome);
        Assert.Equal(["ann", "ben"], Assert.Single(gate.Records).Votes.Select(vote => vote.Voter.Subject));
        Assert.Equal(2, gate.Document.Review!.Votes.Count);
    }

    [Fact]
    public async Task Denial_ends_the_review_at_once()
    {
        Gate gate = await InReviewAsync();
        gate.Vote(Gate.Ann, Verdict.Deny);

        Assert.Equal(Outcome.Denied, (await gate.EndAsync()).Decision.Outcome);
    }

    [Fact]
    public async Task Votes_that_come_before_the_review_count_once_it_opens()
    {
        var gate = new Gate();
        _ = gate.Begin();
        await gate.Context.RunActivityAsync(); // redact: the view is known now
        gate.Vote(Gate.Ann);
        gate.Vote(Gate.Ben);

        Assert.Equal(Outcome.Approved, (await gate.EndAsync()).Decision.Outcome);
    }

    [Fact]
    public async Task Deadline_of_the_review_expires_the_action_after_a_reminder()
    {
        Gate gate = await InReviewAsync();
        gate.Context.AdvanceTo(Gate.Start.AddMinutes(10));
        await gate.Context.RunAsync();
        gate.Context.AdvanceTo(Gate.Start.AddMinutes(30));
        SealedDecision end = await gate.EndAsync();

        Assert.Equal((Outcome.Expired, DecidedBy.Timeout), (end.Decision.Outcome, end.Decision.By));
        Assert.Equal([NoticeKind.Requested, NoticeKind.Reminder, NoticeKind.Closed], gate.Ports.Notices.Select(notice => notice.Kind));
    }

    [Fact]
    public async Task Deadline_of_the_action_ends_a_review_that_could_go_on()
    {
        var gate = new Gate(expiresIn: TimeSpan.FromMinutes(5));
        _ = gate.Begin();
        await gate.Context.RunAsync();
        gate.Context.AdvanceTo(Gate.Start.AddMinutes(5));

        Assert.Equal(Outcome.Expired, (await gate.EndAsync()).Decision.Outcome);
    }

    /// <summary>Steps 0 to 3: before redaction, before policy, before the review is shown, in the review.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Cancel_at_any_point_before_the_decision_cancels_and_leaves_no_payload(int activitiesRun)
    {
        var gate = new Gate();
        _ = gate.Begin();
        for (int i = 0; i < activitiesRun; i++) await gate.Context.RunActivityAsync();
        gate.Cancel();
        SealedDecision end = await gate.EndAsync();

        Assert.Equal((Outcome.Canceled, DecidedBy.Requester), (end.Decision.Outcome, end.Decision.By));
        Assert.Equal("canceled", Assert.Single(gate.Records).Decision.Outcome);
        Assert.Null(gate.Ports.Sealed[gate.Request.Id]);
    }

    [Fact]
    public async Task Ended_orchestration_leaves_no_timer_and_no_wait_behind()
    {
        Gate gate = await InReviewAsync();
        gate.Vote(Gate.Ann, Verdict.Deny);
        await gate.EndAsync();

        Assert.Equal(0, gate.Context.PendingTimers);
        Assert.Equal(0, gate.Context.PendingWaits);
    }

    [Theory]
    [InlineData("signer.sign")]
    [InlineData("ledger.append")]
    public async Task Approval_that_cannot_be_recorded_before_the_deadline_becomes_an_expiry(string write)
    {
        var gate = new Gate(PolicyVerdict.Allow);
        gate.Ports.FaultOf = name => name == write && gate.Context.Now < gate.Request.ExpiresAt ? Fault.FailedAndNotStored : Fault.None;
        _ = gate.Begin();
        await gate.Context.RunAsync();
        Assert.Empty(gate.Records);
        gate.Context.AdvanceTo(gate.Request.ExpiresAt);
        SealedDecision end = await gate.EndAsync();

        Assert.Equal(Outcome.Expired, end.Decision.Outcome);
        Assert.Equal("expired", Assert.Single(gate.Records).Decision.Outcome);
    }

    [Fact]
    public async Task Approval_stored_by_an_append_that_seemed_to_fail_is_the_one_decision()
    {
        var gate = new Gate(PolicyVerdict.Allow);
        gate.Ports.FaultOf = name => name == "ledger.append" && gate.Context.Now < gate.Request.ExpiresAt ? Fault.FailedButStored : Fault.None;
        _ = gate.Begin();
        await gate.Context.RunAsync();
        gate.Context.AdvanceTo(gate.Request.ExpiresAt);
        SealedDecision end = await gate.EndAsync();

        Assert.Equal(Outcome.Approved, end.Decision.Outcome);
        Assert.Equal(ActionStatus.Approved, gate.Document.Status);
        Assert.Single(gate.Records);
    }

    [Fact]
    public async Task Payload_of_another_action_is_denied_and_never_shown()
    {
        var gate = new Gate(PolicyVerdict.Allow);
        gate.Ports.Sealed[gate.Request.Id] = new Gate().Ports.Sealed.Values.First();
        _ = gate.Begin();
        SealedDecision end = await gate.EndAsync();

        Assert.Equal((Outcome.Denied, DecidedBy.Gate), (end.Decision.Outcome, end.Decision.By));
        Assert.Contains("payload_digest_mismatch", end.Decision.Reason, StringComparison.Ordinal);
        Assert.Null(gate.Document.View);
    }

    /// <summary>Every write of every port, crossed with both kinds of failure, at each of its first three calls: one record, the right outcome, no secret left.</summary>
    [Fact]
    public async Task Any_write_that_fails_once_either_way_changes_nothing_of_the_outcome()
    {
        foreach (string write in (string[])["vault.shred", "index.create", "index.update", "ledger.append", "signer.sign", "notifier.notify", "publisher.publish"])
        foreach (Fault fault in (Fault[])[Fault.FailedAndNotStored, Fault.FailedButStored])
        {
            int failed = 0;
            for (int call = 1; call <= 3; call++)
            {
                var gate = new Gate();
                int calls = 0, target = call;
                gate.Ports.FaultOf = name =>
                {
                    if (name != write || ++calls != target) return Fault.None;
                    failed++;
                    return fault;
                };
                _ = gate.Begin();
                await gate.Context.RunAsync();
                gate.Vote(Gate.Ann);
                await gate.Context.RunAsync();
                gate.Vote(Gate.Ben);
                SealedDecision end = await gate.EndAsync();

                Assert.Equal(Outcome.Approved, end.Decision.Outcome);
                Assert.Equal(ActionStatus.Approved, gate.Document.Status);
                Assert.Equal(2, Assert.Single(gate.Records).Votes.Count);
                Assert.Null(gate.Ports.Sealed[gate.Request.Id]);
                Assert.All(gate.Ports.Entries, entry => Assert.DoesNotContain(Gate.Secret, Encoding.UTF8.GetString(entry.Entry), StringComparison.Ordinal));
            }

            Assert.True(failed > 0, $"{write} was never made to fail.");
        }
    }

    private static async Task<Gate> InReviewAsync()
    {
        var gate = new Gate();
        _ = gate.Begin();
        await gate.Context.RunAsync();
        Assert.Equal(ActionStatus.InReview, gate.Document.Status);
        return gate;
    }
}
