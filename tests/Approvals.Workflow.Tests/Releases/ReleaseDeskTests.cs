using Approvals.Ledger.Tokens;
using Approvals.Policy;
using Approvals.Workflow.Actions;
using Approvals.Workflow.Ports;
using Approvals.Workflow.Principals;
using Approvals.Workflow.Releases;
using Approvals.Workflow.Tests.Ports;

namespace Approvals.Workflow.Tests.Releases;

public sealed class ReleaseDeskTests
{
    private static readonly Principal Stranger = new(PrincipalKind.Service, Principal.LocalIssuer, "stranger", "Stranger", []);

    [Fact]
    public async Task Approved_action_is_released_redeemed_and_reported()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        Redemption redemption = await desk.RedeemAsync(release.Token);
        ExecutionReceipt started = await desk.ReportAsync(ExecutionOutcome.Started);
        ExecutionReceipt ended = await desk.ReportAsync(ExecutionOutcome.Succeeded, "sha256:" + new string('1', 64));

        Assert.Equal((desk.Id, desk.Digest, desk.Now), (redemption.ActionId, redemption.ActionDigest, redemption.RedeemedAt));
        Assert.Equal([$"decision:{desk.Id}", $"redemption:{desk.Id}", $"receipt:{desk.Id}:started", $"receipt:{desk.Id}:final"], desk.Keys);
        Assert.Equal([1L, 2L, 3L], new[] { redemption.LedgerIndex, started.LedgerIndex, ended.LedgerIndex });
        Assert.Equal(redemption.RedeemedAt, desk.Document.RedeemedAt);
        Assert.Equal(ended, desk.Document.Receipt);
    }

    [Fact]
    public async Task Token_says_what_was_approved_for_whom_and_until_when()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        JsonWebKeySet keys = await desk.Ports.KeysAsync(CancellationToken.None);
        Assert.True(ReleaseToken.TryVerify(release.Token, keys, new JwtExpectations(Desk.Issuer, "etl"), desk.Now, out ReleaseTokenClaims? claims, out _));
        Assert.Equal((desk.Id, desk.Digest, 0L), (claims.ActionId, claims.ActionDigest, claims.LedgerIndex));
        Assert.Equal(desk.Document.Request.ExpiresAt.ToUnixTimeSeconds(), claims.ExpiresAt);
        Assert.Equal(desk.Ports.Entries[0].Entry, System.Text.Encoding.UTF8.GetBytes(release.Record));
    }

    [Fact]
    public async Task Denied_action_has_no_release()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Deny);
        await RefusedAsync(ReleaseRefusal.NotApproved, desk.IssueAsync);
    }

    [Fact]
    public async Task Undecided_action_has_no_release_yet()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        await RefusedAsync(ReleaseRefusal.NotDecided, () => desk.IssueAsync(desk.Document with { Status = ActionStatus.InReview }));
    }

    [Fact]
    public async Task Index_that_claims_an_approval_releases_nothing_that_the_ledger_does_not_hold()
    {
        Desk denied = await Desk.AfterAsync(PolicyVerdict.Deny);
        await RefusedAsync(ReleaseRefusal.NotApproved, () => denied.IssueAsync(denied.Document with { Status = ActionStatus.Approved }));
        Desk lost = await Desk.AfterAsync(PolicyVerdict.Allow);
        lost.Ports.Entries.Clear();
        Assert.Equal("corrupt", (await Assert.ThrowsAsync<LedgerGapException>(lost.IssueAsync)).Code);
    }

    [Fact]
    public async Task Redemption_that_the_ledger_lost_sight_of_is_not_made_again()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        await desk.RedeemAsync(release.Token, "key");
        desk.Lose("redemption:");
        foreach (string? key in (string?[])["key", "other", null])
            Assert.Equal("corrupt", (await Assert.ThrowsAsync<LedgerGapException>(() => desk.RedeemAsync(release.Token, key))).Code);
        await Assert.ThrowsAsync<LedgerGapException>(() => desk.ReportAsync(ExecutionOutcome.Started));
        Assert.Single(desk.Keys);
    }

    [Theory]
    [InlineData(ExecutionOutcome.Started)]
    [InlineData(ExecutionOutcome.Failed)]
    public async Task Receipt_that_the_ledger_lost_sight_of_is_not_made_again(ExecutionOutcome outcome)
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        await desk.RedeemAsync((await desk.IssueAsync()).Token);
        await desk.ReportAsync(outcome);
        desk.Lose("receipt:");
        await Assert.ThrowsAsync<LedgerGapException>(() => desk.ReportAsync(outcome));
        Assert.Equal(2, desk.Keys.Length);
    }

    [Fact]
    public async Task Release_is_for_the_exact_action_it_names()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        foreach (string other in (string[])["sha256:" + new string('0', 64), desk.Digest.ToUpperInvariant(), desk.Digest[..^1], ""])
            await RefusedAsync(ReleaseRefusal.OtherAction, () => desk.RedeemAsync(release.Token, digest: other));
        Assert.Single(desk.Keys);
        await desk.RedeemAsync(release.Token);
    }

    [Fact]
    public async Task Release_ends_with_the_action_to_the_second()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        desk.Now = desk.Document.Request.ExpiresAt; // the skew that a verifier allows for does not prolong it
        await RefusedAsync(ReleaseRefusal.Expired, desk.IssueAsync);
        await RefusedAsync(ReleaseRefusal.Expired, () => desk.RedeemAsync(release.Token));
        desk.Now += TimeSpan.FromDays(1);
        await RefusedAsync(ReleaseRefusal.Expired, () => desk.RedeemAsync(release.Token));
        Assert.Single(desk.Keys);
    }

    [Fact]
    public async Task All_tokens_of_an_action_together_are_redeemed_once()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release first = await desk.IssueAsync();
        desk.Now += TimeSpan.FromSeconds(10);
        Release second = await desk.IssueAsync();
        Assert.NotEqual(first.Token, second.Token);
        await desk.RedeemAsync(first.Token);
        await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(first.Token));
        await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(second.Token, "a key"));
        Assert.Equal(2, desk.Keys.Length);
    }

    [Fact]
    public async Task Repeated_redemption_under_one_key_gets_the_first_answer()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        Redemption first = await desk.RedeemAsync(release.Token, "key");
        desk.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(first, await desk.RedeemAsync(release.Token, "key"));
        await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(release.Token, "other key"));
        await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(release.Token));
    }

    [Fact]
    public async Task Of_two_redeemers_at_once_the_ledger_lets_one_through()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        Task<Redemption>? rival = null;
        desk.Ports.FaultOf = write =>
        {
            // The one has seen that nothing is redeemed and signs; there the other comes and is through first.
            if (write == "signer.sign" && rival is null)
            {
                rival = Task.FromResult<Redemption>(null!);
                rival = desk.RedeemAsync(release.Token, "rival");
            }

            return Fault.None;
        };
        await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(release.Token, "slow"));
        Assert.Equal(desk.Id, (await rival!).ActionId);
        Assert.Equal(2, desk.Keys.Length);
    }

    [Theory]
    [InlineData("ledger.append", "FailedButStored")]
    [InlineData("ledger.append", "FailedAndNotStored")]
    [InlineData("index.update", "FailedButStored")]
    [InlineData("index.update", "FailedAndNotStored")]
    [InlineData("signer.sign", "FailedAndNotStored")]
    public async Task Redemption_that_failed_is_settled_by_repeating_it(string write, string fault)
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release release = await desk.IssueAsync();
        desk.FailOnce(write, Enum.Parse<Fault>(fault));
        await Assert.ThrowsAsync<IOException>(() => desk.RedeemAsync(release.Token, "key"));
        bool isStored = desk.Keys.Length == 2;
        if (isStored) await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(release.Token, "somebody else"));
        Redemption settled = await desk.RedeemAsync(release.Token, "key");
        Assert.Equal(2, desk.Keys.Length);
        Assert.Equal(settled.RedeemedAt, desk.Document.RedeemedAt);
    }

    [Fact]
    public async Task Release_is_for_its_audience_alone()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        Release own = await desk.IssueAsync();
        await RefusedAsync(ReleaseRefusal.OtherAudience, () => desk.RedeemAsync(own.Token, by: Stranger));
        ActionDocument meant = desk.Document with { Request = desk.Document.Request with { Audience = Stranger.Id.ToString() } };
        Release theirs = await desk.IssueAsync(meant);
        await RefusedAsync(ReleaseRefusal.OtherAudience, () => desk.RedeemAsync(theirs.Token));
        await desk.RedeemAsync(theirs.Token, by: Stranger);
    }

    [Fact]
    public async Task Token_that_is_not_this_gates_is_refused()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        string token = (await desk.IssueAsync()).Token;
        Desk other = await Desk.AfterAsync(PolicyVerdict.Allow);
        string[] parts = token.Split('.');
        string[] wrong =
        [
            (await other.IssueAsync()).Token, // the same issuer and action, another key
            $"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}",
            $"{parts[0]}.{parts[1][..^1]}.{parts[2]}",
            parts[0] + "." + parts[1] + ".",
            "",
            "not a token",
        ];
        foreach (string text in wrong) await RefusedAsync(ReleaseRefusal.InvalidToken, () => desk.RedeemAsync(text));
        Assert.Single(desk.Keys);
    }

    [Fact]
    public async Task Restored_gate_releases_nothing_that_was_decided_before()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        string before = (await desk.IssueAsync()).Token;
        desk.Now += TimeSpan.FromMinutes(1);
        desk.Restore();
        await RefusedAsync(ReleaseRefusal.Expired, desk.IssueAsync);
        await RefusedAsync(ReleaseRefusal.Expired, () => desk.RedeemAsync(before, "key"));
        Assert.Single(desk.Keys);
    }

    [Fact]
    public async Task Restored_gate_repeats_the_answer_to_a_redemption_that_it_knows()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        string token = (await desk.IssueAsync()).Token;
        Redemption first = await desk.RedeemAsync(token, "key");
        desk.Now += TimeSpan.FromMinutes(1);
        desk.Restore();
        Assert.Equal(first, await desk.RedeemAsync(token, "key"));
        await RefusedAsync(ReleaseRefusal.AlreadyRedeemed, () => desk.RedeemAsync(token, "other"));
    }

    [Fact]
    public async Task Receipt_follows_a_redemption_and_comes_from_who_redeemed()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        await RefusedAsync(ReleaseRefusal.NotRedeemed, () => desk.ReportAsync(ExecutionOutcome.Started));
        await desk.RedeemAsync((await desk.IssueAsync()).Token);
        await RefusedAsync(ReleaseRefusal.OtherAudience, () => desk.ReportAsync(ExecutionOutcome.Started, by: Stranger));
    }

    [Fact]
    public async Task Receipt_cannot_be_changed_and_can_be_repeated()
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        await desk.RedeemAsync((await desk.IssueAsync()).Token);
        ExecutionReceipt ended = await desk.ReportAsync(ExecutionOutcome.Failed);
        desk.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(ended, await desk.ReportAsync(ExecutionOutcome.Failed));
        await RefusedAsync(ReleaseRefusal.AlreadyReported, () => desk.ReportAsync(ExecutionOutcome.Succeeded));
        await RefusedAsync(ReleaseRefusal.AlreadyReported, () => desk.ReportAsync(ExecutionOutcome.Failed, "sha256:" + new string('2', 64)));

        // A start that is reported late does not hide the end.
        await desk.ReportAsync(ExecutionOutcome.Started);
        Assert.Equal(ended, desk.Document.Receipt);
    }

    [Theory]
    [InlineData("ledger.append", "FailedButStored")]
    [InlineData("ledger.append", "FailedAndNotStored")]
    [InlineData("index.update", "FailedAndNotStored")]
    public async Task Receipt_that_failed_is_settled_by_repeating_it(string write, string fault)
    {
        Desk desk = await Desk.AfterAsync(PolicyVerdict.Allow);
        await desk.RedeemAsync((await desk.IssueAsync()).Token);
        desk.FailOnce(write, Enum.Parse<Fault>(fault));
        await Assert.ThrowsAsync<IOException>(() => desk.ReportAsync(ExecutionOutcome.Succeeded));
        ExecutionReceipt settled = await desk.ReportAsync(ExecutionOutcome.Succeeded);
        Assert.Equal(3, desk.Keys.Length);
        Assert.Equal(settled, desk.Document.Receipt);
    }

    private static async Task RefusedAsync(ReleaseRefusal expected, Func<Task> call) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<ReleaseRefusedException>(call)).Refusal);
}
